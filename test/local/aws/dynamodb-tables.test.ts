import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  ListTablesCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  BatchWriteCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import { openDynamoDb } from "../../../local/aws/dynamodb.ts";
import { awsForThisTest, bindings, noon, people, refusal, sessions } from "../../support/aws.ts";
import { directoryForThisTest } from "../../support/temporary-directory.ts";

describe("a table", () => {
  test("is ready as soon as it was made, over the API too", async () => {
    const client = (await awsForThisTest()).client();
    const TableName = "Made-by-API";
    const { TableDescription } = await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      }),
    );
    const arn = "arn:aws:dynamodb:us-east-1:000000000000:table/Made-by-API";
    expect(TableDescription).toMatchObject({ TableStatus: "ACTIVE", TableArn: arn });
    const { TableNames } = await client.send(new ListTablesCommand({}));
    expect(TableNames).toEqual(["Bindings", TableName, "People", "Sessions"]);
    await client.send(new DeleteTableCommand({ TableName }));
    const gone = await refusal(client.send(new DescribeTableCommand({ TableName })));
    expect(gone).toMatchObject({ name: "ResourceNotFoundException" });
  });

  test("says what it was made with", async () => {
    const careful = { ...bindings, name: "Careful", pointInTimeRecovery: true, deletionProtection: true };
    const client = (await awsForThisTest({ tables: [careful, sessions] })).client();
    const TableName = "Careful";
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({ DeletionProtectionEnabled: true, TableStatus: "ACTIVE" });
    const { ContinuousBackupsDescription } = await client.send(
      new DescribeContinuousBackupsCommand({ TableName }),
    );
    expect(ContinuousBackupsDescription?.PointInTimeRecoveryDescription?.PointInTimeRecoveryStatus).toBe(
      "ENABLED",
    );
    const { TimeToLiveDescription } = await client.send(
      new DescribeTimeToLiveCommand({ TableName: "Sessions" }),
    );
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: "ENABLED", AttributeName: "expiresAt" });
    const refused = await refusal(client.send(new DeleteTableCommand({ TableName })));
    expect(refused.message).toMatch(/protected against deletion/);
  });

  test("gets and loses time to live over the API", async () => {
    const client = (await awsForThisTest()).client();
    const TableName = "Bindings";
    const set = (Enabled: boolean) =>
      client.send(
        new UpdateTimeToLiveCommand({
          TableName,
          TimeToLiveSpecification: { AttributeName: "until", Enabled },
        }),
      );
    const status = async () =>
      (await client.send(new DescribeTimeToLiveCommand({ TableName }))).TimeToLiveDescription;
    await set(true);
    expect(await status()).toEqual({ TimeToLiveStatus: "ENABLED", AttributeName: "until" });
    expect((await refusal(set(true))).message).toBe("TimeToLive is already enabled");
    await set(false);
    expect(await status()).toEqual({ TimeToLiveStatus: "DISABLED" });
  });
});

describe("items past their time", () => {
  const seconds = noon / 1000;
  const identity = Buffer.alloc(16, 1);
  const item = (n: number, expiresAt: unknown) => ({ identity, secretHash: Buffer.alloc(32, n), expiresAt });

  test.each([
    ["one second before its time", seconds + 1, 0, 0],
    ["at its time", seconds, 0, 0],
    ["one second after its time", seconds - 1, 0, 1],
    ["48 hours late, not later", seconds - 172_800, 172_800, 0],
    ["a second more than 48 hours late", seconds - 172_801, 172_800, 1],
    ["with a time that is text", String(seconds - 10), 0, 0],
    ["with no time", undefined, 0, 0],
    ["with a time more than five years back", seconds - 6 * 365 * 86_400, 0, 0],
  ])("%s: deleted or not", async (_when, expiresAt, lateBy, deleted) => {
    const { dynamodb, documents } = await awsForThisTest();
    const client = documents();
    const Item = item(1, expiresAt);
    if (expiresAt === undefined) delete Item.expiresAt;
    await client.send(new PutCommand({ TableName: "Sessions", Item }));
    await client.send(new PutCommand({ TableName: "Bindings", Item: { key: identity, expiresAt: 1 } }));
    expect(await dynamodb.expireItems(seconds, lateBy)).toBe(deleted);
    const left = await client.send(
      new GetCommand({ TableName: "Sessions", Key: { identity, secretHash: Item.secretHash } }),
    );
    expect(left.Item === undefined).toBe(deleted === 1);
  });

  test("stay readable until somebody expires them", async () => {
    const documents = (await awsForThisTest()).documents();
    const Item = item(1, seconds - 9_999);
    await documents.send(new PutCommand({ TableName: "Sessions", Item }));
    const Key = { identity, secretHash: Item.secretHash };
    const found = await documents.send(new GetCommand({ TableName: "Sessions", Key }));
    expect(found.Item).toMatchObject({ expiresAt: seconds - 9_999 });
  });
});

describe("batches", () => {
  const identity = Buffer.alloc(16, 1);
  const secretHash = Buffer.alloc(32, 2);

  test("read two tables strongly, for one unit an item", async () => {
    const documents = (await awsForThisTest()).documents();
    await documents.send(new PutCommand({ TableName: "Bindings", Item: { key: identity, userId: "u1" } }));
    await documents.send(
      new PutCommand({ TableName: "Sessions", Item: { identity, secretHash, createdAt: 1 } }),
    );
    const read = (ConsistentRead: boolean) =>
      documents.send(
        new BatchGetCommand({
          RequestItems: {
            Bindings: { Keys: [{ key: identity }], ConsistentRead },
            Sessions: { Keys: [{ identity, secretHash }], ConsistentRead },
          },
          ReturnConsumedCapacity: "TOTAL",
        }),
      );
    const { Responses, UnprocessedKeys, ConsumedCapacity } = await read(true);
    expect(Responses?.Bindings).toEqual([{ key: new Uint8Array(identity), userId: "u1" }]);
    expect(Responses?.Sessions).toMatchObject([{ createdAt: 1 }]);
    expect(UnprocessedKeys).toEqual({});
    expect(ConsumedCapacity).toEqual([
      { TableName: "Bindings", CapacityUnits: 1 },
      { TableName: "Sessions", CapacityUnits: 1 },
    ]);
    expect((await read(false)).ConsumedCapacity?.map(({ CapacityUnits }) => CapacityUnits)).toEqual([
      0.5, 0.5,
    ]);
  });

  test("write and delete in two tables, index entries too", async () => {
    const documents = (await awsForThisTest()).documents();
    const TableName = "People";
    await documents.send(new PutCommand({ TableName, Item: { name: "old", city: "Suzhou", age: 1 } }));
    const { ConsumedCapacity, UnprocessedItems } = await documents.send(
      new BatchWriteCommand({
        RequestItems: {
          People: [
            { PutRequest: { Item: { name: "new", city: "Suzhou", age: 2 } } },
            { DeleteRequest: { Key: { name: "old" } } },
          ],
          Bindings: [{ PutRequest: { Item: { key: identity } } }],
        },
        ReturnConsumedCapacity: "TOTAL",
      }),
    );
    expect(UnprocessedItems).toEqual({});
    expect(ConsumedCapacity).toEqual(
      expect.arrayContaining([
        { TableName, CapacityUnits: 2 },
        { TableName: "Bindings", CapacityUnits: 1 },
      ]),
    );
    const { Items } = await documents.send(
      new QueryCommand({
        TableName,
        IndexName: "by-city",
        KeyConditionExpression: "city = :city",
        ExpressionAttributeValues: { ":city": "Suzhou" },
      }),
    );
    expect(Items).toEqual([{ name: "new", city: "Suzhou", age: 2 }]);
  });

  test("with one item twice write nothing", async () => {
    const documents = (await awsForThisTest()).documents();
    const PutRequest = { Item: { name: "a" } };
    const command = new BatchWriteCommand({ RequestItems: { People: [{ PutRequest }, { PutRequest }] } });
    expect((await refusal(documents.send(command))).message).toMatch(/contains duplicates/);
    expect(
      (await documents.send(new GetCommand({ TableName: "People", Key: { name: "a" } }))).Item,
    ).toBeUndefined();
  });
});

describe("consumed capacity", () => {
  test.each([
    ["a strong read of 1 byte", 1, "strong", 1],
    ["an eventual read of 1 byte", 1, "eventual", 0.5],
    ["a strong read of 5000 bytes", 5000, "strong", 2],
    ["a write of 1 byte", 1, "write", 1],
    ["a write of 2500 bytes", 2500, "write", 3],
    ["an update that makes 2500 bytes 1", 2500, "shrink", 3],
    ["a delete of 2500 bytes", 2500, "delete", 3],
  ])("of %s", async (_what, size, action, units) => {
    const documents = (await awsForThisTest()).documents();
    const base = { TableName: "People", ReturnConsumedCapacity: "TOTAL" as const };
    const Key = { name: "a" };
    const put = await documents.send(new PutCommand({ ...base, Item: { ...Key, text: "x".repeat(size) } }));
    const commands: Record<string, () => Promise<typeof put>> = {
      strong: () => documents.send(new GetCommand({ ...base, Key, ConsistentRead: true })),
      eventual: () => documents.send(new GetCommand({ ...base, Key })),
      write: async () => put,
      shrink: () =>
        documents.send(
          new UpdateCommand({
            ...base,
            Key,
            UpdateExpression: "REMOVE #t",
            ExpressionAttributeNames: { "#t": "text" },
          }),
        ),
      delete: () => documents.send(new DeleteCommand({ ...base, Key })),
    };
    const answer = await commands[action]?.();
    expect(answer?.ConsumedCapacity).toMatchObject({ TableName: "People", CapacityUnits: units });
  });
});

describe("with a directory", () => {
  test("tables, items, settings and request tokens survive a restart", async () => {
    const directory = await directoryForThisTest();
    const transaction = new TransactWriteCommand({
      TransactItems: [
        {
          Update: {
            TableName: "People",
            Key: { name: "a" },
            UpdateExpression: "ADD n :one",
            ExpressionAttributeValues: { ":one": 1 },
          },
        },
      ],
      ClientRequestToken: "kept-token",
    });
    const first = await awsForThisTest({ directory });
    await first.documents().send(transaction);
    await first
      .documents()
      .send(new PutCommand({ TableName: "Bindings", Item: { key: Buffer.alloc(16, 1), userId: "u1" } }));
    await first.close();

    const second = await awsForThisTest({ directory });
    await second.documents().send(transaction);
    const person = await second.documents().send(new GetCommand({ TableName: "People", Key: { name: "a" } }));
    const binding = await second
      .documents()
      .send(new GetCommand({ TableName: "Bindings", Key: { key: Buffer.alloc(16, 1) } }));
    expect(person.Item).toEqual({ name: "a", n: 1 });
    expect(binding.Item).toMatchObject({ userId: "u1" });
  });

  test("a table with other keys or indexes is refused, in words that say what to do", async () => {
    const directory = await directoryForThisTest();
    const first = await openDynamoDb({ directory });
    await first.createTable(people);
    await first.createTable(people);
    await first.close();
    const second = await openDynamoDb({ directory });
    const { indexes: _, ...withoutIndex } = people;
    const other = { ...withoutIndex, attributes: [{ name: "name", type: "B" as const }] };
    await expect(second.createTable(other)).rejects.toThrow(
      "The table People exists with (name S; by-city: city S + age N) where (name B) is wanted.",
    );
    await second.close();
  });

  test("a second process is refused", async () => {
    const directory = await directoryForThisTest();
    const first = await openDynamoDb({ directory });
    await expect(openDynamoDb({ directory })).rejects.toThrow();
    await first.close();
  });
});
