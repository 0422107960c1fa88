import type { Facts } from "../core/refusal.ts";
import { invocation, tenths } from "./invocation.ts";
import { type Failure, whatBroke } from "./what-broke.ts";

/** How an invocation ended: what is answered, and what its line in the log says of that. */
export interface Outcome<Answer> {
  readonly answer: Answer;
  readonly line: Facts;
}

export interface LambdaFunction<Event, Answer> {
  /** Milliseconds for everything outside that an invocation asks, in all. */
  readonly deadlineMs: number;
  /** What the line says of the event, whatever comes of it. Never throws, and never quotes what may be a secret. */
  readonly about: (event: Event) => Facts;
  readonly handle: (event: Event) => Promise<Outcome<Answer>>;
  /** What is answered when `handle` has thrown. Without it the error is thrown on, for whoever invoked the function. */
  readonly broke?: (failure: Failure, event: Event) => Outcome<Answer>;
}

/** Where the log goes, and the clock that durations are taken by: milliseconds since whenever, and never backwards. */
export interface Shell {
  readonly write: (line: Facts) => void;
  readonly clock: () => number;
}

const lambda: Shell = { write: console.log, clock: () => performance.now() };

/**
 * What every function does around its own work: the deadline, the catching of what breaks, and one line in the log with
 * `durationMs`, `NAMEMs` for each kind of outside call, and `coldStart` for an instance's first invocation.
 */
export function shell<Event, Answer>(
  { deadlineMs, about, handle, broke }: LambdaFunction<Event, Answer>,
  { write, clock }: Shell = lambda,
): (event: Event) => Promise<Answer> {
  let coldStart = true;
  return (event) => {
    const startedAt = clock();
    const cold = coldStart && { coldStart };
    coldStart = false;
    return invocation({ deadline: AbortSignal.timeout(deadlineMs), clock }, async (timings) => {
      const log = (line: Facts) =>
        write({ ...about(event), ...line, ...timings(), durationMs: tenths(clock() - startedAt), ...cold });
      try {
        const { answer, line } = await handle(event);
        log(line);
        return answer;
      } catch (error) {
        const failure = whatBroke(error);
        const outcome = broke?.(failure, event);
        log(outcome?.line ?? { outcome: "failed", ...failure.facts });
        if (!outcome) throw error;
        return outcome.answer;
      }
    });
  };
}
