import { DeleteCommand, PutCommand, QueryCommand } from "@aws-sdk/lib-dynamodb";
import type { Session, SessionKey, SessionList, Sessions } from "../core/session.ts";
import { consumeTicket } from "./attempts.ts";
import { answered, type Table, write } from "./table.ts";
import { type TransactionPart, transact } from "./transaction.ts";

const what = "sessions";
/** Some three hundred kilobytes. */
const mostRead = 1_000;

/**
 * Sessions table: identity (B, 16 bytes) + secretHash (B, 32 bytes); userId, generation (N), createdAt (N, ms), expiresAt
 * (N, s, the TTL attribute), device?. `attempts`: the name of the table that has the tickets.
 */
export function dynamoDbSessions(table: Table, { attempts }: { readonly attempts: string }): Sessions {
  const { client, name } = table;
  return {
    // Without a condition on purpose: the SDK may send it twice, and 256 random bits do not collide.
    async open(session, ticket) {
      const { Put } = putSession(name, session);
      if (ticket === undefined) {
        await write(what, table, (abortSignal) => client.send(new PutCommand(Put), { abortSignal }));
        return true;
      }
      return (await transact(what, table, [{ Put }, consumeTicket(attempts, ticket)])) === undefined;
    },
  };
}

export function dynamoDbSessionList(table: Table): SessionList {
  const { client, name: TableName } = table;
  return {
    async remove(key, generation) {
      const ofGeneration = {
        ConditionExpression: "attribute_not_exists(generation) OR generation <= :generation",
        ExpressionAttributeValues: { ":generation": generation },
      };
      const command = new DeleteCommand({
        TableName,
        Key: itemKey(key),
        ...(generation !== undefined && ofGeneration),
      });
      const removed = await write(what, table, (abortSignal) => client.send(command, { abortSignal }));
      return removed !== undefined;
    },

    // One request, whatever a login loop has left there.
    async list(identityKey) {
      const { Items = [], LastEvaluatedKey } = await query("#identity = :identity", {
        ":identity": identityKey,
      });
      const sessions = Items.flatMap((item) => readSession(identityKey, item));
      return { sessions, more: LastEvaluatedKey !== undefined };
    },

    // By a query, because whoever lists may query anyway.
    async find({ identityKey, secretHash }) {
      const { Items = [] } = await query("#identity = :identity AND secretHash = :secretHash", {
        ":identity": identityKey,
        ":secretHash": secretHash,
      });
      return Items.flatMap((item) => readSession(identityKey, item))[0];
    },
  };

  function query(KeyConditionExpression: string, ExpressionAttributeValues: Record<string, Uint8Array>) {
    const command = new QueryCommand({
      TableName,
      KeyConditionExpression,
      ExpressionAttributeNames: { "#identity": "identity" },
      ExpressionAttributeValues,
      ConsistentRead: true,
      Limit: mostRead,
    });
    return answered(what, (abortSignal) => client.send(command, { abortSignal }));
  }
}

/** The part of a transaction that stores a session. */
export function putSession(TableName: string, session: Session) {
  const { userId, generation, createdAt, expiresAt, device } = session;
  const Item = { ...itemKey(session), userId, generation, createdAt, expiresAt, device };
  return { Put: { TableName, Item } } satisfies TransactionPart;
}

function itemKey({ identityKey, secretHash }: SessionKey) {
  return { identity: identityKey, secretHash };
}

/** Only what is whole: a field that is missing or of another type makes it nothing. */
function readSession(identityKey: Uint8Array, item: Record<string, unknown>): Session[] {
  const { secretHash, userId, generation, createdAt, expiresAt, device } = item;
  const isWhole =
    secretHash instanceof Uint8Array &&
    typeof userId === "string" &&
    typeof generation === "number" &&
    typeof createdAt === "number" &&
    typeof expiresAt === "number";
  if (!isWhole) return [];
  const session = { identityKey, secretHash, userId, generation, createdAt, expiresAt };
  return [{ ...session, ...(typeof device === "string" && { device }) }];
}
