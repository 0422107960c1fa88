import { AwsError, validationException } from "./aws-error.ts";
import {
  type Change,
  type CheckedRequest,
  check,
  checkKey,
  createKey,
  getTable,
  type Item,
  itemPrefix,
  type Store,
  stage,
  type Table,
} from "./dynalite.ts";
import { holds } from "./dynamodb-conditions.ts";
import type { ItemLocks } from "./item-locks.ts";

export type WriteKind = "putItem" | "updateItem" | "deleteItem" | "conditionCheck";

/** A write that was checked as far as it can be without its table. */
export interface CheckedWrite {
  readonly kind: WriteKind;
  readonly request: CheckedRequest;
  /** `ReturnValuesOnConditionCheckFailure: ALL_OLD`. */
  readonly showItem: boolean;
}

/** A write that knows the one item it is about; `key` is the item's key in LevelDB. */
export interface LocatedWrite extends CheckedWrite {
  readonly table: Table;
  readonly key: string;
}

/** Throws ValidationException. A ConditionCheck is checked as the DeleteItem that it resembles. */
export function checkWrite(store: Store, kind: WriteKind, input: object): CheckedWrite {
  const onFailure =
    "ReturnValuesOnConditionCheckFailure" in input && input.ReturnValuesOnConditionCheckFailure;
  if (onFailure && onFailure !== "ALL_OLD" && onFailure !== "NONE") {
    throw validationException(
      `1 validation error detected: Value '${onFailure}' at 'returnValuesOnConditionCheckFailure' failed to satisfy constraint: Member must satisfy enum value set: [ALL_OLD, NONE]`,
    );
  }
  const request = check(store, kind === "conditionCheck" ? "deleteItem" : kind, input);
  return { kind, request, showItem: onFailure === "ALL_OLD" };
}

/** Throws ValidationException if the key does not fit the table. */
export function locate(write: CheckedWrite, table: Table): LocatedWrite {
  checkKey(table, write.request);
  const key = createKey(write.request.Item ?? write.request.Key ?? {}, table);
  return { ...write, table, key: itemPrefix(table.TableName) + key };
}

export async function readItem(store: Store, key: string): Promise<Item | undefined> {
  return (await store.db.get(key)) as Item | undefined;
}

/**
 * What the write would change, given the item as it stands. To be called, and its changes committed, while the item is
 * locked. Throws ConditionalCheckFailedException (with `Item` where that was asked for), or ValidationException where
 * an update does not fit the item.
 */
export async function stageWrite(
  store: Store,
  { kind, request, showItem, table }: LocatedWrite,
  existing: Item | undefined,
): Promise<{ changes: Change[]; result: Record<string, unknown> }> {
  const { _condition, ...unconditional } = request;
  if (_condition && !holds(_condition.expression, existing)) {
    throw new AwsError(
      "ConditionalCheckFailedException",
      "The conditional request failed",
      showItem && existing ? { Item: existing } : {},
    );
  }
  return kind === "conditionCheck"
    ? { changes: [], result: {} }
    : await stage(store, kind, unconditional, table, existing);
}

/** PutItem, UpdateItem and DeleteItem: one item, committed with its index entries as one batch. */
export async function writeItem(
  store: Store,
  locks: ItemLocks,
  kind: Exclude<WriteKind, "conditionCheck">,
  input: object,
): Promise<Record<string, unknown>> {
  const checked = checkWrite(store, kind, input);
  const write = locate(checked, await getTable(store, checked.request.TableName));
  return locks.hold([write.key], async () => {
    const { changes, result } = await stageWrite(store, write, await readItem(store, write.key));
    await store.db.batch(changes);
    return result;
  });
}

/** BatchWriteItem: checked as a whole, then each item by itself, as on AWS. Nothing is ever left unprocessed. */
export async function batchWriteItem(
  store: Store,
  locks: ItemLocks,
  input: object,
): Promise<Record<string, unknown>> {
  const { RequestItems = {}, ReturnConsumedCapacity } = check(store, "batchWriteItem", input);
  const writes: LocatedWrite[] = [];
  for (const [TableName, batch] of Object.entries(RequestItems)) {
    const table = await getTable(store, TableName);
    for (const { PutRequest, DeleteRequest } of batch) {
      const kind = PutRequest ? "putItem" : "deleteItem";
      const request = { TableName, ReturnConsumedCapacity, ...PutRequest, ...DeleteRequest };
      writes.push(locate(checkWrite(store, kind, request), table));
    }
  }
  if (new Set(writes.map(({ key }) => key)).size < writes.length) {
    throw validationException("Provided list of item keys contains duplicates");
  }
  const units = new Map<string, number>();
  await Promise.all(
    writes.map((write) =>
      locks.hold([write.key], async () => {
        const { changes, result } = await stageWrite(store, write, await readItem(store, write.key));
        await store.db.batch(changes);
        const { ConsumedCapacity } = result as { ConsumedCapacity?: { CapacityUnits: number } };
        const { TableName } = write.request;
        units.set(TableName, (units.get(TableName) ?? 0) + (ConsumedCapacity?.CapacityUnits ?? 0));
      }),
    ),
  );
  const asked = ReturnConsumedCapacity === "TOTAL" || ReturnConsumedCapacity === "INDEXES";
  return {
    UnprocessedItems: {},
    ...(asked && {
      ConsumedCapacity: [...units].map(([TableName, CapacityUnits]) => ({ TableName, CapacityUnits })),
    }),
  };
}
