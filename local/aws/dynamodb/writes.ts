import { AwsError, validationException } from "../aws-error.ts";
import { holds } from "./conditions.ts";
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
  type Table,
} from "./dynalite.ts";
import type { ItemLocks } from "./item-locks.ts";
import { stage } from "./staging.ts";

/** AWS's words for an item that is in somebody else's transaction. */
export const conflictMessage = "Transaction is ongoing for the item";

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

/**
 * PutItem, UpdateItem and DeleteItem: one item, committed as one batch. Throws TransactionConflictException where it
 * meets a transaction.
 */
export async function writeItem(
  store: Store,
  locks: ItemLocks,
  kind: Exclude<WriteKind, "conditionCheck">,
  input: object,
): Promise<Record<string, unknown>> {
  const checked = checkWrite(store, kind, input);
  const write = locate(checked, await getTable(store, checked.request.TableName));
  if (locks.conflicts(write.key)) throw new AwsError("TransactionConflictException", conflictMessage);
  return locks.hold("write", [write.key], async () => {
    const { changes, result } = await stageWrite(store, write, await readItem(store, write.key));
    await store.db.batch(changes);
    return result;
  });
}
