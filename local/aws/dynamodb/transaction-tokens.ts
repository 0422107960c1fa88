import { createHash } from "node:crypto";
import { AwsError } from "../aws-error.ts";
import { isRecord } from "../json.ts";
import type { Change, Store } from "./dynalite.ts";

const rememberedForMs = 10 * 60_000;
const prefix = "transaction-token~";

interface Completed {
  readonly fingerprint: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

export interface TransactionTokens {
  /**
   * `run` commits a transaction together with the changes that it is given, which remember the token. Where the same
   * transaction was completed under this token within 10 minutes, `repeat` runs instead. Throws
   * IdempotentParameterMismatchException if it was another transaction, TransactionInProgressException if the same one
   * is still under way. A transaction that was cancelled is not remembered.
   */
  once<T>(
    token: string,
    transactItems: unknown,
    run: (remember: readonly Change[]) => Promise<T>,
    repeat: () => Promise<T>,
  ): Promise<T>;
}

/** ClientRequestTokens of completed transactions, kept in the same database as the items they changed. */
export async function transactionTokens(store: Store, clock: () => number): Promise<TransactionTokens> {
  const stored: [string, Completed][] = [];
  for await (const [key, value] of store.db.iterator({ gte: prefix, lt: `${prefix}\uffff` })) {
    stored.push([key.slice(prefix.length), value as Completed]);
  }
  /** The oldest in front. */
  const completed = new Map(stored.toSorted(([, a], [, b]) => a.at - b.at));
  /** Tokens that are still in the database. */
  const forgotten = new Set<string>();
  /** Fingerprints by token. */
  const underWay = new Map<string, string>();

  function forgetOld(): void {
    for (const [token, { at }] of completed) {
      if (clock() - at < rememberedForMs) return;
      completed.delete(token);
      forgotten.add(token);
    }
  }

  return {
    async once(token, transactItems, run, repeat) {
      forgetOld();
      const fingerprint = fingerprintOf(transactItems);
      const before = completed.get(token);
      const earlier = before?.fingerprint ?? underWay.get(token);
      if (earlier !== undefined && earlier !== fingerprint) {
        throw new AwsError(
          "IdempotentParameterMismatchException",
          "The request uses the same client token as a previous, but non-identical request.",
        );
      }
      if (before) return repeat();
      if (underWay.has(token)) {
        throw new AwsError(
          "TransactionInProgressException",
          "The transaction with the given request token is already in progress.",
        );
      }
      underWay.set(token, fingerprint);
      try {
        const value: Completed = { fingerprint, at: clock() };
        const removed = [...forgotten];
        const removals = removed.map((old): Change => ({ type: "del", key: prefix + old }));
        const result = await run([...removals, { type: "put", key: prefix + token, value }]);
        for (const old of removed) forgotten.delete(old);
        completed.set(token, value);
        return result;
      } finally {
        underWay.delete(token);
      }
    },
  };
}

function fingerprintOf(value: unknown): string {
  const canonical = JSON.stringify(value, (_name, part) =>
    isRecord(part) ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1))) : part,
  );
  return createHash("sha256").update(canonical).digest("hex");
}
