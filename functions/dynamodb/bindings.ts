import { GetCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Bindings, BindResult } from "../core/binding.ts";
import { accountKey, identityKey, type Person } from "../core/identity.ts";
import { identitiesAttribute, readBinding } from "./bindings-table.ts";
import { answered, ifConditionHolds, type Table } from "./table.ts";
import { type CancellationReason, type Pause, type TransactionParts, transact } from "./transaction.ts";

const unboundOrTheirs = "(attribute_not_exists(userId) OR userId = :userId)";
const notSuperseded = "(attribute_not_exists(sessionsValidFrom) OR sessionsValidFrom <= :enteredAt)";
const accountEnabled = "(attribute_not_exists(disabled) OR disabled = :false)";
const bindsStillValid = "(attribute_not_exists(bindsValidFrom) OR bindsValidFrom <= :enteredAt)";
const noOtherOfThisApp = "(attribute_not_exists(#identities) OR #identities = :identity)";

/** Finding and making bindings; see bindings-table.ts for the table's items. */
export function dynamoDbBindings(
  { client, name: TableName, deadline }: Table,
  policy: { oneIdentityPerApp: boolean },
  pause: Pause,
): Bindings {
  const options = { abortSignal: deadline };

  function partsOfBind(person: Person, userId: string, enteredAt: number): TransactionParts {
    const key = identityKey(person);
    return [
      {
        Update: {
          TableName,
          Key: { key },
          UpdateExpression: `SET userId = :userId, appId = :appId, openid = :openid, boundAt = :enteredAt${
            person.unionid === undefined ? "" : ", unionid = :unionid"
          }`,
          ConditionExpression: `${unboundOrTheirs} AND ${notSuperseded}`,
          ExpressionAttributeValues: {
            ":userId": userId,
            ":appId": person.appId,
            ":openid": person.openid,
            ":unionid": person.unionid,
            ":enteredAt": enteredAt,
          },
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        },
      },
      {
        Update: {
          TableName,
          Key: { key: accountKey(userId) },
          UpdateExpression: "SET userId = :userId ADD #identities :identity",
          ConditionExpression: [
            accountEnabled,
            bindsStillValid,
            ...(policy.oneIdentityPerApp ? [noOtherOfThisApp] : []),
          ].join(" AND "),
          ExpressionAttributeNames: { "#identities": identitiesAttribute(person.appId) },
          ExpressionAttributeValues: {
            ":userId": userId,
            ":identity": new Set([key]),
            ":enteredAt": enteredAt,
            ":false": false,
          },
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        },
      },
    ];
  }

  return {
    async find(key) {
      const { Item } = await answered(
        client.send(new GetCommand({ TableName, Key: { key }, ConsistentRead: true }), options),
      );
      return Item && readBinding(Item);
    },

    async bind(person, userId, enteredAt) {
      const reasons = await transact({ client, deadline }, partsOfBind(person, userId, enteredAt), pause);
      return reasons ? whyRefused(reasons, userId, enteredAt) : "bound";
    },

    async rememberUnionid(key, unionid) {
      await ifConditionHolds(
        client.send(
          new UpdateCommand({
            TableName,
            Key: { key },
            UpdateExpression: "SET unionid = :unionid",
            ConditionExpression: "attribute_exists(userId)",
            ExpressionAttributeValues: { ":unionid": unionid },
          }),
          options,
        ),
      );
    },
  };
}

/** Reasons come in the order of the parts: identity, account. */
function whyRefused(
  [identity, account]: readonly CancellationReason[],
  userId: string,
  enteredAt: number,
): BindResult {
  if (identity?.Code === "ConditionalCheckFailed") {
    const theirs = identity.Item?.userId?.S;
    return theirs !== undefined && theirs !== userId ? "already_bound" : "superseded";
  }
  const { disabled } = account?.Item ?? {};
  if (disabled !== undefined && disabled.BOOL !== false) return "account_disabled";
  return Number(account?.Item?.bindsValidFrom?.N ?? 0) > enteredAt ? "superseded" : "account_already_bound";
}
