import type { Facts } from "../../functions/core/refusal.ts";
import type { Invocation, Time } from "../../functions/runtime/invocation.ts";

/** Calls without a clock. */
export const untimedCall: Time = (_, call) => call();

/** Invocations without timings, for tests of what a function itself says: each pushes its line to `lines`. */
export function untimed(lines: Facts[] = []): () => Invocation {
  return () => ({ time: untimedCall, log: (facts) => void lines.push(facts) });
}
