import { BatchGetCommand, type BatchGetCommandInput } from "@aws-sdk/lib-dynamodb";
import type { Account, AccountStore, Accounts, NewAccount, PhoneNumbers } from "../core/account.ts";
import { accountKey } from "../core/identity.ts";
import { StoreUnavailable } from "../core/refusal.ts";
import { nameKey, rowKey } from "./accounts-table.ts";
import { isStill, raiseAccount } from "./bindings-table.ts";
import {
  countImportedHashes,
  keepSecret,
  readImportedHashes,
  uncountImportedHash,
} from "./imported-hashes.ts";
import { numberMemoryOf } from "./number-memory.ts";
import { deleteNumber, dynamoDbPhoneNumbers, holderOf, putNumber } from "./phone-numbers.ts";
import { answered, readItem, type Table } from "./table.ts";
import { failed, itemOf, type TransactionPart, transact } from "./transaction.ts";

/** DynamoDB's own limit for one BatchGetItem. */
const batchSize = 100;
/** A new account meets at most a removal of the one before it, whose two writes each raise the number it starts at. */
const mostTries = 5;
const what = "accounts";

const isFree = "attribute_not_exists(#key)";
const theirs = "userId = :userId";
const isAsItWas = "passwordHash = :passwordHash AND generation = :generation";

/** What the verifier needs of the table. */
export function dynamoDbAccountRows(table: Table): Accounts {
  return {
    async find(username) {
      const item = await readItem(table, rowKey(username), what);
      return item && readAccount(item);
    },

    importedHashes: () => readImportedHashes(table),

    async replaceHash({ username, passwordHash, generation }, parameters, newHash) {
      await transact(what, table, [
        {
          Update: {
            TableName: table.name,
            Key: rowKey(username),
            UpdateExpression: "SET passwordHash = :newHash",
            ConditionExpression: isAsItWas,
            ExpressionAttributeValues: {
              ":newHash": newHash,
              ":passwordHash": passwordHash,
              ":generation": generation,
            },
          },
        },
        uncountImportedHash(table.name, parameters),
      ]);
    },
  };
}

/**
 * Accounts table, key (S):
 * - rows, `username#NAME`: username (normalised), userId, passwordHash, phoneNumber?, generation (N), disabled?;
 * - names, `userId#ID`: username. One username per userId is the condition under which they are put;
 * - numbers: see phone-numbers.ts;
 * - what imports brought: see imported-hashes.ts.
 *
 * `bindings`: the name of the table that has the account items; `appIds`: of the mini-programs that they know.
 */
export function dynamoDbAccounts(
  table: Table,
  { bindings, appIds }: { readonly bindings: string; readonly appIds: readonly string[] },
): AccountStore & PhoneNumbers {
  const { client, name: TableName } = table;
  const rows = dynamoDbAccountRows(table);
  const { find } = rows;

  async function batch(usernames: readonly string[]): Promise<Account[]> {
    const found: Account[] = [];
    let pending: NonNullable<BatchGetCommandInput["RequestItems"]> = {
      [TableName]: { Keys: usernames.map(rowKey), ConsistentRead: true },
    };
    for (let request = 1; Object.keys(pending).length > 0; request++) {
      if (request > 5) throw new StoreUnavailable("DynamoDB", "UnprocessedKeys");
      const command = new BatchGetCommand({ RequestItems: pending });
      const answer = await answered(what, (abortSignal) => client.send(command, { abortSignal }));
      found.push(...(answer.Responses?.[TableName] ?? []).map(readAccount));
      pending = answer.UnprocessedKeys ?? {};
    }
    return found;
  }

  /** The reasons are those of row, name, account item and number, in this order. */
  function put({ username, userId, passwordHash, phoneNumber }: NewAccount, generation: number) {
    const isNew = { ConditionExpression: isFree, ExpressionAttributeNames: { "#key": "key" } };
    return transact(what, table, [
      {
        Put: {
          TableName,
          Item: { ...rowKey(username), username, userId, passwordHash, phoneNumber, generation },
          ...isNew,
        },
      },
      {
        Put: {
          TableName,
          Item: { ...nameKey(userId), username },
          ...isNew,
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        },
      },
      {
        Update: {
          TableName: bindings,
          Key: { key: accountKey(userId) },
          UpdateExpression: "SET userId = :userId, generation = :generation",
          ConditionExpression: isStill("generation", generation),
          ExpressionAttributeValues: { ":userId": userId, ":generation": generation },
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        },
      },
      ...(phoneNumber === undefined ? [] : [putNumber(TableName, phoneNumber, { username })]),
    ]);
  }

  /** The account item's numbers, in the transaction that raises the row's: their generations stay equal. */
  function raiseBoth(userId: string, disabled: boolean | undefined): TransactionPart {
    return { Update: raiseAccount(bindings, userId, disabled, ["generation", "fence"]) };
  }

  /** The same for an account that is gone. What its number has let in is the next account's matter no more. */
  function close(userId: string): TransactionPart {
    const attributes = numberMemoryOf(appIds).map((attribute, index) => [`#${index}`, attribute] as const);
    const removed = ["disabled", ...attributes.map(([name]) => name)].join(", ");
    return {
      Update: {
        TableName: bindings,
        Key: { key: accountKey(userId) },
        UpdateExpression: `SET userId = :userId REMOVE ${removed} ADD generation :one, fence :one`,
        ExpressionAttributeNames: Object.fromEntries(attributes),
        ExpressionAttributeValues: { ":userId": userId, ":one": 1 },
      },
    };
  }

  /** What must know the row's number: done again where that was changed meanwhile. False: the account is gone. */
  async function withRow<T>(
    account: Account,
    act: (row: Account) => Promise<T | "again">,
  ): Promise<T | false> {
    for (let attempt = 1; attempt <= mostTries; attempt++) {
      const row = attempt === 1 ? account : await find(account.username);
      if (row?.userId !== account.userId) return false;
      const result = await act(row);
      if (result !== "again") return result;
    }
    throw new StoreUnavailable("DynamoDB", "the account changes all the time");
  }

  return {
    ...rows,

    ...dynamoDbPhoneNumbers(table, find),

    async countImported(parameters, more, secret) {
      await keepSecret(table, secret);
      await countImportedHashes(table, parameters, more);
    },

    async findByUserId(userId) {
      const name = await readItem(table, nameKey(userId), what);
      const account = typeof name?.username === "string" ? await find(name.username) : undefined;
      return account?.userId === userId ? account : undefined;
    },

    async findAll(usernames) {
      const distinct = [...new Set(usernames)];
      const found = new Map<string, Account>();
      for (let start = 0; start < distinct.length; start += batchSize) {
        for (const account of await batch(distinct.slice(start, start + batchSize))) {
          found.set(account.username, account);
        }
      }
      return found;
    },

    async add(account) {
      let generation = 0;
      for (let attempt = 1; attempt <= mostTries; attempt++) {
        const reasons = await put(account, generation);
        if (!reasons) return "added";
        const [row, name, accountItem, number] = reasons;
        if (failed(row)) return "username_taken";
        if (failed(name)) return { userIdTakenBy: itemOf(name).username?.S ?? "" };
        if (failed(number)) return { phoneNumberTakenBy: holderOf(number) };
        generation = Number(itemOf(accountItem).generation?.N ?? 0);
      }
      throw new StoreUnavailable("DynamoDB", "the account item changes all the time");
    },

    async change({ username, userId }, { passwordHash, disabled }) {
      const sets = [
        ...(passwordHash === undefined ? [] : ["passwordHash = :passwordHash"]),
        ...(disabled === true ? ["disabled = :true"] : []),
      ];
      const row: TransactionPart = {
        Update: {
          TableName,
          Key: rowKey(username),
          UpdateExpression: [
            ...(sets.length > 0 ? [`SET ${sets.join(", ")}`] : []),
            ...(disabled === false ? ["REMOVE disabled"] : []),
            "ADD generation :one",
          ].join(" "),
          ConditionExpression: theirs,
          ExpressionAttributeValues: {
            ":userId": userId,
            ":one": 1,
            ":passwordHash": passwordHash,
            ...(disabled === true && { ":true": true }),
          },
        },
      };
      return (await transact(what, table, [row, raiseBoth(userId, disabled)])) === undefined;
    },

    async setPhoneNumber(account, phoneNumber) {
      return withRow(account, async ({ username, userId, phoneNumber: old }) => {
        if (old === phoneNumber) return true;
        const row: TransactionPart = {
          Update: {
            TableName,
            Key: rowKey(username),
            UpdateExpression: `${phoneNumber === undefined ? "REMOVE phoneNumber" : "SET phoneNumber = :new"} ADD generation :one`,
            ConditionExpression: theirsWithNumber(old),
            ExpressionAttributeValues: { ":userId": userId, ":old": old, ":new": phoneNumber, ":one": 1 },
          },
        };
        const reasons = await transact(what, table, [
          row,
          raiseBoth(userId, undefined),
          ...(phoneNumber === undefined ? [] : [putNumber(TableName, phoneNumber, { username })]),
          ...(old === undefined ? [] : [deleteNumber(TableName, old)]),
        ]);
        if (!reasons) return true;
        return failed(reasons[0]) ? "again" : { phoneNumberTakenBy: holderOf(reasons[2]) };
      });
    },

    async remove(account) {
      return withRow(account, async ({ username, userId, phoneNumber }) => {
        const row: TransactionPart = {
          Delete: {
            TableName,
            Key: rowKey(username),
            ConditionExpression: theirsWithNumber(phoneNumber),
            ExpressionAttributeValues: { ":userId": userId, ":old": phoneNumber },
          },
        };
        const name: TransactionPart = { Delete: { TableName, Key: nameKey(userId) } };
        const number = phoneNumber === undefined ? [] : [deleteNumber(TableName, phoneNumber)];
        return (await transact(what, table, [row, name, close(userId), ...number])) ? "again" : true;
      });
    },
  };
}

function theirsWithNumber(phoneNumber: string | undefined): string {
  return `${theirs} AND ${phoneNumber === undefined ? "attribute_not_exists(phoneNumber)" : "phoneNumber = :old"}`;
}

function readAccount({
  username,
  userId,
  passwordHash,
  phoneNumber,
  generation,
  disabled,
}: Record<string, unknown>): Account {
  if (
    typeof username !== "string" ||
    typeof userId !== "string" ||
    typeof passwordHash !== "string" ||
    typeof generation !== "number"
  ) {
    throw new Error("An item of the Accounts table lacks username, userId, passwordHash or generation");
  }
  const isDisabled = disabled !== undefined && disabled !== false;
  return {
    username,
    userId,
    passwordHash,
    ...(typeof phoneNumber === "string" && { phoneNumber }),
    generation,
    disabled: isDisabled,
  };
}
