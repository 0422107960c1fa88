import type { Facts } from "../core/refusal.ts";

/** Runs a call to something outside, and counts what it took under `name`, also when it fails. */
export type Time = <T>(name: string, call: () => Promise<T>) => Promise<T>;

/** One invocation of a function, which ends with exactly one line in the log. */
export interface Invocation {
  readonly time: Time;
  /**
   * Writes the line: these facts, `durationMs`, `NAMEMs` for what each kind of outside call took in all, and
   * `coldStart` for an instance's first one. Milliseconds, to the tenth.
   */
  log(facts: Facts): void;
}

/** `clock` in milliseconds since whenever, and never backwards. */
export function invocations(write: (line: Facts) => void, clock: () => number): () => Invocation {
  let coldStart = true;
  return () => {
    const startedAt = clock();
    const cold = coldStart;
    coldStart = false;
    const spent = new Map<string, number>();
    return {
      async time(name, call) {
        const calledAt = clock();
        try {
          return await call();
        } finally {
          spent.set(name, (spent.get(name) ?? 0) + clock() - calledAt);
        }
      },
      log(facts) {
        const timings = [...spent].map(([name, ms]) => [`${name}Ms`, tenths(ms)]);
        write({
          ...facts,
          ...Object.fromEntries(timings),
          durationMs: tenths(clock() - startedAt),
          ...(cold && { coldStart: true }),
        });
      },
    };
  };
}

/** The same port, with the time of each of its calls counted under `name`. */
export function timed<P extends { [Verb in keyof P]: (...args: never[]) => Promise<unknown> }>(
  name: string,
  port: P,
  time: Time,
): P {
  return new Proxy(port, {
    get(target, verb, receiver) {
      const call: unknown = Reflect.get(target, verb, receiver);
      return typeof call === "function"
        ? (...args: unknown[]) => time(name, () => Reflect.apply(call, target, args))
        : call;
    },
  });
}

function tenths(milliseconds: number): number {
  return Math.round(milliseconds * 10) / 10;
}
