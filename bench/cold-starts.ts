import type { Harness } from "./harness.ts";
import { interleave } from "./interleave.ts";
import { startInstance } from "./process/instance.ts";
import { median } from "./statistics.ts";
import type { Subject } from "./subject.ts";

/** CPU time in ms since the process began, and per call in µs. */
export interface ColdStart {
  readonly label: string;
  readonly readyMs: number;
  readonly firstAnswerMs: number;
  /** Calls 2 to 10, and 11 to 50. */
  readonly earlyCallsUs: readonly [number, number];
}

/** How long the first answer took, in wall ms by MB. */
export interface FirstAnswer {
  readonly label: string;
  /** From the start of the process: what somebody waits for who has met a cold start. */
  readonly fromStartMs: Readonly<Record<number, number>>;
  /** From the hand-over of the invocation: what somebody waits for whose instance was started ahead. */
  readonly fromHandOverMs: Readonly<Record<number, number>>;
}

export const memorySizes = [128, 256, 512] as const;

/**
 * Process start, ready, first answer, and the calls after it, through the Runtime API: most instances live no longer
 * than that.
 */
export async function coldStarts(harness: Harness, subjects: readonly Subject[]): Promise<ColdStart[]> {
  const measured = await interleave(
    "cold starts",
    subjects,
    harness.rounds,
    harness.progress,
    async (subject) => {
      await using instance = await startInstance(subject, harness.cores);
      const cpu: number[] = [];
      for (let call = 1; call <= 50; call++) cpu.push((await instance.invoke(subject.event)).cpu);
      const at = (call: number) => cpu[call - 1] ?? Number.NaN;
      return {
        ready: instance.readyCpu,
        first: at(1),
        early: (at(10) - at(1)) / 9,
        later: (at(50) - at(10)) / 40,
      };
    },
  );
  return [...measured].map(([{ label }, runs]) => ({
    label,
    readyMs: median(runs.map(({ ready }) => ready)) / 1000,
    firstAnswerMs: median(runs.map(({ first }) => first)) / 1000,
    earlyCallsUs: [median(runs.map(({ early }) => early)), median(runs.map(({ later }) => later))],
  }));
}

/**
 * INIT at full speed, the first invocation with a Lambda's share of a CPU. What the bench itself does between the two,
 * to set the share, counts for nobody.
 */
export async function firstAnswers(harness: Harness, subjects: readonly Subject[]): Promise<FirstAnswer[]> {
  const cases = subjects.flatMap((subject) =>
    memorySizes.map((megabytes) => ({ subject, megabytes, label: `${subject.label} at ${megabytes} MB` })),
  );
  const measured = await interleave(
    "first answers",
    cases,
    harness.rounds,
    harness.progress,
    async ({ subject, megabytes }) => {
      await using instance = await startInstance(subject, harness.cores, {
        shares: harness.shares,
        megabytes,
      });
      const { wallMs } = await instance.invoke(subject.event);
      return { fromStart: instance.readyMs + wallMs, fromHandOver: wallMs };
    },
  );
  return subjects.map((subject) => {
    const byMegabytes = (from: "fromStart" | "fromHandOver") =>
      Object.fromEntries(
        [...measured].flatMap(([one, runs]) =>
          one.subject === subject ? [[one.megabytes, median(runs.map((run) => run[from]))] as const] : [],
        ),
      );
    return {
      label: subject.label,
      fromStartMs: byMegabytes("fromStart"),
      fromHandOverMs: byMegabytes("fromHandOver"),
    };
  });
}
