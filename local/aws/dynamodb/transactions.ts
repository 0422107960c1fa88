import { AwsError, validationException } from "../aws-error.ts";
import { type Change, capacityUnits, getTable, type Item, type Store } from "./dynalite.ts";
import type { ItemLocks } from "./item-locks.ts";
import { checkTransactItem, clientRequestToken, transactItems } from "./transaction-input.ts";
import type { TransactionTokens } from "./transaction-tokens.ts";
import {
  type CheckedWrite,
  conflictMessage,
  type LocatedWrite,
  locate,
  readItem,
  stageWrite,
} from "./writes.ts";

interface CancellationReason {
  readonly Code: "None" | "ConditionalCheckFailed" | "TransactionConflict" | "ValidationError";
  readonly Message?: string;
  readonly Item?: Item;
}

/**
 * TransactWriteItems, all or nothing: all items are locked, all conditions evaluated, and all changes committed as one
 * LevelDB batch, which a crash leaves whole or absent. Throws TransactionCanceledException with `CancellationReasons` in
 * the order of the request. Meeting another transaction is a reason before any condition is looked at; the one that came
 * first goes on.
 */
export function transactWriteItems(
  store: Store,
  locks: ItemLocks,
  tokens: TransactionTokens,
  delay: () => Promise<void>,
): (input: object) => Promise<object> {
  return async (input) => {
    const items = transactItems(input);
    const checked = items.map((item, index) => checkTransactItem(store, item, index + 1));
    const located = await locateAll(store, checked);
    const token = clientRequestToken(input);
    const keys = located.map(({ key }) => key);

    const commit = (remember: readonly Change[]) => {
      throwIfAnyReason(keys.map((key) => (locks.conflicts(key) ? conflict : fine)));
      return locks.hold("transaction", keys, async () => {
        await delay();
        const { changes, units } = await stageAll(store, located);
        await store.db.batch([...changes, ...remember]);
        return consumed(input, located, "WriteCapacityUnits", units);
      });
    };
    const repeat = async () => {
      const found = await Promise.all(keys.map((key) => readItem(store, key)));
      const units = found.map((item) => 2 * capacityUnits(item, true, true));
      return consumed(input, located, "ReadCapacityUnits", units);
    };
    return token === undefined ? commit([]) : tokens.once(token, items, commit, repeat);
  };
}

const fine: CancellationReason = { Code: "None" };
const conflict: CancellationReason = { Code: "TransactionConflict", Message: conflictMessage };

/** Finds the tables and keys. A key that does not fit its table cancels the transaction, with the reason in its place. */
async function locateAll(store: Store, checked: readonly CheckedWrite[]): Promise<LocatedWrite[]> {
  const located: LocatedWrite[] = [];
  const reasons: CancellationReason[] = [];
  for (const write of checked) {
    const table = await getTable(store, write.request.TableName);
    try {
      located.push(locate(write, table));
      reasons.push(fine);
    } catch (error) {
      reasons.push(reasonFor(error));
    }
  }
  throwIfAnyReason(reasons);
  if (new Set(located.map(({ key }) => key)).size < located.length) {
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
      reasons.push(fine);
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

/** A transaction costs twice the units of plain writes or strongly consistent reads, per item. */
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
