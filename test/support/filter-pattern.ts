import { isRecord } from "../../local/aws/json.ts";

type Condition = (value: unknown) => boolean;

/**
 * Compiles a JSON pattern of a metric filter, as far as this product writes them: conditions joined by `&&`, each
 * `$.field = "text"`, `$.field = "*"` (there is a value), `$.field >= number` or `$.field IS TRUE`. Throws for anything
 * else: what it does not know it must not guess.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function filterPattern(pattern: string): (line: string) => boolean {
  const inner = /^\{ (.+) \}$/.exec(pattern)?.[1];
  if (inner === undefined) throw new Error(`This is no JSON pattern: ${pattern}`);
  const parts = inner.split(" && ");
  const conditions = parts.map((part) => condition(parts.length > 1 ? withoutParentheses(part) : part));
  return (line) => {
    const event = asJson(line);
    return conditions.every(({ path, holds }) => holds(valueAt(event, path)));
  };
}

/** What stands at `$.message.field`; undefined where there is nothing. */
export function valueAt(event: unknown, path: string): unknown {
  if (!/^\$(\.\w+)+$/.test(path)) throw new Error(`This is no path: ${path}`);
  return path
    .split(".")
    .slice(1)
    .reduce<unknown>((inner, name) => (isRecord(inner) ? inner[name] : undefined), event);
}

/** Lines that are no JSON match no JSON pattern. */
function asJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function condition(text: string): { path: string; holds: Condition } {
  const [, path = "", rest = ""] = /^(\$[.\w]+) (.+)$/.exec(text) ?? [];
  return { path, holds: test(rest, text) };
}

function test(rest: string, text: string): Condition {
  if (rest === "IS TRUE") return (value) => value === true;
  const number = /^>= (\d+(?:\.\d+)?)$/.exec(rest)?.[1];
  if (number !== undefined) return (value) => typeof value === "number" && value >= Number(number);
  const word = /^= "(\*|[\w.]+)"$/.exec(rest)?.[1];
  if (word === "*") return (value) => value !== undefined && value !== null;
  if (word !== undefined) return (value) => value === word;
  throw new Error(`This condition is not known here: ${text}`);
}

function withoutParentheses(part: string): string {
  const inner = /^\(([^()]+)\)$/.exec(part)?.[1];
  if (inner === undefined) throw new Error(`A condition in parentheses was expected: ${part}`);
  return inner;
}
