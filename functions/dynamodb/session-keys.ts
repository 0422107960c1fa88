import { UpdateCommand, type UpdateCommandInput } from "@aws-sdk/lib-dynamodb";
import { sha256 } from "../core/identity.ts";
import type { SessionKeys } from "../core/session-key.ts";
import { readItem, type Table, write } from "./table.ts";

const what = "sessionKeys";
const notDropped = "NOT contains(dropped, :hash)";
const another = `(attribute_not_exists(latest) OR latest <> :key) AND ${notDropped}`;
const theSame = "latest = :key";
// An earlier reset's may come late, too.
const kept = `attribute_exists(latest) AND ${notDropped}`;

/**
 * SessionKeys table: identity (B, 16 bytes); latest (S) and previous (S), which is the same until there have been two;
 * dropped? (SS, hashes of those that were reset); expiresAt (N, s, the TTL attribute).
 *
 * Two logins at once may write in the other order than WeChat has given out their keys, and neither clocks nor the keys
 * tell. So the two latest are kept, and a write that comes twice must not push the other one out:
 *
 *   keep K1 ── keep K2 ── keep K2 ────────── keep K1, sent again
 *   K1, K1     K2, K1     K2, K1 (TTL only)  K1, K2
 */
export function dynamoDbSessionKeys(table: Table): SessionKeys {
  const { client, name: TableName } = table;

  function update(identity: Uint8Array, input: Omit<UpdateCommandInput, "TableName" | "Key">) {
    const command = new UpdateCommand({ TableName, Key: { identity }, ...input });
    return write(what, table, (abortSignal) => client.send(command, { abortSignal }));
  }

  return {
    async keep(identityKey, sessionKey, expiresAt) {
      const values = { ":key": sessionKey, ":expiresAt": expiresAt };
      const stored = await update(identityKey, {
        UpdateExpression: "SET previous = if_not_exists(latest, :key), latest = :key, expiresAt = :expiresAt",
        ConditionExpression: another,
        ExpressionAttributeValues: { ...values, ":hash": hashOf(sessionKey) },
      });
      if (stored) return;
      await update(identityKey, {
        UpdateExpression: "SET expiresAt = :expiresAt",
        ConditionExpression: theSame,
        ExpressionAttributeValues: values,
      });
    },

    async find(identityKey) {
      const { latest, previous } = (await readItem(table, { identity: identityKey }, what)) ?? {};
      return [...new Set([latest, previous])].filter((key) => typeof key === "string");
    },

    async replace(identityKey, sessionKey, dropped) {
      await update(identityKey, {
        UpdateExpression: "SET previous = :key, latest = :key ADD dropped :dropped",
        ConditionExpression: kept,
        ExpressionAttributeValues: {
          ":key": sessionKey,
          ":hash": hashOf(sessionKey),
          ":dropped": new Set(dropped.map(hashOf)),
        },
      });
    },
  };
}

function hashOf(sessionKey: string): string {
  return Buffer.from(sha256(sessionKey)).toString("base64url");
}
