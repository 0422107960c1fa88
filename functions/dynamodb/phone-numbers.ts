import type { Accounts, NumberedUsers, PhoneNumbers } from "../core/account.ts";
import { StoreUnavailable } from "../core/refusal.ts";
import { nameKey, numberKey } from "./accounts-table.ts";
import { readItem, type Table } from "./table.ts";
import { type CancellationReason, itemOf, type TransactionPart, transact } from "./transaction.ts";

/*
 * Accounts table, numbers, key (S) `phone#+86…`: the username of the account that has it, or, where nobody knows
 * passwords, the userId, whose item `userId#ID` has the phoneNumber then. One holder per number is the condition under
 * which they are put.
 */

const what = "accounts";

/** Numbers of accounts. `find`: a row, by its username. */
export function dynamoDbPhoneNumbers(table: Table, find: Accounts["find"]): PhoneNumbers {
  return {
    async findByPhoneNumber(phoneNumber) {
      const number = await readItem(table, numberKey(phoneNumber), what);
      if (typeof number?.username !== "string") return undefined;
      const account = await find(number.username);
      // Between the two reads it may have got another one.
      return account?.phoneNumber === phoneNumber ? account : undefined;
    },
  };
}

/** Numbers without accounts. */
export function dynamoDbNumberedUsers(table: Table): NumberedUsers {
  const find = async (phoneNumber: string) => {
    const number = await readItem(table, numberKey(phoneNumber), what);
    return typeof number?.userId === "string" ? number.userId : undefined;
  };
  return {
    find,
    async findOrAdd(phoneNumber, userId) {
      const known = await find(phoneNumber);
      if (known !== undefined) return known;
      const name: TransactionPart = {
        Put: { TableName: table.name, Item: { ...nameKey(userId), phoneNumber } },
      };
      const reasons = await transact(what, table, [putNumber(table.name, phoneNumber, { userId }), name]);
      if (!reasons) return userId;
      // Another login by this number was faster.
      const winner = itemOf(reasons[0]).userId?.S;
      if (winner === undefined)
        throw new StoreUnavailable("DynamoDB", "the number has an account with a password");
      return winner;
    },

    async remove(userId) {
      const name = await readItem(table, nameKey(userId), what);
      if (typeof name?.phoneNumber !== "string") return false;
      const { Delete } = deleteNumber(table.name, name.phoneNumber);
      // Where another removal was faster, the number may be somebody else's by now.
      const theirs = {
        ConditionExpression: "userId = :userId",
        ExpressionAttributeValues: { ":userId": userId },
      };
      await transact(what, table, [
        { Delete: { ...Delete, ...theirs } },
        { Delete: { TableName: table.name, Key: nameKey(userId) } },
      ]);
      return true;
    },
  };
}

/** The part of a transaction that gives a number its holder: it holds for one of all that try. */
export function putNumber(
  TableName: string,
  phoneNumber: string,
  holder: { readonly username: string } | { readonly userId: string },
): TransactionPart {
  return {
    Put: {
      TableName,
      Item: { ...numberKey(phoneNumber), ...holder },
      ConditionExpression: "attribute_not_exists(#key)",
      ExpressionAttributeNames: { "#key": "key" },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    },
  };
}

export function deleteNumber(TableName: string, phoneNumber: string) {
  return { Delete: { TableName, Key: numberKey(phoneNumber) } };
}

/** Who had the number when it could not be put. */
export function holderOf(number: CancellationReason | undefined): string {
  const { username, userId } = itemOf(number);
  return username?.S ?? userId?.S ?? "";
}
