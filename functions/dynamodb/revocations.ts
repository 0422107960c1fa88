import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { accountKey } from "../core/identity.ts";
import type { BoundIdentity, Revocations } from "../core/revocation.ts";
import { identitiesAttribute, readIdentities } from "./bindings-table.ts";
import { answered, ifConditionHolds, type Table } from "./table.ts";
import { type Pause, transact } from "./transaction.ts";

const notBackwards = "(attribute_not_exists(sessionsValidFrom) OR sessionsValidFrom < :validFrom)";
const bindsNotBackwards = "(attribute_not_exists(bindsValidFrom) OR bindsValidFrom < :validFrom)";
const stillTheirs = "userId = :userId";

/** What ends access, in the Bindings table: see bindings-table.ts for its items. */
export function dynamoDbRevocations({ client, name: TableName, deadline }: Table, pause: Pause): Revocations {
  const options = { abortSignal: deadline };

  async function takeOut(identity: BoundIdentity, userId: string, validFrom: number | undefined) {
    const forward = validFrom === undefined ? "" : " SET sessionsValidFrom = :validFrom";
    return transact(
      { client, deadline },
      [
        {
          Update: {
            TableName,
            Key: { key: identity.identityKey },
            UpdateExpression: `REMOVE userId, boundAt, disabled${forward}`,
            ConditionExpression: validFrom === undefined ? stillTheirs : `${stillTheirs} AND ${notBackwards}`,
            ExpressionAttributeValues: {
              ":userId": userId,
              ...(validFrom !== undefined && { ":validFrom": validFrom }),
            },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          },
        },
        {
          Update: {
            TableName,
            Key: { key: accountKey(userId) },
            UpdateExpression: "DELETE #identities :identity",
            ExpressionAttributeNames: { "#identities": identitiesAttribute(identity.appId) },
            ExpressionAttributeValues: { ":identity": new Set([identity.identityKey]) },
          },
        },
      ],
      pause,
    );
  }

  return {
    async endSessions(key, validFrom) {
      await ifConditionHolds(
        client.send(
          new UpdateCommand({
            TableName,
            Key: { key },
            UpdateExpression: "SET sessionsValidFrom = :validFrom",
            ConditionExpression: `attribute_exists(appId) AND ${notBackwards}`,
            ExpressionAttributeValues: { ":validFrom": validFrom },
          }),
          options,
        ),
      );
    },

    async unbind(identity, userId, validFrom) {
      const reasons = await takeOut(identity, userId, validFrom);
      // Another revocation, by a clock ahead of ours, has moved the time further: it stays there.
      if (reasons?.[0]?.Item?.userId?.S === userId) await takeOut(identity, userId, undefined);
    },

    async endBinds(userId, validFrom) {
      const Key = { key: accountKey(userId) };
      const updated = await ifConditionHolds(
        client.send(
          new UpdateCommand({
            TableName,
            Key,
            UpdateExpression: "SET userId = :userId, bindsValidFrom = :validFrom",
            ConditionExpression: bindsNotBackwards,
            ExpressionAttributeValues: { ":userId": userId, ":validFrom": validFrom },
            ReturnValues: "ALL_NEW",
          }),
          options,
        ),
      );
      if (updated) return readIdentities(updated.Attributes);
      const found = await answered(
        client.send(new GetCommand({ TableName, Key, ConsistentRead: true }), options),
      );
      return readIdentities(found.Item);
    },

    async setAccountDisabled(userId, disabled) {
      await answered(
        client.send(
          new UpdateCommand({
            TableName,
            Key: { key: accountKey(userId) },
            UpdateExpression: `SET userId = :userId${disabled ? ", disabled = :true" : " REMOVE disabled"}`,
            ExpressionAttributeValues: { ":userId": userId, ...(disabled && { ":true": true }) },
          }),
          options,
        ),
      );
    },

    async setIdentityDisabled(key, userId, disabled, validFrom) {
      const mark = disabled ? "SET disabled = :true" : "REMOVE disabled";
      const moveOn = disabled ? ", sessionsValidFrom = :validFrom" : "SET sessionsValidFrom = :validFrom";
      const write = (forward: boolean) =>
        ifConditionHolds(
          client.send(
            new UpdateCommand({
              TableName,
              Key: { key },
              UpdateExpression: forward ? `${mark} ${moveOn}` : mark,
              ConditionExpression: forward ? `${stillTheirs} AND ${notBackwards}` : stillTheirs,
              ExpressionAttributeValues: {
                ":userId": userId,
                ...(disabled && { ":true": true }),
                ...(forward && { ":validFrom": validFrom }),
              },
            }),
            options,
          ),
        );
      // Where the first write's condition fails, the time is further on already, or the identity is not theirs.
      if (!(await write(true))) await write(false);
    },
  };
}
