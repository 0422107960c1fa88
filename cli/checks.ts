import { printable, widthOf, wrapped } from "./layout.ts";
import type { Messages } from "./messages/english.ts";

/** The words of `doctor` in the reader's language. */
export type DoctorWords = Messages["doctor"];

/** What JSON calls a check, in every language. */
export type CheckName = keyof DoctorWords["names"] | `AppSecret of ${string}`;

/** One thing that was looked at. `todo`, of a problem, names a command. */
export type Check =
  | { readonly check: CheckName; readonly state: "ok" | "skipped"; readonly found: string }
  | { readonly check: CheckName; readonly state: "problem"; readonly found: string; readonly todo: string };

export function ok(check: CheckName, found: string): Check {
  return { check, state: "ok", found };
}

export function problem(check: CheckName, found: string, todo: string): Check {
  return { check, state: "problem", found, todo };
}

/** Could not be looked at, because of what went wrong with `first`. */
export function skipped(check: CheckName, first: CheckName, words: DoctorWords): Check {
  return { check, state: "skipped", found: words.notChecked(shownName(first, words)) };
}

/** Several findings under one name: all problems together, or that all is well. */
export function together(
  check: CheckName,
  problems: readonly Check[],
  fine: string,
  words: DoctorWords,
): Check {
  const found = problems.filter((it) => it.state === "problem");
  if (found.length === 0) return ok(check, fine);
  return problem(
    check,
    words.joined(found.map((it) => it.found)),
    words.joined([...new Set(found.map(({ todo }) => todo))]),
  );
}

function shownName(check: CheckName, { names, secretOf }: DoctorWords): string {
  return isNamed(check, names) ? names[check] : secretOf(check.slice("AppSecret of ".length));
}

function isNamed(check: CheckName, names: DoctorWords["names"]): check is keyof DoctorWords["names"] {
  return Object.hasOwn(names, check);
}

const marks = { ok: "✓", problem: "✗", skipped: "–" } as const satisfies Record<Check["state"], string>;

/** For findings beside the names of checks; where there are fewer, findings have lines of their own. */
const fewestColumns = 50;

/** `✓ WeChat   …`, one line for each check, broken where the terminal ends, and how many of them found something. */
export function report(checks: readonly Check[], words: DoctorWords, columns: number): string {
  const names = checks.map(({ check }) => printable(shownName(check, words)));
  const width = Math.max(...names.map(widthOf));
  const beside = columns - width - 4 >= fewestColumns;
  const lines = checks.map((it, index) => {
    const name = `${marks[it.state]} ${names[index]}`;
    const found = printable(it.state === "problem" ? words.problem(it.found, it.todo) : it.found);
    if (!beside) return `${name}\n${wrapped(`  ${found}`, columns, "  ")}`;
    const padding = " ".repeat(width + 4 - widthOf(name));
    return wrapped(`${name}${padding}${found}`, columns, " ".repeat(width + 4));
  });
  const problems = checks.filter(({ state }) => state === "problem").length;
  return [...lines, "", words.verdict(problems)].join("\n");
}
