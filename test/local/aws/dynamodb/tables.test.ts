import {
  DeleteTableCommand,
  DescribeContinuousBackupsCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  DeleteCommand,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import { openDynamoDb } from "../../../../local/aws/dynamodb.ts";
import { awsForThisTest, bindings, noon, people, refusal, sessions } from "../../../support/aws.ts";
import { directoryForThisTest } from "../../../support/temporary-directory.ts";

describe("a table", () => {
  test("is ready as soon as it was made, and gone once it is deleted", async () => {
    const client = (await awsForThisTest()).client();
    const TableName = "People";
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    const arn = "arn:aws:dynamodb:us-east-1:000000000000:table/People";
    expect(Table).toMatchObject({ TableStatus: "ACTIVE", TableArn: arn });
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

test("items past their time stay readable: nothing expires by itself", async () => {
  const documents = (await awsForThisTest()).documents();
  const Key = { identity: Buffer.alloc(16, 1), secretHash: Buffer.alloc(32, 1) };
  const expiresAt = noon / 1000 - 9_999;
  await documents.send(new PutCommand({ TableName: "Sessions", Item: { ...Key, expiresAt } }));
  const found = await documents.send(new GetCommand({ TableName: "Sessions", Key }));
  expect(found.Item).toMatchObject({ expiresAt });
});

test("a batch reads two tables strongly, for one unit an item", async () => {
  const identity = Buffer.alloc(16, 1);
  const secretHash = Buffer.alloc(32, 2);
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
  expect((await read(false)).ConsumedCapacity?.map(({ CapacityUnits }) => CapacityUnits)).toEqual([0.5, 0.5]);
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

  test("what has expired is gone after a restart, and nothing else", async () => {
    const directory = await directoryForThisTest();
    const seconds = noon / 1000;
    const ends = {
      over: { N: String(seconds) },
      open: { N: String(seconds + 1) },
      text: { S: "1" },
      none: undefined,
    };
    const first = await openDynamoDb({ directory, clock: () => noon });
    await first.createTable(sessions);
    for (const [name, expiresAt] of Object.entries(ends)) {
      const bytes = { B: Buffer.from(name).toString("base64") };
      const Item = { identity: bytes, secretHash: bytes, ...(expiresAt && { expiresAt }) };
      await first.call("PutItem", { TableName: "Sessions", Item });
    }
    await first.close();
    const second = await openDynamoDb({ directory, clock: () => noon });
    await second.createTable(sessions);
    const { Items }: { Items?: { identity?: { B?: string } }[] } = await second.call("Scan", {
      TableName: "Sessions",
    });
    const left = (Items ?? []).map(({ identity }) => Buffer.from(identity?.B ?? "", "base64").toString());
    expect(left.sort()).toEqual(["none", "open", "text"]);
    await second.close();
  });

  test("a table with other keys is refused, in words that say what to do", async () => {
    const directory = await directoryForThisTest();
    const first = await openDynamoDb({ directory });
    await first.createTable(people);
    await first.createTable(people);
    await first.close();
    const second = await openDynamoDb({ directory });
    const other = { ...people, attributes: [{ name: "name", type: "B" as const }] };
    await expect(second.createTable(other)).rejects.toThrow(
      "The table People exists with (name S) where (name B) is wanted.",
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
