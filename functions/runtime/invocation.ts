import { AsyncLocalStorage } from "node:async_hooks";
import type { Facts } from "../core/refusal.ts";

interface Invocation {
  readonly deadline: AbortSignal;
  /** Milliseconds by the name of what was called. */
  readonly spent: Map<string, number>;
  /** Milliseconds since whenever, and never backwards. */
  readonly clock: () => number;
  readonly startedAt: number;
}

const current = new AsyncLocalStorage<Invocation>();
const never = new AbortController().signal;

/**
 * One call to something outside the function. It is given the invocation's deadline, and what it takes is counted under
 * `name`, also when it fails. Outside of an invocation nothing is counted and nothing ends it.
 */
export async function outside<T>(name: string, call: (deadline: AbortSignal) => Promise<T>): Promise<T> {
  const invocation = current.getStore();
  if (!invocation) return call(never);
  const { deadline, spent, clock } = invocation;
  const calledAt = clock();
  try {
    return await call(deadline);
  } finally {
    spent.set(name, (spent.get(name) ?? 0) + clock() - calledAt);
  }
}

/** Everything that `run` calls outside ends at `deadline`. Returns what it took under each name, when it has ended. */
export function invocation<T>(
  { deadline, clock }: Pick<Invocation, "deadline" | "clock">,
  run: (timings: () => Facts) => Promise<T>,
): Promise<T> {
  const spent = new Map<string, number>();
  const timings = () => Object.fromEntries([...spent].map(([name, ms]) => [`${name}Ms`, tenths(ms)]));
  return current.run({ deadline, spent, clock, startedAt: clock() }, () => run(timings));
}

/** Ends so many milliseconds after the invocation began: for calls that share a deadline earlier than the invocation's. */
export function sinceItBegan(milliseconds: number): AbortSignal {
  const invocation = current.getStore();
  const passed = invocation ? invocation.clock() - invocation.startedAt : 0;
  return AbortSignal.timeout(Math.max(0, Math.floor(milliseconds - passed)));
}

export function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
