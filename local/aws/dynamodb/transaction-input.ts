import { validationException } from "../aws-error.ts";
import { isRecord } from "../json.ts";
import type { Store } from "./dynalite.ts";
import { type CheckedWrite, checkWrite } from "./writes.ts";

/** The members that each kind of write may have; AWS ignores all others. */
const expressions = ["ConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues"];
const common = ["TableName", "ReturnValuesOnConditionCheckFailure", ...expressions];
const writes = {
  Put: { kind: "putItem", members: [...common, "Item"], required: [] },
  Update: {
    kind: "updateItem",
    members: [...common, "Key", "UpdateExpression"],
    required: ["UpdateExpression"],
  },
  Delete: { kind: "deleteItem", members: [...common, "Key"], required: [] },
  ConditionCheck: { kind: "conditionCheck", members: [...common, "Key"], required: ["ConditionExpression"] },
} as const;

/** Throws ValidationException unless there are 1 to 100. */
export function transactItems(input: object): unknown[] {
  const items = "TransactItems" in input && Array.isArray(input.TransactItems) ? input.TransactItems : [];
  if (items.length < 1 || items.length > 100) {
    const bound = items.length < 1 ? "greater than or equal to 1" : "less than or equal to 100";
    throw validationException(
      `1 validation error detected: Value at 'transactItems' failed to satisfy constraint: Member must have length ${bound}`,
    );
  }
  return items;
}

/** One entry of a writing transaction, `position` counted from 1. Throws ValidationException. */
export function checkTransactItem(store: Store, item: unknown, position: number): CheckedWrite {
  const [[name, given] = [], ...more] = isRecord(item) ? Object.entries(item) : [];
  const write = Object.entries(writes).find(([known]) => known === name)?.[1];
  if (!write || !isRecord(given) || more.length > 0) {
    throw validationException("TransactItems can only contain one of Check, Put, Update or Delete");
  }
  const missing = write.required.find((member) => given[member] === undefined);
  if (missing) {
    throw validationException(
      `1 validation error detected: Value null at 'transactItems.${position}.member.${lowerFirst(String(name))}.${lowerFirst(missing)}' failed to satisfy constraint: Member must not be null`,
    );
  }
  const members: readonly string[] = write.members;
  return checkWrite(
    store,
    write.kind,
    Object.fromEntries(Object.entries(given).filter(([key]) => members.includes(key))),
  );
}

/** Throws ValidationException unless it is absent or has 1 to 36 characters. */
export function clientRequestToken(input: object): string | undefined {
  const token = "ClientRequestToken" in input ? input.ClientRequestToken : undefined;
  if (token === undefined || token === null) return undefined;
  if (typeof token !== "string" || token.length < 1 || token.length > 36) {
    throw validationException(
      `1 validation error detected: Value '${token}' at 'clientRequestToken' failed to satisfy constraint: Member must have length less than or equal to 36`,
    );
  }
  return token;
}

function lowerFirst(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
