import type { VirtualTime } from "../virtual-time.ts";
import type { SimulatedFunction } from "./runtime.ts";
import type { Fault } from "./schedule.ts";

export type Place = "DynamoDB" | "WeChat" | "WeChat's server calls" | "Secrets Manager" | "Lambda";

/** One run of a function, from its event to its answer. */
export interface Invocation {
  readonly fn: SimulatedFunction;
  readonly event: unknown;
  /** What has gone wrong for it outside, as `WeChat: slow`. */
  readonly troubles: string[];
  /** Who waits for it: what goes wrong for the verifier goes wrong for the login that asks it. */
  askedBy?: Invocation;
  /** Of its requests, those that have not come to an end at the other side. */
  underWay: number;
  /** It has answered, or never will. */
  isOver: boolean;
}

/** One process of a function, which serves one invocation at a time. */
export interface Instance {
  readonly fn: SimulatedFunction;
  /** Undefined while it starts, and between two. */
  serves: Invocation | undefined;
  isDead: boolean;
  kill(): void;
}

/** A request on its way, and what can become of it. */
export interface Trip<T> {
  readonly to: Place;
  readonly what: string;
  /** What happens at the other side. */
  readonly effect: () => T | Promise<T>;
  /** What is told in its place, where a fault is drawn that this place knows. */
  readonly instead?: Partial<Record<Fault, () => T>>;
  /** Milliseconds until whoever sent it gives this try up. */
  readonly patience: number;
}

export interface Network {
  send<T>(from: Instance, trip: Trip<T>): Promise<T>;
  /** From now on nothing comes through to this place, for so many milliseconds. */
  cut(place: Place, ms: number): void;
  /** All is well from now on. */
  heal(): void;
}

interface NetworkOptions {
  readonly time: VirtualTime;
  readonly below: (bound: number) => number;
  readonly nextFault: () => Fault;
  readonly tell: (line: () => string) => void;
}

export function network({ time, below, nextFault, tell }: NetworkOptions): Network {
  const cutUntil = new Map<Place, number>();
  let isWell = false;
  const way = () => 1 + below(12) + (below(16) === 0 ? below(80) : 0);

  function drawn(from: Instance, to: Place): Fault {
    if (isWell || !from.serves) return "none";
    if ((cutUntil.get(to) ?? 0) > time.now) return "request lost";
    return nextFault();
  }

  return {
    cut: (place, ms) => void cutUntil.set(place, time.now + ms),
    heal() {
      isWell = true;
    },

    send<T>(from: Instance, { to, what, effect, instead, patience }: Trip<T>): Promise<T> {
      const { promise, resolve, reject } = Promise.withResolvers<T>();
      if (from.isDead) return promise;
      const invocation = from.serves;
      const fault = drawn(from, to);
      const told = instead?.[fault];
      if (fault !== "none" && invocation) {
        invocation.troubles.push(`${to}: ${fault}`);
        invocation.askedBy?.troubles.push(`Lambda: ${fault}`);
        tell(() => `    ${from.fn} → ${to}, ${what}: ${fault}`);
      }
      const there = way() + (fault === "late" ? 1_500 + below(4_000) : 0);
      const back = way() + (fault === "slow" ? 800 + below(2_400) : 0);
      const answerComes = fault !== "request lost" && fault !== "answer lost";
      const giveUp = time.after(patience, () => from.isDead || reject(timedOut()));
      const arrive = (ms: number, run: () => void) =>
        time.after(ms, () => {
          if (from.isDead) return;
          giveUp();
          run();
        });

      if (fault === "killed before") {
        from.kill();
        return promise;
      }
      if (told) {
        arrive(there + back, () => {
          try {
            resolve(told());
          } catch (error) {
            reject(error);
          }
        });
        return promise;
      }
      if (fault === "request lost") {
        if (below(2) === 0) arrive(there + back, () => reject(connectionLost()));
        return promise;
      }
      if (invocation) invocation.underWay++;
      time.after(there, () => {
        const outcome = settledOf(effect);
        const ended = () => {
          if (invocation) invocation.underWay--;
          if (fault === "killed after") from.kill();
          else if (fault === "answer lost" && below(2) === 0) arrive(back, () => reject(connectionLost()));
          else if (answerComes) arrive(back, () => outcome.then(resolve, reject));
        };
        outcome.then(ended, ended);
      });
      return promise;
    },
  };
}

async function settledOf<T>(effect: () => T | Promise<T>): Promise<T> {
  return effect();
}

export function connectionLost(): Error {
  return Object.assign(new Error("socket hang up"), { code: "ECONNRESET" });
}

function timedOut(): Error {
  return Object.assign(new Error("No response in time"), { name: "TimeoutError", code: "ETIMEDOUT" });
}
