import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { ImportedHashes } from "../core/imported-hashes.ts";
import { readItem, type Table, write } from "./table.ts";
import type { TransactionPart } from "./transaction.ts";

/*
 * Accounts table, key (S) `imported`: secret (B, 32 bytes), and for each parameters that an import brought,
 * `hashes:m=…,t=…,p=…` (N): how many of these hashes no login has replaced yet.
 */
const key = { key: "imported" };
const prefix = "hashes:";
const what = "accounts";

export async function readImportedHashes(table: Table): Promise<ImportedHashes | undefined> {
  const item = await readItem(table, key, what);
  if (!(item?.secret instanceof Uint8Array)) return undefined;
  const counted = Object.entries(item).filter(
    ([name, count]) => name.startsWith(prefix) && Number(count) > 0,
  );
  return { secret: item.secret, parameters: counted.map(([name]) => name.slice(prefix.length)) };
}

/** The first secret stays: by it the work for each unknown name is chosen. */
export async function keepSecret(table: Table, secret: Uint8Array): Promise<void> {
  const command = new UpdateCommand({
    TableName: table.name,
    Key: key,
    UpdateExpression: "SET secret = :secret",
    ConditionExpression: "attribute_not_exists(secret)",
    ExpressionAttributeValues: { ":secret": secret },
  });
  await write(what, table, (abortSignal) => table.client.send(command, { abortSignal }));
}

export async function countImportedHashes(table: Table, parameters: string, more: number): Promise<void> {
  const command = new UpdateCommand(addToCount(table.name, parameters, more));
  await write(what, table, (abortSignal) => table.client.send(command, { abortSignal }));
}

/** The part of a transaction that replaces such a hash. */
export function uncountImportedHash(TableName: string, parameters: string): TransactionPart {
  return { Update: addToCount(TableName, parameters, -1) };
}

function addToCount(TableName: string, parameters: string, more: number) {
  return {
    TableName,
    Key: key,
    UpdateExpression: "ADD #count :more",
    ExpressionAttributeNames: { "#count": prefix + parameters },
    ExpressionAttributeValues: { ":more": more },
  };
}
