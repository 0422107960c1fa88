import { type Duration, Token } from "aws-cdk-lib";
import * as v from "valibot";

// The message of each schema says what may be: `readBy` puts the name before it, and behind it what was given.

/** With these methods or attributes. `instanceof` would refuse what another copy of aws-cdk-lib has made. */
export function object<T extends object>(mayBe: string, ...members: (keyof T & string)[]) {
  const has = (value: unknown): value is T =>
    typeof value === "object" && value !== null && members.every((member) => member in value);
  return v.custom<T>(has, mayBe);
}

export function text(mayBe: string, is: (value: string) => boolean) {
  return v.pipe(v.string(mayBe), v.check(is, mayBe));
}

/** Of this form, or known at the deploy only. */
export function textOrToken(mayBe: string, form: RegExp) {
  return text(mayBe, (value) => Token.isUnresolved(value) || form.test(value));
}

export function number(mayBe: string, is: (value: number) => boolean) {
  return v.pipe(v.number(mayBe), v.check(is, mayBe));
}

export function wholeNumber(least: number, most = 1_000_000) {
  const mayBe = `a whole number from ${least} to ${most}`;
  return number(mayBe, (value) => Number.isInteger(value) && value >= least && value <= most);
}

export function duration(least: number, most: Duration) {
  const mayBe = `a Duration of whole seconds, from ${least} s to ${most.toHumanString()}`;
  return v.pipe(
    object<Duration>(mayBe, "toSeconds", "toMilliseconds"),
    v.check((value) => {
      if (value.isUnresolved()) return false;
      const seconds = value.toSeconds({ integral: false });
      return Number.isInteger(seconds) && seconds >= least && seconds <= most.toSeconds();
    }, mayBe),
  );
}

/** These props, and no others. */
export function group<const E extends v.ObjectEntries>(entries: E) {
  const names = Object.keys(entries).join(", ");
  const object = v.strictObject(entries, ({ expected }) => {
    const missing = Object.entries(entries).find(([name]) => expected === `"${name}"`)?.[1];
    return missing && "message" in missing ? String(missing.message) : names;
  });
  // Lists, dates and the like have no props to be refused, and would pass for an object without any.
  const isObject = (value: unknown) => Object.prototype.toString.call(value) === "[object Object]";
  return v.pipe(v.custom<v.InferInput<typeof object>>(isObject, `an object of ${names}`), object);
}

export function list<const S extends v.GenericSchema<string>>(mayBe: string, item: S) {
  return v.pipe(v.array(item, mayBe), v.readonly());
}

/** Reads props by these schemas. Throws for the first that is not what it may be, and for one that there is none of. */
export function readBy<const E extends v.ObjectEntries>(
  schemas: E,
  props: unknown,
  nameOf: (path: readonly string[]) => string = (path) => path.join("."),
) {
  const result = v.safeParse(group(schemas), props, { abortEarly: true });
  if (result.success) return result.output;
  const [{ path = [], expected, message, input }] = result.issues;
  const keys = path.map(({ key }) => String(key));
  if (expected === "never") throw new Error(`${keys.join(".")} is none of the props: ${message}.`);
  throw new Error(`${nameOf(keys) || "props"} must be ${message}, and is ${shown(input)}.`);
}

function shown(value: unknown): string {
  if (typeof value === "string")
    return Token.isUnresolved(value) ? "known at the deploy only" : JSON.stringify(value);
  if (typeof value !== "object" || value === null) return String(value);
  if ("toHumanString" in value && typeof value.toHumanString === "function") return value.toHumanString();
  if ("name" in value && typeof value.name === "string") return value.name;
  const { name } = value.constructor;
  return /^(Object|Array)$/.test(name) ? JSON.stringify(value) : `a ${name}`;
}
