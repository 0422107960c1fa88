import { TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  type TransactWriteCommandInput,
} from "@aws-sdk/lib-dynamodb";
import { describe, expect, onTestFinished, test } from "vitest";
import { openStore } from "../../../../local/aws/dynamodb/dynalite.ts";
import { transactionTokens } from "../../../../local/aws/dynamodb/transaction-tokens.ts";
import { awsForThisTest, noon, refusal, region } from "../../../support/aws.ts";

const TableName = "People";

type Writes = TransactWriteCommandInput["TransactItems"];

function write(
  documents: DynamoDBDocumentClient,
  TransactItems: Writes,
  more: Partial<TransactWriteCommandInput> = {},
) {
  return documents.send(new TransactWriteCommand({ TransactItems, ...more }));
}

async function read(documents: DynamoDBDocumentClient, name: string) {
  const { Item } = await documents.send(new GetCommand({ TableName, Key: { name }, ConsistentRead: true }));
  return Item;
}

const put = (Item: Record<string, unknown>, more: object = {}) => ({ Put: { TableName, Item, ...more } });
const count = (name: string) => ({
  Update: {
    TableName,
    Key: { name },
    UpdateExpression: "ADD visits :one",
    ExpressionAttributeValues: { ":one": 1 },
  },
});
const unless = {
  ConditionExpression: "attribute_not_exists(#name)",
  ExpressionAttributeNames: { "#name": "name" },
};

describe("a transaction", () => {
  test("puts, updates, deletes and checks several items at once", async () => {
    const documents = (await awsForThisTest()).documents();
    await documents.send(new PutCommand({ TableName, Item: { name: "old", city: "Suzhou", age: 90 } }));
    await documents.send(new PutCommand({ TableName, Item: { name: "witness", city: "Suzhou", age: 50 } }));

    await write(documents, [
      put({ name: "new", city: "Suzhou", age: 20 }),
      count("counter"),
      { Delete: { TableName, Key: { name: "old" } } },
      {
        ConditionCheck: {
          TableName,
          Key: { name: "witness" },
          ConditionExpression: "age = :fifty",
          ExpressionAttributeValues: { ":fifty": 50 },
        },
      },
    ]);

    expect(await read(documents, "counter")).toEqual({ name: "counter", visits: 1 });
    expect(await read(documents, "new")).toMatchObject({ age: 20 });
    expect(await read(documents, "old")).toBeUndefined();
    expect(await read(documents, "witness")).toMatchObject({ age: 50 });
  });

  test("changes nothing if one condition fails, and says which, with the item where that was asked for", async () => {
    const documents = (await awsForThisTest()).documents();
    await documents.send(new PutCommand({ TableName, Item: { name: "taken", age: 7 } }));
    await documents.send(new PutCommand({ TableName, Item: { name: "quiet" } }));

    const refused = await refusal(
      write(documents, [
        put({ name: "first" }),
        put({ name: "taken" }, { ...unless, ReturnValuesOnConditionCheckFailure: "ALL_OLD" }),
        put(
          { name: "third" },
          { ConditionExpression: "age > :one", ExpressionAttributeValues: { ":one": 1 } },
        ),
      ]),
    );

    expect(refused).toMatchObject({
      name: "TransactionCanceledException",
      message:
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, ConditionalCheckFailed]",
    });
    expect(refused.CancellationReasons).toEqual([
      { Code: "None" },
      {
        Code: "ConditionalCheckFailed",
        Message: "The conditional request failed",
        Item: { name: { S: "taken" }, age: { N: "7" } },
      },
      { Code: "ConditionalCheckFailed", Message: "The conditional request failed" },
    ]);
    expect(await read(documents, "first")).toBeUndefined();
  });

  test("that updates what does not fit the update, or names a key that does not fit the table, is cancelled", async () => {
    const documents = (await awsForThisTest()).documents();
    await documents.send(new PutCommand({ TableName, Item: { name: "text", visits: "many" } }));

    const misfit = await refusal(write(documents, [put({ name: "new" }), count("text")]));
    const keyless = await refusal(write(documents, [put({ nickname: "x" }), count("counter")]));

    expect(misfit.CancellationReasons).toEqual([
      { Code: "None" },
      { Code: "ValidationError", Message: "An operand in the update expression has an incorrect data type" },
    ]);
    expect(keyless.CancellationReasons).toMatchObject([{ Code: "ValidationError" }, { Code: "None" }]);
    expect(await read(documents, "new")).toBeUndefined();
    expect(await read(documents, "counter")).toBeUndefined();
  });

  test.each([
    ["no writes", [], /greater than or equal to 1/],
    ["101 writes", Array.from({ length: 101 }, (_, n) => put({ name: `${n}` })), /less than or equal to 100/],
    [
      "one item twice",
      [put({ name: "a" }), count("a")],
      /^Transaction request cannot include multiple operations on/,
    ],
    [
      "a syntax error",
      [put({ name: "a" }, { ConditionExpression: "a =" })],
      /^Invalid ConditionExpression: Syntax error/,
    ],
    [
      "a check without a condition",
      [{ ConditionCheck: { TableName, Key: { name: "a" } } }],
      /must not be null/,
    ],
    ["an update without an expression", [{ Update: { TableName, Key: { name: "a" } } }], /must not be null/],
    ["two writes in one entry", [{ ...put({ name: "a" }), ...count("b") }], /can only contain one of/],
  ])("with %s is invalid", async (_what, TransactItems, message) => {
    const documents = (await awsForThisTest()).documents();
    const refused = await refusal(write(documents, TransactItems as Writes));
    expect(refused.name).toBe("ValidationException");
    expect(refused.message).toMatch(message);
  });

  test("may have 100 writes", async () => {
    const documents = (await awsForThisTest()).documents();
    await write(
      documents,
      Array.from({ length: 100 }, (_, n) => put({ name: `${n}` })),
    );
    expect(await read(documents, "99")).toEqual({ name: "99" });
  });

  test("on a table that does not exist is refused whole", async () => {
    const documents = (await awsForThisTest()).documents();
    const Put = { TableName: "Nowhere", Item: { name: "a" } };
    const refused = await refusal(write(documents, [put({ name: "a" }), { Put }]));
    expect(refused.name).toBe("ResourceNotFoundException");
    expect(await read(documents, "a")).toBeUndefined();
  });

  test("costs twice the units of plain writes, per table", async () => {
    const documents = (await awsForThisTest()).documents();
    await documents.send(new PutCommand({ TableName, Item: { name: "long", text: "x".repeat(2500) } }));
    const Update = {
      TableName: "Bindings",
      Key: { key: Buffer.alloc(16, 1) },
      UpdateExpression: "SET openid = :openid",
      ExpressionAttributeValues: { ":openid": "o1" },
    };
    const { ConsumedCapacity } = await write(
      documents,
      [put({ name: "short" }), { Delete: { TableName, Key: { name: "long" } } }, { Update }],
      { ReturnConsumedCapacity: "TOTAL" },
    );
    expect(ConsumedCapacity).toEqual([
      { TableName, CapacityUnits: 8, WriteCapacityUnits: 8 },
      { TableName: "Bindings", CapacityUnits: 2, WriteCapacityUnits: 2 },
    ]);
  });
});

describe("a client request token", () => {
  const ClientRequestToken = "9f2c7a50-token";

  test("makes a repeated transaction a success without effect, also for 64 at once", async () => {
    const documents = (await awsForThisTest()).documents();
    await write(documents, [count("a")], { ClientRequestToken });
    await Promise.all(
      Array.from({ length: 64 }, () => write(documents, [count("a")], { ClientRequestToken })),
    );
    expect(await read(documents, "a")).toMatchObject({ visits: 1 });
  });

  test("of a transaction under way refuses the second, whose effect would be doubled", async () => {
    const store = await openStore(undefined, region, "000000000000");
    const tokens = await transactionTokens(store, () => noon);
    const gate = Promise.withResolvers<string>();
    const first = tokens.once(
      ClientRequestToken,
      [],
      () => gate.promise,
      () => gate.promise,
    );
    const never = () => Promise.reject(new Error("The transaction ran twice."));
    const again = tokens.once(ClientRequestToken, [], never, never);
    await expect(again).rejects.toMatchObject({ code: "TransactionInProgressException" });
    const another = tokens.once(ClientRequestToken, ["another"], never, never);
    await expect(another).rejects.toMatchObject({ code: "IdempotentParameterMismatchException" });
    gate.resolve("committed");
    expect(await first).toBe("committed");
    await store.db.close();
  });

  test("costs a repetition the units of reading", async () => {
    const documents = (await awsForThisTest()).documents();
    const options = { ClientRequestToken, ReturnConsumedCapacity: "TOTAL" } as const;
    await write(documents, [count("a")], options);
    const { ConsumedCapacity } = await write(documents, [count("a")], options);
    expect(ConsumedCapacity).toEqual([{ TableName, CapacityUnits: 2, ReadCapacityUnits: 2 }]);
  });

  test("refuses another transaction under the same token", async () => {
    const documents = (await awsForThisTest()).documents();
    await write(documents, [count("a")], { ClientRequestToken });
    const refused = await refusal(write(documents, [count("b")], { ClientRequestToken }));
    expect(refused.name).toBe("IdempotentParameterMismatchException");
  });

  test("is not used up by a transaction that was cancelled", async () => {
    const documents = (await awsForThisTest()).documents();
    const onlyIfGone = [put({ name: "a", age: 2 }, unless)];
    await documents.send(new PutCommand({ TableName, Item: { name: "a", age: 1 } }));
    await refusal(write(documents, onlyIfGone, { ClientRequestToken }));
    await documents.send(new DeleteCommand({ TableName, Key: { name: "a" } }));
    await write(documents, onlyIfGone, { ClientRequestToken });
    expect(await read(documents, "a")).toEqual({ name: "a", age: 2 });
  });

  test.each([
    ["one millisecond before 10 minutes", 600_000 - 1, 1],
    ["at 10 minutes", 600_000, 2],
  ])("is remembered until %s", async (_when, later, visits) => {
    let now = noon;
    const documents = (await awsForThisTest({ clock: () => now })).documents();
    await write(documents, [count("a")], { ClientRequestToken });
    now += later;
    await write(documents, [count("a")], { ClientRequestToken });
    expect(await read(documents, "a")).toMatchObject({ visits });
  });

  test("that is not remembered any more leaves the database with the next transaction that is not cancelled", async () => {
    let now = noon;
    const store = await openStore(undefined, region, "000000000000");
    onTestFinished(() => store.db.close());
    const tokens = await transactionTokens(store, () => now);
    const never = () => Promise.reject(new Error("It was not repeated."));
    const kept = async () => {
      const names: string[] = [];
      for await (const [key] of store.db.iterator({
        gte: "transaction-token~",
        lt: "transaction-token~\uffff",
      })) {
        names.push(key.slice("transaction-token~".length));
      }
      return names;
    };
    const commit = (token: string) => tokens.once(token, [], (remember) => store.db.batch(remember), never);
    await commit("first");
    now += 1;
    await commit("second");
    now = noon + 600_000;
    await expect(tokens.once("third", [], never, never)).rejects.toThrow("It was not repeated.");
    expect(await kept()).toEqual(["first", "second"]);
    await commit("third");
    expect(await kept()).toEqual(["second", "third"]);
  });

  test("longer than 36 characters is invalid", async () => {
    const client = (await awsForThisTest()).client();
    const TransactItems = [{ Put: { TableName, Item: { name: { S: "a" } } } }];
    const command = new TransactWriteItemsCommand({ TransactItems, ClientRequestToken: "x".repeat(37) });
    expect((await refusal(client.send(command))).name).toBe("ValidationException");
  });
});
