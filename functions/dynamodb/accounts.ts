import {
  BatchGetCommand,
  type BatchGetCommandInput,
  DeleteCommand,
  GetCommand,
  PutCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import type { Account, AccountStore } from "../core/account.ts";
import { StoreUnavailable } from "../core/refusal.ts";
import { answered, ifConditionHolds, type Table } from "./table.ts";

/** DynamoDB's own limit for one BatchGetItem. */
const batchSize = 100;

/** Accounts table: username (S, normalised); userId, passwordHash, disabled?. */
export function dynamoDbAccounts({ client, name: TableName, deadline }: Table): AccountStore {
  const options = { abortSignal: deadline };

  async function update(username: string, UpdateExpression: string, values?: Record<string, unknown>) {
    const updated = await ifConditionHolds(
      client.send(
        new UpdateCommand({
          TableName,
          Key: { username },
          UpdateExpression,
          ConditionExpression: "attribute_exists(username)",
          ...(values && { ExpressionAttributeValues: values }),
        }),
        options,
      ),
    );
    return updated !== undefined;
  }

  async function batch(usernames: readonly string[]): Promise<Account[]> {
    const found: Account[] = [];
    let pending: NonNullable<BatchGetCommandInput["RequestItems"]> = {
      [TableName]: { Keys: usernames.map((username) => ({ username })), ConsistentRead: true },
    };
    for (let request = 1; Object.keys(pending).length > 0; request++) {
      if (request > 5) throw new StoreUnavailable("DynamoDB", "UnprocessedKeys");
      const answer = await answered(client.send(new BatchGetCommand({ RequestItems: pending }), options));
      found.push(...(answer.Responses?.[TableName] ?? []).map(readAccount));
      pending = answer.UnprocessedKeys ?? {};
    }
    return found;
  }

  return {
    async find(username) {
      const { Item } = await answered(
        client.send(new GetCommand({ TableName, Key: { username }, ConsistentRead: true }), options),
      );
      return Item && readAccount(Item);
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

    async add({ username, userId, passwordHash }) {
      const added = await ifConditionHolds(
        client.send(
          new PutCommand({
            TableName,
            Item: { username, userId, passwordHash },
            ConditionExpression: "attribute_not_exists(username)",
          }),
          options,
        ),
      );
      return added !== undefined;
    },

    changePassword: (username, passwordHash) =>
      update(username, "SET passwordHash = :passwordHash", { ":passwordHash": passwordHash }),

    setDisabled: (username, disabled) =>
      disabled
        ? update(username, "SET disabled = :true", { ":true": true })
        : update(username, "REMOVE disabled"),

    async remove(username) {
      await answered(client.send(new DeleteCommand({ TableName, Key: { username } }), options));
    },
  };
}

function readAccount({ username, userId, passwordHash, disabled }: Record<string, unknown>): Account {
  if (typeof username !== "string" || typeof userId !== "string" || typeof passwordHash !== "string") {
    throw new Error("An item of the Accounts table lacks userId or passwordHash");
  }
  return { username, userId, passwordHash, disabled: disabled !== undefined && disabled !== false };
}
