import { GetCommand, TransactWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { Binding, Bindings, BindResult } from "../core/binding.ts";
import { accountKey, identityKey, type Person } from "../core/identity.ts";
import { StoreUnavailable } from "../core/refusal.ts";
import { answered, ifConditionHolds, type Table } from "./dynamodb.ts";

const attemptsAtBinding = 4;

const unboundOrTheirs = "(attribute_not_exists(userId) OR userId = :userId)";
const notSuperseded = "(attribute_not_exists(sessionsValidFrom) OR sessionsValidFrom <= :enteredAt)";
const accountEnabled = "(attribute_not_exists(disabled) OR disabled = :false)";
const bindsStillValid = "(attribute_not_exists(bindsValidFrom) OR bindsValidFrom <= :enteredAt)";
const noOtherOfThisApp = "(attribute_not_exists(#identities) OR #identities = :identity)";

/**
 * Bindings table, key (B):
 * - identity items, 16 bytes: appId, openid, unionid?, userId? (absent: unbound), boundAt (N, ms), disabled?,
 *   sessionsValidFrom? (N, ms);
 * - account items, 32 bytes: userId, `identities:APPID` (set of identity keys) per mini-program, disabled?,
 *   bindsValidFrom? (N, ms).
 *
 * `pause` waits before the n-th repetition of a bind that met another transaction.
 */
export function dynamoDbBindings(
  { client, name: TableName, deadline }: Table,
  policy: { oneIdentityPerApp: boolean },
  pause: (repetition: number) => Promise<void>,
): Bindings {
  const options = { abortSignal: deadline };

  async function tryToBind(person: Person, userId: string, enteredAt: number) {
    const key = identityKey(person);
    const command = new TransactWriteCommand({
      TransactItems: [
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
            ExpressionAttributeNames: { "#identities": `identities:${person.appId}` },
            ExpressionAttributeValues: {
              ":userId": userId,
              ":identity": new Set([key]),
              ":enteredAt": enteredAt,
              ":false": false,
            },
            ReturnValuesOnConditionCheckFailure: "ALL_OLD",
          },
        },
      ],
    });
    try {
      await client.send(command, options);
      return "bound";
    } catch (error) {
      const reason = whyCancelled(error, userId, enteredAt);
      if (reason === undefined) throw new StoreUnavailable("DynamoDB", error);
      return reason;
    }
  }

  return {
    async find(key) {
      const { Item } = await answered(
        client.send(new GetCommand({ TableName, Key: { key }, ConsistentRead: true }), options),
      );
      return Item && readBinding(Item);
    },

    async bind(person, userId, enteredAt) {
      for (let repetition = 1; ; repetition++) {
        const result = await tryToBind(person, userId, enteredAt);
        if (result !== "conflict") return result;
        if (repetition === attemptsAtBinding) throw new StoreUnavailable("DynamoDB", "TransactionConflict");
        await pause(repetition);
      }
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

function readBinding(item: Record<string, unknown>): Binding {
  const { userId, unionid, disabled, sessionsValidFrom } = item;
  return {
    ...(typeof userId === "string" && { userId }),
    ...(typeof unionid === "string" && { unionid }),
    disabled: disabled !== undefined && disabled !== false,
    sessionsValidFrom: sessionsValidFrom === undefined ? 0 : Number(sessionsValidFrom),
  };
}

interface CancellationReason {
  readonly Code?: string;
  readonly Item?: Record<string, { S?: string; BOOL?: boolean; N?: string } | undefined>;
}

/** The reason as a value, or undefined when the store is in trouble. Reasons come in the order of the two updates. */
function whyCancelled(
  error: unknown,
  userId: string,
  enteredAt: number,
): BindResult | "conflict" | undefined {
  const reasons = cancellationReasons(error);
  if (reasons?.some(({ Code }) => Code === "TransactionConflict")) return "conflict";
  const [identity, account] = reasons ?? [];
  if (identity?.Code === "ConditionalCheckFailed") {
    const theirs = identity.Item?.userId?.S;
    return theirs !== undefined && theirs !== userId ? "already_bound" : "superseded";
  }
  if (account?.Code === "ConditionalCheckFailed") {
    if (account.Item?.disabled?.BOOL) return "account_disabled";
    return Number(account.Item?.bindsValidFrom?.N ?? 0) > enteredAt ? "superseded" : "account_already_bound";
  }
  return undefined;
}

function cancellationReasons(error: unknown): CancellationReason[] | undefined {
  const isCancelled = error instanceof Error && error.name === "TransactionCanceledException";
  return isCancelled && "CancellationReasons" in error
    ? (error.CancellationReasons as CancellationReason[])
    : undefined;
}
