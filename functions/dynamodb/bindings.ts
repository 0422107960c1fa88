import { UpdateCommand } from "@aws-sdk/lib-dynamodb";
import type { AccountFence, Bind, Bindings, BindResult } from "../core/binding.ts";
import { accountKey, identityKey } from "../core/identity.ts";
import { consumeTicket } from "./attempts.ts";
import { identitiesAttribute, isStill, readBinding, readNumber } from "./bindings-table.ts";
import { putSession } from "./sessions.ts";
import { readItem, type Table, write } from "./table.ts";
import { type CancellationReason, failed, itemOf, type TransactionPart, transact } from "./transaction.ts";

const unbound = "attribute_not_exists(userId)";
const accountEnabled = "(attribute_not_exists(disabled) OR disabled = :false)";
const notNewerThanVerified = "(attribute_not_exists(generation) OR generation <= :generation)";
const noOtherOfThisApp = "(attribute_not_exists(#identities) OR #identities = :identity)";

const what = "bindings";

/** What a bind asks of the account beside what every bind does, and changes there. */
export interface AccountConditions {
  readonly conditions: readonly string[];
  /** Of the update: `, #name = :value`. */
  readonly set: string;
  /** ` REMOVE #name`. */
  readonly remove: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, unknown>>;
}

export interface BindPolicy {
  readonly oneIdentityPerApp: boolean;
  readonly byNumber?: (bind: Bind) => AccountConditions | undefined;
}

/** Finding and making bindings; see bindings-table.ts for the table's items. `sessions`, `attempts`: the tables' names. */
export function dynamoDbBindings(
  table: Table,
  { sessions, attempts }: { readonly sessions: string; readonly attempts: string },
  policy: BindPolicy,
): Bindings {
  const { client, name: TableName } = table;

  function bindIdentity({ person, userId, generation, session, phoneNumber }: Bind): TransactionPart {
    return {
      Update: {
        TableName,
        Key: { key: identityKey(person) },
        UpdateExpression: `SET userId = :userId, appId = :appId, openid = :openid, boundAt = :boundAt, generation = :generation${
          person.unionid === undefined ? "" : ", unionid = :unionid"
        }${phoneNumber === undefined ? "" : ", phoneNumber = :phoneNumber"}`,
        ConditionExpression: `${unbound} AND ${isStill("generation", generation)}`,
        ExpressionAttributeValues: {
          ":userId": userId,
          ":appId": person.appId,
          ":openid": person.openid,
          ":unionid": person.unionid,
          ":phoneNumber": phoneNumber,
          ":boundAt": session.createdAt,
          ":generation": generation,
        },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    };
  }

  function listAtAccount(bind: Bind): TransactionPart {
    const { person, userId, account } = bind;
    const byNumber = policy.byNumber?.(bind);
    const { generation, fence } = account;
    return {
      Update: {
        TableName,
        Key: { key: accountKey(userId) },
        UpdateExpression: `SET userId = :userId${generation === undefined ? "" : ", generation = :generation"}${byNumber?.set ?? ""}${byNumber?.remove ?? ""} ADD #identities :identity`,
        ConditionExpression: [
          accountEnabled,
          ...(generation === undefined ? [] : [notNewerThanVerified]),
          ...(fence === undefined ? [] : [isStill("fence", fence)]),
          ...(policy.oneIdentityPerApp ? [noOtherOfThisApp] : []),
          ...(byNumber?.conditions ?? []),
        ].join(" AND "),
        ExpressionAttributeNames: { "#identities": identitiesAttribute(person.appId), ...byNumber?.names },
        ExpressionAttributeValues: {
          ":userId": userId,
          ":identity": new Set([identityKey(person)]),
          ":false": false,
          ...byNumber?.values,
          ":generation": generation,
          ":fence": fence,
        },
        ReturnValuesOnConditionCheckFailure: "ALL_OLD",
      },
    };
  }

  return {
    async find(key) {
      const item = await readItem(table, { key }, what);
      return item && readBinding(item);
    },

    async fenceOf(userId) {
      const item = await readItem(table, { key: accountKey(userId) }, what);
      return readNumber(item?.fence, "fence");
    },

    async bind(bind) {
      const { session, ticket } = bind;
      const reasons = await transact(what, table, [
        bindIdentity(bind),
        listAtAccount(bind),
        putSession(sessions, session),
        ...(ticket === undefined ? [] : [consumeTicket(attempts, ticket)]),
      ]);
      return reasons ? whyNotBound(reasons, bind) : "bound";
    },

    async rememberUnionid(key, unionid) {
      const command = new UpdateCommand({
        TableName,
        Key: { key },
        UpdateExpression: "SET unionid = :unionid",
        ConditionExpression: "attribute_exists(userId)",
        ExpressionAttributeValues: { ":unionid": unionid },
      });
      await write(what, table, (abortSignal) => client.send(command, { abortSignal }));
    },
  };
}

/** Reasons come in the order of the parts. */
function whyNotBound(
  [identity, account, , ticket]: readonly CancellationReason[],
  { userId, generation, account: verified, byNumber }: Bind,
): BindResult {
  if (failed(identity)) {
    const { userId: theirs, generation: now } = itemOf(identity);
    if (theirs?.S === undefined) return "access_changed";
    if (theirs.S !== userId) return "already_bound";
    return Number(now?.N ?? 0) === generation ? "bound_already" : "access_changed";
  }
  if (failed(ticket)) return "invalid_ticket";
  const { disabled } = itemOf(account);
  if (disabled !== undefined && disabled.BOOL !== false) return "account_disabled";
  if (isShutOut(account, verified)) return "access_changed";
  return byNumber ? "phone_number_taken" : "account_already_bound";
}

function isShutOut(
  account: CancellationReason | undefined,
  { generation: verified = Number.POSITIVE_INFINITY, fence: known }: AccountFence,
): boolean {
  const { generation, fence } = itemOf(account);
  return Number(generation?.N ?? 0) > verified || (known !== undefined && Number(fence?.N ?? 0) !== known);
}
