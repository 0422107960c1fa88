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

/** `✓ WeChat   …`, one line for each check, broken behind its name, and how many of them found something. */
export function report(checks: readonly Check[], words: DoctorWords, columns: number): string {
  const names = checks.map(({ check }) => printable(shownName(check, words)));
  const width = Math.max(...names.map(widthOf));
  // Beside a long name nothing would have room on a narrow terminal.
  const indent = " ".repeat(Math.min(width + 4, columns / 3));
  const lines = checks.map((it, index) => {
    const name = names[index] ?? "";
    const found = it.state === "problem" ? words.problem(it.found, it.todo) : it.found;
    const line = `${marks[it.state]} ${name}${" ".repeat(width - widthOf(name))}  ${printable(found)}`;
    return wrapped(line, columns, indent);
  });
  const problems = checks.filter(({ state }) => state === "problem").length;
  return [...lines, "", words.verdict(problems)].join("\n");
}
