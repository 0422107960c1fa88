import type { Harness } from "./harness.ts";
import { interleave } from "./interleave.ts";
import { startWarmProcess } from "./process/warm-process.ts";
import { median } from "./statistics.ts";
import type { Subject } from "./subject.ts";

export interface WarmCall {
  readonly label: string;
  /** Of the whole process. */
  readonly cpuUs: number;
  readonly callsPerSecondAndCore: number;
}

const leastTurnUs = 100_000;

/**
 * CPU time of one warm call. Every subject has a process of its own, warmed up until the optimizing compiler has had its
 * turn; then they are called in turns. At least `calls` per turn;
 * `warmUp` before the first one.
 */
export async function warmCalls(
  what: string,
  harness: Harness,
  subjects: readonly Subject[],
  { calls, warmUp }: { calls: number; warmUp: number },
): Promise<WarmCall[]> {
  const measured = new Map<Subject, number[]>(subjects.map((subject) => [subject, []]));
  // So that a process that was lucky, or unlucky, with its optimizing compiler does not speak for all.
  const generations = harness.quick ? 1 : 3;
  const turns = Math.ceil(harness.rounds / generations);
  for (let generation = 1; generation <= generations; generation++) {
    await using processes = new AsyncDisposableStack();
    const warm: { label: string; subject: Subject; turn: () => Promise<number> }[] = [];
    for (const subject of subjects) {
      harness.progress(`${what}, warming up`, generation, generations, subject.label);
      const { call } = processes.use(await startWarmProcess(subject, harness.cores));
      const early = await call(warmUp);
      // A call that takes a few dozen microseconds is made more often, or a turn would measure the clock's ticks.
      const perTurn = Math.max(calls, Math.round(leastTurnUs / early));
      if (perTurn > calls) await call(perTurn * 5);
      warm.push({ label: subject.label, subject, turn: () => call(perTurn) });
    }
    const results = await interleave(what, warm, turns, harness.progress, ({ turn }) => turn());
    for (const [{ subject }, runs] of results) measured.get(subject)?.push(...runs);
  }
  return [...measured].map(([{ label }, runs]) => {
    const cpuUs = median(runs);
    return { label, cpuUs, callsPerSecondAndCore: 1_000_000 / cpuUs };
  });
}
