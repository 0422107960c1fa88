export interface ItemLocks {
  /** Whether whoever asks for the item now is to be refused, because a transaction has it or waits for it. */
  conflicts(key: string): boolean;
  /** Runs `work` while nobody else holds any of `keys`; waits for as long as that takes. */
  hold<T>(holder: "write" | "transaction", keys: Iterable<string>, work: () => Promise<T>): Promise<T>;
}

interface Queue {
  /** Settles when the last in the queue has released the item. */
  readonly released: Promise<void>;
  readonly transactions: number;
}

/**
 * Exclusive locks by key, first come first served. A caller joins the queues of all its keys at one instant, so any two
 * callers stand in the same order in every queue they share: no cycle of waiting can arise.
 */
export function itemLocks(onTransactionConflict: "refuse" | "wait"): ItemLocks {
  const queues = new Map<string, Queue>();
  const transactionsOn = (key: string) => queues.get(key)?.transactions ?? 0;

  return {
    conflicts: (key) => onTransactionConflict === "refuse" && transactionsOn(key) > 0,

    async hold(holder, keys, work) {
      const mine = new Set(keys);
      const counted = holder === "transaction" ? 1 : 0;
      const { promise: released, resolve: release } = Promise.withResolvers<void>();
      const ahead = [...mine].map((key) => queues.get(key)?.released);
      for (const key of mine) queues.set(key, { released, transactions: transactionsOn(key) + counted });
      await Promise.all(ahead);
      try {
        return await work();
      } finally {
        for (const key of mine) {
          const queue = queues.get(key);
          if (queue?.released === released) queues.delete(key);
          else if (queue) queues.set(key, { ...queue, transactions: queue.transactions - counted });
        }
        release();
      }
    },
  };
}
