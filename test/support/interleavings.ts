import { AsyncLocalStorage } from "node:async_hooks";
import { setImmediate } from "node:timers/promises";

/** Where an actor waits before each of its steps outside, until the schedule lets it go on. */
export interface Schedule {
  /** To be awaited before each outside step. Outside of an actor it lets through. */
  gate(): Promise<void>;
  /** Runs these at the same time, their steps in the order of `choices`, and then whoever is left. */
  run<T>(actors: readonly (() => Promise<T>)[]): Promise<T[]>;
  /** Who had a step to make at each turn, and who made it. */
  readonly turns: { readonly able: readonly number[]; readonly chosen: number }[];
}

export function schedule(choices: readonly number[]): Schedule {
  const actor = new AsyncLocalStorage<number>();
  const waiting = new Map<number, (() => void)[]>();
  const turns: Schedule["turns"] = [];
  return {
    turns,
    async gate() {
      const who = actor.getStore();
      if (who === undefined) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting.set(who, [...(waiting.get(who) ?? []), resolve]);
      await promise;
    },
    async run(actors) {
      let running = actors.length;
      const results = actors.map((act, who) => actor.run(who, act).finally(() => running--));
      // A rejection is told when all have ended.
      const ended = Promise.allSettled(results);
      while (running > 0) {
        await setImmediate();
        const able = [...waiting].filter(([, gates]) => gates.length > 0).map(([who]) => who);
        const [first] = able.sort();
        if (first === undefined) continue;
        const wanted = choices[turns.length] ?? first;
        const chosen = able.includes(wanted) ? wanted : first;
        turns.push({ able, chosen });
        waiting.get(chosen)?.shift()?.();
      }
      await ended;
      return Promise.all(results);
    },
  };
}

/** Calls `once` with a schedule for every order in which the actors' steps can come; how many there were. */
export async function everyInterleaving(once: (schedule: Schedule) => Promise<void>): Promise<number> {
  const pending: number[][] = [[]];
  let count = 0;
  for (let choices = pending.pop(); choices; choices = pending.pop()) {
    const tried = schedule(choices);
    try {
      await once(tried);
    } catch (error) {
      throw new Error(`In the order ${tried.turns.map(({ chosen }) => chosen).join(" ")}`, { cause: error });
    }
    count++;
    for (let turn = choices.length; turn < tried.turns.length; turn++) {
      const { able = [], chosen } = tried.turns[turn] ?? { chosen: 0 };
      const before = tried.turns.slice(0, turn).map((it) => it.chosen);
      for (const other of able) if (other !== chosen) pending.push([...before, other]);
    }
  }
  return count;
}
