import { DeleteCommand, PutCommand, paginateQuery } from "@aws-sdk/lib-dynamodb";
import type { Session, SessionKey, SessionList, Sessions } from "../core/session.ts";
import { answered, type Table } from "./table.ts";

/**
 * Sessions table: identity (B, 16 bytes) + secretHash (B, 32 bytes); userId, createdAt (N, ms), expiresAt (N, s,
 * the TTL attribute), device?.
 */
export function dynamoDbSessions({ client, name: TableName, deadline }: Table): Sessions & SessionList {
  const options = { abortSignal: deadline };
  const itemKey = (key: SessionKey) => ({ identity: key.identityKey, secretHash: key.secretHash });
  return {
    // Without a condition on purpose: the SDK may send it twice, and 256 random bits do not collide.
    async create(session) {
      const { userId, createdAt, expiresAt, device } = session;
      const Item = { ...itemKey(session), userId, createdAt, expiresAt, device };
      await answered(client.send(new PutCommand({ TableName, Item }), options));
    },

    async remove(key) {
      await answered(client.send(new DeleteCommand({ TableName, Key: itemKey(key) }), options));
    },

    async list(identityKey) {
      const query = {
        TableName,
        KeyConditionExpression: "#identity = :identity",
        ExpressionAttributeNames: { "#identity": "identity" },
        ExpressionAttributeValues: { ":identity": identityKey },
        ConsistentRead: true,
      };
      const found: Session[] = [];
      await answered(
        (async () => {
          for await (const page of paginateQuery({ client }, query, options)) {
            found.push(...(page.Items ?? []).flatMap((item) => readSession(identityKey, item)));
          }
        })(),
      );
      return found;
    },
  };
}

function readSession(identityKey: Uint8Array, item: Record<string, unknown>): Session[] {
  const { secretHash, userId, createdAt, expiresAt, device } = item;
  const isWhole =
    secretHash instanceof Uint8Array &&
    typeof userId === "string" &&
    typeof createdAt === "number" &&
    typeof expiresAt === "number";
  if (!isWhole) return [];
  return [
    { identityKey, secretHash, userId, createdAt, expiresAt, ...(typeof device === "string" && { device }) },
  ];
}
