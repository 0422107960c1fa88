import { GetCommand } from "@aws-sdk/lib-dynamodb";
import type { Accounts } from "../core/account.ts";
import { answered, type Table } from "./dynamodb.ts";

/** Accounts table: username (S, normalised); userId, passwordHash, disabled?. */
export function dynamoDbAccounts({ client, name: TableName, deadline }: Table): Accounts {
  return {
    async find(username) {
      const { Item } = await answered(
        client.send(new GetCommand({ TableName, Key: { username }, ConsistentRead: true }), {
          abortSignal: deadline,
        }),
      );
      if (!Item) return undefined;
      const { userId, passwordHash, disabled } = Item;
      if (typeof userId !== "string" || typeof passwordHash !== "string") {
        throw new Error("An item of the Accounts table lacks userId or passwordHash");
      }
      return { username, userId, passwordHash, disabled: disabled !== undefined && disabled !== false };
    },
  };
}
