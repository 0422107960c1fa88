import { DeleteCommand, PutCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { AttemptCounters } from "../core/attempts.ts";
import type { BindTickets, TicketHash } from "../core/bind-ticket.ts";
import type { Person } from "../core/identity.ts";
import { answered, ifConditionHolds, type Table } from "./table.ts";

/**
 * A write whose reply was lost is sent again and counts twice: a guess more or less than the limit, which is no more than
 * that. Making it exact would cost a transaction per attempt.
 *
 * Attempts table, counters: key (S) `identity#…`, `ip#…`, `username#…`; count (N), expiresAt (N, s, the TTL attribute).
 */
export function dynamoDbAttemptCounters({ client, name: TableName, deadline }: Table): AttemptCounters {
  const options = { abortSignal: deadline };
  return {
    async charge(key, limit, expiresAt) {
      const charged = await ifConditionHolds(
        client.send(
          new UpdateCommand({
            TableName,
            Key: { key },
            UpdateExpression: "ADD #count :one SET expiresAt = :expiresAt",
            ConditionExpression: "attribute_not_exists(#count) OR #count < :limit",
            ExpressionAttributeNames: { "#count": "count" },
            ExpressionAttributeValues: { ":one": 1, ":limit": limit, ":expiresAt": expiresAt },
          }),
          options,
        ),
      );
      return charged !== undefined;
    },

    async giveBack(key) {
      await ifConditionHolds(
        client.send(
          new UpdateCommand({
            TableName,
            Key: { key },
            UpdateExpression: "ADD #count :minusOne",
            ConditionExpression: "#count > :zero",
            ExpressionAttributeNames: { "#count": "count" },
            ExpressionAttributeValues: { ":minusOne": -1, ":zero": 0 },
          }),
          options,
        ),
      );
    },
  };
}

/**
 * Attempts table, bind tickets: key (S) `ticket#…`; appId, openid, unionid?, attemptsLeft (N), expiresAt (N, s, the TTL
 * attribute).
 */
export function dynamoDbBindTickets({ client, name: TableName, deadline }: Table): BindTickets {
  const options = { abortSignal: deadline };
  const itemKey = (hash: TicketHash) => ({ key: `ticket#${hash}` });
  return {
    async create(hash, person, attemptsLeft, expiresAt) {
      const Item = { ...itemKey(hash), ...person, attemptsLeft, expiresAt };
      await answered(client.send(new PutCommand({ TableName, Item }), options));
    },

    async takeAttempt(hash, now) {
      const taken = await ifConditionHolds(
        client.send(
          new UpdateCommand({
            TableName,
            Key: itemKey(hash),
            UpdateExpression: "ADD attemptsLeft :minusOne",
            ConditionExpression: "attemptsLeft > :zero AND expiresAt > :now",
            ExpressionAttributeValues: { ":minusOne": -1, ":zero": 0, ":now": now / 1000 },
            ReturnValues: "ALL_NEW",
          }),
          options,
        ),
      );
      return taken && readPerson(taken.Attributes);
    },

    async consume(hash) {
      const consumed = await ifConditionHolds(
        client.send(
          new DeleteCommand({
            TableName,
            Key: itemKey(hash),
            ConditionExpression: "attribute_exists(attemptsLeft)",
          }),
          options,
        ),
      );
      return consumed !== undefined;
    },
  };
}

function readPerson(item: Record<string, unknown> | undefined): Person | undefined {
  if (typeof item?.appId !== "string" || typeof item.openid !== "string") return undefined;
  const { appId, openid, unionid } = item;
  return { appId, openid, ...(typeof unionid === "string" && { unionid }) };
}
