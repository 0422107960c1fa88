import { DeleteCommand, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { SessionKey, Sessions } from "../core/session.ts";
import { answered, type Table } from "./dynamodb.ts";

/**
 * Sessions table: identity (B, 16 bytes) + secretHash (B, 32 bytes); createdAt (N, ms), expiresAt (N, s, the TTL
 * attribute).
 */
export function dynamoDbSessions({ client, name: TableName, deadline }: Table): Sessions {
  const options = { abortSignal: deadline };
  const itemKey = (key: SessionKey) => ({ identity: key.identityKey, secretHash: key.secretHash });
  return {
    // Without a condition on purpose: the SDK may send it twice, and 256 random bits do not collide.
    async create(session) {
      const { createdAt, expiresAt } = session;
      const Item = { ...itemKey(session), createdAt, expiresAt };
      await answered(client.send(new PutCommand({ TableName, Item }), options));
    },

    async remove(key) {
      await answered(client.send(new DeleteCommand({ TableName, Key: itemKey(key) }), options));
    },
  };
}
