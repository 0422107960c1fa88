import { UpdateCommand, type UpdateCommandInput } from "@aws-sdk/lib-dynamodb";
import { accountKey } from "../core/identity.ts";
import type { Revocations } from "../core/revocation.ts";
import { identitiesAttribute, isStill, raiseAccount, readIdentities } from "./bindings-table.ts";
import { type Table, write } from "./table.ts";
import { transact } from "./transaction.ts";

const known = "attribute_exists(#key)";
const theirs = "userId = :userId";
const knownAndUnbound = `${known} AND attribute_not_exists(userId)`;

/** What ends access, in the Bindings table: see bindings-table.ts for its items. */
export function dynamoDbRevocations(table: Table): Revocations {
  const { client, name: TableName } = table;

  function update(input: Omit<UpdateCommandInput, "TableName">) {
    const command = new UpdateCommand({ TableName, ...input });
    return write("bindings", table, (abortSignal) => client.send(command, { abortSignal }));
  }

  async function raiseFence(userId: string, disabled?: boolean) {
    const updated = await update({
      ...raiseAccount(TableName, userId, disabled, ["fence"]),
      ReturnValues: "ALL_NEW",
    });
    return readIdentities(updated?.Attributes);
  }

  return {
    async endSessions(key, generation) {
      const updated = await update({
        Key: { key },
        UpdateExpression: "ADD generation :one",
        ConditionExpression:
          generation === undefined ? known : `${known} AND ${isStill("generation", generation)}`,
        ExpressionAttributeNames: { "#key": "key" },
        ExpressionAttributeValues: {
          ":one": 1,
          ":generation": generation,
        },
      });
      return updated !== undefined;
    },

    async unbind({ appId, identityKey }, userId, generation) {
      const reasons = await transact("bindings", table, [
        {
          Update: {
            TableName,
            Key: { key: identityKey },
            UpdateExpression:
              "REMOVE userId, boundAt, appId, openid, unionid, phoneNumber ADD generation :one",
            ConditionExpression:
              generation === undefined ? theirs : `${theirs} AND ${isStill("generation", generation)}`,
            ExpressionAttributeValues: {
              ":userId": userId,
              ":one": 1,
              ":generation": generation,
            },
          },
        },
        {
          Update: {
            TableName,
            Key: { key: accountKey(userId) },
            UpdateExpression: "DELETE #identities :identity ADD fence :one",
            ExpressionAttributeNames: { "#identities": identitiesAttribute(appId) },
            ExpressionAttributeValues: { ":identity": new Set([identityKey]), ":one": 1 },
          },
        },
      ]);
      return reasons === undefined;
    },

    fence: (userId) => raiseFence(userId),

    setAccountDisabled: raiseFence,

    async setIdentityDisabled(key, userId, disabled) {
      await update({
        Key: { key },
        UpdateExpression: `${disabled ? "SET disabled = :true" : "REMOVE disabled"} ADD generation :one`,
        ConditionExpression: theirs,
        ExpressionAttributeValues: { ":userId": userId, ":one": 1, ...(disabled && { ":true": true }) },
      });
    },

    async enableUnbound(key) {
      const updated = await update({
        Key: { key },
        UpdateExpression: "REMOVE disabled",
        ConditionExpression: knownAndUnbound,
        ExpressionAttributeNames: { "#key": "key" },
      });
      return updated !== undefined;
    },
  };
}
