import { AwsError, validationException } from "./aws-error.ts";
import {
  type Change,
  capacityUnits,
  check,
  checkKey,
  createKey,
  getTable,
  type Item,
  itemPrefix,
  mapPaths,
  type Store,
  type Table,
} from "./dynalite.ts";
import type { TransactionTokens } from "./dynamodb-idempotency.ts";
import { checkTransactItem, clientRequestToken, transactItems } from "./dynamodb-transaction-input.ts";
import { type CheckedWrite, type LocatedWrite, locate, readItem, stageWrite } from "./dynamodb-writes.ts";
import type { ItemLocks } from "./item-locks.ts";
import { isRecord } from "./json.ts";

interface CancellationReason {
  readonly Code: "None" | "ConditionalCheckFailed" | "ValidationError";
  readonly Message?: string;
  readonly Item?: Item;
}

export interface Transactions {
  /**
   * All or nothing: all items are locked, all conditions evaluated, and all changes committed as one LevelDB batch,
   * which a crash leaves whole or absent. Unlike AWS, which may answer `TransactionConflict` to one of two transactions
   * (or to a plain write) that meet on an item, this one waits for its turn; callers that must handle the conflict need
   * a test that injects it. Throws TransactionCanceledException with `CancellationReasons` in the order of the request.
   */
  write(input: object): Promise<object>;
  /** A snapshot of all items. Waits for writers where AWS may answer `TransactionConflict`. */
  read(input: object): Promise<object>;
}

export function transactions(store: Store, locks: ItemLocks, tokens: TransactionTokens): Transactions {
  return {
    async write(input) {
      const items = transactItems(input);
      const checked = items.map((item, index) => checkTransactItem(store, item, index + 1));
      const located = await locateAll(store, checked, locate);
      const token = clientRequestToken(input);
      const commit = (remember: readonly Change[]) =>
        locks.hold(keysOf(located), async () => {
          const outcome = await stageAll(store, located);
          await store.db.batch([...outcome.changes, ...remember]);
          return consumed(input, located, "WriteCapacityUnits", outcome.units);
        });
      const repeat = async () => {
        const found = await Promise.all(located.map(({ key }) => readItem(store, key)));
        const units = found.map((item) => 2 * capacityUnits(item, true, true));
        return consumed(input, located, "ReadCapacityUnits", units);
      };
      return token === undefined ? commit([]) : tokens.once(token, items, commit, repeat);
    },

    async read(input) {
      const checked = transactItems(input).map((item) => {
        const get = isRecord(item) && isRecord(item.Get) ? item.Get : undefined;
        if (!get) throw validationException("TransactItems can only contain Get");
        return { request: check(store, "getItem", get) };
      });
      const located = await locateAll(store, checked, ({ request }, table) => {
        checkKey(table, request);
        return { request, table, key: itemPrefix(table.TableName) + createKey(request.Key ?? {}, table) };
      });
      const found = await locks.hold(keysOf(located), () =>
        Promise.all(located.map(({ key }) => readItem(store, key))),
      );
      const Responses = found.map((item, index) => {
        const paths = located[index]?.request._projection?.paths;
        return item ? { Item: paths ? mapPaths(paths, item) : item } : {};
      });
      const units = found.map((item) => 2 * capacityUnits(item, true, true));
      return { Responses, ...consumed(input, located, "ReadCapacityUnits", units) };
    },
  };
}

/** Finds the tables and keys. A key that does not fit its table cancels the transaction, with the reason in its place. */
async function locateAll<C extends Pick<CheckedWrite, "request">, L extends { readonly key: string }>(
  store: Store,
  checked: readonly C[],
  locateOne: (one: C, table: Table) => L,
): Promise<L[]> {
  const located: L[] = [];
  const reasons: CancellationReason[] = [];
  for (const one of checked) {
    const table = await getTable(store, one.request.TableName);
    try {
      located.push(locateOne(one, table));
      reasons.push({ Code: "None" });
    } catch (error) {
      reasons.push(reasonFor(error));
    }
  }
  throwIfAnyReason(reasons);
  if (new Set(keysOf(located)).size < located.length) {
    throw validationException("Transaction request cannot include multiple operations on one item");
  }
  return located;
}

async function stageAll(
  store: Store,
  located: readonly LocatedWrite[],
): Promise<{ changes: Change[]; units: readonly number[] }> {
  const changes: Change[] = [];
  const reasons: CancellationReason[] = [];
  const units: number[] = [];
  for (const write of located) {
    const existing = await readItem(store, write.key);
    try {
      const staged = await stageWrite(store, write, existing);
      changes.push(...staged.changes);
      reasons.push({ Code: "None" });
      const put = staged.changes.find((change) => change.type === "put" && change.key === write.key);
      const written = put?.type === "put" ? (put.value as Item) : undefined;
      units.push(2 * Math.max(capacityUnits(existing, false, true), capacityUnits(written, false, true)));
    } catch (error) {
      reasons.push(reasonFor(error));
    }
  }
  throwIfAnyReason(reasons);
  return { changes, units };
}

function reasonFor(error: unknown): CancellationReason {
  if (!(error instanceof AwsError)) throw error;
  if (error.code === "ConditionalCheckFailedException") {
    return { Code: "ConditionalCheckFailed", Message: error.message, ...error.fields };
  }
  return { Code: "ValidationError", Message: error.message };
}

function throwIfAnyReason(reasons: readonly CancellationReason[]): void {
  if (reasons.every(({ Code }) => Code === "None")) return;
  const codes = reasons.map(({ Code }) => Code).join(", ");
  throw new AwsError(
    "TransactionCanceledException",
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons },
  );
}

/** Transactions cost twice the units of plain writes or strongly consistent reads, per item. */
function consumed(
  input: object,
  located: readonly Pick<CheckedWrite, "request">[],
  name: "ReadCapacityUnits" | "WriteCapacityUnits",
  units: readonly number[],
): object {
  const asked = "ReturnConsumedCapacity" in input ? input.ReturnConsumedCapacity : undefined;
  if (asked !== "TOTAL" && asked !== "INDEXES") return {};
  const tables = Map.groupBy(units.keys(), (index) => located[index]?.request.TableName);
  const ConsumedCapacity = [...tables].map(([TableName, indexes]) => {
    const sum = indexes.reduce((total, index) => total + (units[index] ?? 0), 0);
    return { TableName, CapacityUnits: sum, [name]: sum };
  });
  return { ConsumedCapacity };
}

function keysOf(located: readonly { readonly key: string }[]): string[] {
  return located.map(({ key }) => key);
}
