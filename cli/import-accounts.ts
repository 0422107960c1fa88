import type { ImportRow } from "../contract/operator-shapes.ts";
import type { BadRow, GoodRow } from "./account-row.ts";
import type { AdminClient } from "./admin-client.ts";

/** How far an import has come. */
export interface ImportCounts {
  /** Rows that were answered or found bad. */
  done: number;
  added: number;
  unchanged: number;
  readonly bad: BadRow[];
}

export interface ImportOptions {
  readonly rows: AsyncIterable<GoodRow | BadRow>;
  readonly admin: AdminClient;
  readonly signal: AbortSignal;
  readonly onProgress: (counts: ImportCounts) => void;
}

/** Of the hundred that a request holds. A password is hashed by the admin function, which takes its time. */
const requestHolds = 100;
const weightOf = (row: ImportRow) => (row.password === undefined ? 1 : 4);

/** Few, because a young AWS account runs ten functions at once, and people are logging in meanwhile. */
const requestsInFlight = 4;

/**
 * Sends the good rows in requests of up to 100 (25 with passwords), a few at once. Ends at the first request that fails
 * for good, after those under way were answered, or when the signal is aborted. Running it again is harmless.
 */
export async function importAccounts({ rows, admin, signal, onProgress }: ImportOptions) {
  const counts: ImportCounts = { done: 0, added: 0, unchanged: 0, bad: [] };
  const inFlight = new Set<Promise<void>>();
  let failure: unknown;
  let batch: GoodRow[] = [];
  let weight = 0;

  const report = (bad: BadRow) => {
    counts.bad.push(bad);
    counts.done++;
  };

  async function send(sent: readonly GoodRow[]): Promise<void> {
    const request = { action: "accounts.import", rows: sent.map(({ row }) => row) } as const;
    const { results } = await admin.ask(request);
    for (const [index, { line, row }] of sent.entries()) {
      const result = results[index];
      const { username } = row;
      if (!result) report({ line, username, reason: ({ accountsFile }) => accountsFile.notAnswered });
      else if ("detail" in result) {
        report({ line, username, reason: ({ accountsFile }) => accountsFile.refused(result.detail) });
      } else {
        counts[result.result]++;
        counts.done++;
      }
    }
    onProgress(counts);
  }

  async function flush(): Promise<void> {
    if (batch.length === 0) return;
    if (inFlight.size >= requestsInFlight) await Promise.race(inFlight);
    if (ended()) return;
    const sending = send(batch)
      .catch((error: unknown) => {
        failure ??= error;
      })
      .finally(() => inFlight.delete(sending));
    inFlight.add(sending);
    batch = [];
    weight = 0;
  }

  const ended = () => failure !== undefined || signal.aborted;

  for await (const entry of rows) {
    if (ended()) break;
    if ("reason" in entry) {
      report(entry);
      continue;
    }
    if (weight + weightOf(entry.row) > requestHolds) await flush();
    batch.push(entry);
    weight += weightOf(entry.row);
  }
  if (!ended()) await flush();
  await Promise.all(inFlight);
  counts.bad.sort((one, other) => one.line - other.line);
  return { counts, failure };
}
