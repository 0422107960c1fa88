import { PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { AttemptCounters } from "../core/attempts.ts";
import type { BindTicketHash, BindTickets } from "../core/bind-ticket.ts";
import type { Person } from "../core/identity.ts";
import { readItem, type Table, write } from "./table.ts";
import type { TransactionPart } from "./transaction.ts";

const what = "attempts";
const belowLimit = "attribute_not_exists(#count) OR #count < :limit";
const usable = "attemptsLeft > :zero AND expiresAt > :now";

/**
 * Attempts table, counters: key (S) `identity#…`, `ip#…`, `username#…`; count (N), expiresAt (N, s, the TTL attribute).
 *
 * A write whose reply was lost is sent again and counts twice: a guess more or less than the limit, which is no more than
 * that. Making it exact would cost a transaction per attempt.
 */
export function dynamoDbAttemptCounters(table: Table): AttemptCounters {
  const { client, name: TableName } = table;
  return {
    async charge(key, limit, expiresAt) {
      const command = new UpdateCommand({
        TableName,
        Key: { key },
        UpdateExpression: "ADD #count :one SET expiresAt = :expiresAt",
        ConditionExpression: belowLimit,
        ExpressionAttributeNames: { "#count": "count" },
        ExpressionAttributeValues: { ":one": 1, ":limit": limit, ":expiresAt": expiresAt },
        ReturnValues: "ALL_NEW",
      });
      const charged = await write(what, table, (abortSignal) => client.send(command, { abortSignal }));
      return charged && Number(charged.Attributes?.count);
    },

    async giveBack(key) {
      const command = new UpdateCommand({
        TableName,
        Key: { key },
        UpdateExpression: "ADD #count :minusOne",
        ConditionExpression: "#count > :zero",
        ExpressionAttributeNames: { "#count": "count" },
        ExpressionAttributeValues: { ":minusOne": -1, ":zero": 0 },
      });
      await write(what, table, (abortSignal) => client.send(command, { abortSignal }));
    },

    async read(key) {
      return Number((await readItem(table, { key }, what))?.count ?? 0);
    },
  };
}

/**
 * Attempts table, bind tickets: key (S) `ticket#…`; appId, openid, unionid?, attemptsLeft (N), expiresAt (N, s, the TTL
 * attribute). Consumed: key and expiresAt, nothing else.
 */
export function dynamoDbBindTickets(table: Table): BindTickets {
  const { client, name: TableName } = table;
  return {
    async create(hash, person, attemptsLeft, expiresAt) {
      const Item = { ...ticketKey(hash), ...person, attemptsLeft, expiresAt };
      // One that arrives late, when another try was faster, brings back neither attempts nor a ticket that is consumed.
      const command = new PutCommand({
        TableName,
        Item,
        ConditionExpression: "attribute_not_exists(#key)",
        ExpressionAttributeNames: { "#key": "key" },
      });
      await write(what, table, (abortSignal) => client.send(command, { abortSignal }));
    },

    async takeAttempt(hash, now) {
      const command = new UpdateCommand({
        TableName,
        Key: ticketKey(hash),
        UpdateExpression: "ADD attemptsLeft :minusOne",
        ConditionExpression: usable,
        ExpressionAttributeValues: { ":minusOne": -1, ":zero": 0, ":now": now / 1000 },
        ReturnValues: "ALL_NEW",
      });
      const taken = await write(what, table, (abortSignal) => client.send(command, { abortSignal }));
      return taken && readPerson(taken.Attributes);
    },
  };
}

/** The part of a transaction that consumes a ticket: it holds for one of all that try. */
export function consumeTicket(TableName: string, hash: BindTicketHash): TransactionPart {
  return {
    Update: {
      TableName,
      Key: ticketKey(hash),
      UpdateExpression: "REMOVE attemptsLeft, appId, openid, unionid",
      ConditionExpression: "attribute_exists(attemptsLeft)",
    },
  };
}

function ticketKey(hash: BindTicketHash) {
  return { key: `ticket#${hash}` };
}

function readPerson(item: Record<string, unknown> | undefined): Person | undefined {
  if (typeof item?.appId !== "string" || typeof item.openid !== "string") return undefined;
  const { appId, openid, unionid } = item;
  return { appId, openid, ...(typeof unionid === "string" && { unionid }) };
}
