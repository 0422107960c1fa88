export interface ItemLocks {
  /** Runs `work` while nobody else holds any of `keys`; waits for as long as that takes. */
  hold<T>(keys: Iterable<string>, work: () => Promise<T>): Promise<T>;
}

/**
 * Exclusive locks by key, first come first served. A caller joins the queues of all its keys at one instant, so any two
 * callers stand in the same order in every queue they share: no cycle of waiting can arise.
 */
export function itemLocks(): ItemLocks {
  const lastInQueue = new Map<string, Promise<void>>();
  return {
    async hold(keys, work) {
      const mine = new Set(keys);
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      const ahead = [...mine].map((key) => lastInQueue.get(key));
      for (const key of mine) lastInQueue.set(key, released);
      await Promise.all(ahead);
      try {
        return await work();
      } finally {
        for (const key of mine) if (lastInQueue.get(key) === released) lastInQueue.delete(key);
        release();
      }
    },
  };
}
