import { TestRunner } from "vitest";

declare module "vitest" {
  interface TaskMeta {
    /** What a proof has run, and what it has found, for the table at the end. */
    figures?: Record<string, number | string>;
  }
}

const betweenNotices = 15_000;

/** Adds figures of the running test to the table that a run of the proofs ends with. */
export function proven(figures: Readonly<Record<string, number | string>>): void {
  const { meta } = runningTest();
  meta.figures = { ...meta.figures, ...figures };
}

/**
 * 1, 2, … up to `total`, or the first of every `step` of them. Says now and then how far it has come, and in the table
 * how many of `what` there were.
 */
export function* counted(what: string, total: number, step = 1): Generator<number> {
  const { context } = runningTest();
  let noticed = performance.now();
  for (let next = 1; next <= total; next += step) {
    yield next;
    const done = Math.min(total, next + step - 1);
    proven({ [what]: done });
    if (performance.now() - noticed < betweenNotices) continue;
    noticed = performance.now();
    context.annotate(`${done} of ${total} ${what}`, "progress");
  }
}

function runningTest() {
  const test = TestRunner.getCurrentTest();
  if (!test) throw new Error("No test is running");
  return test;
}
