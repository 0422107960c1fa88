import { printable, widthOf } from "./output.ts";

/** One thing that was looked at. `todo`, of a problem, names a command. */
export type Check =
  | { readonly check: string; readonly state: "ok" | "skipped"; readonly found: string }
  | { readonly check: string; readonly state: "problem"; readonly found: string; readonly todo: string };

export function ok(check: string, found: string): Check {
  return { check, state: "ok", found };
}

export function problem(check: string, found: string, todo: string): Check {
  return { check, state: "problem", found, todo };
}

/** Could not be looked at, because of what went wrong with `first`. */
export function skipped(check: string, first: string): Check {
  return { check, state: "skipped", found: `not checked: ${first} comes first` };
}

/** Several findings under one name: all problems together, or that all is well. */
export function together(check: string, problems: readonly Check[], fine: string): Check {
  const found = problems.filter((it) => it.state === "problem");
  if (found.length === 0) return ok(check, fine);
  const sentences = (texts: readonly string[]) => texts.join("; ");
  return problem(
    check,
    sentences(found.map((it) => it.found)),
    sentences([...new Set(found.map(({ todo }) => todo))]),
  );
}

const marks = { ok: "✓", problem: "✗", skipped: "–" } as const satisfies Record<Check["state"], string>;

/** `✓ WeChat   …`, one line for each check, and how many of them found something. */
export function report(checks: readonly Check[]): string {
  const width = Math.max(...checks.map(({ check }) => widthOf(printable(check))));
  const lines = checks.map((it) => {
    const name = printable(it.check);
    const line = `${marks[it.state]} ${name}${" ".repeat(width - widthOf(name))}  ${printable(it.found)}`;
    return it.state === "problem" ? `${line}. What to do: ${printable(it.todo)}.` : line;
  });
  const problems = checks.filter(({ state }) => state === "problem").length;
  const verdict = problems === 0 ? "All is well." : problems === 1 ? "1 problem." : `${problems} problems.`;
  return [...lines, "", verdict].join("\n");
}
