import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { describe, expect, onTestFinished, test } from "vitest";
import { itemLocks } from "../../../../local/aws/dynamodb/item-locks.ts";
import { type DynamoDb, type DynamoDbOptions, openDynamoDb } from "../../../../local/aws/dynamodb.ts";
import { awsForThisTest, people, refusal } from "../../../support/aws.ts";
import { directoryForThisTest } from "../../../support/temporary-directory.ts";

const TableName = "People";

const count = (name: string) => ({
  TableName,
  Key: { name },
  UpdateExpression: "ADD visits :one",
  ExpressionAttributeValues: { ":one": 1 },
});
const both = (...names: string[]) =>
  new TransactWriteCommand({ TransactItems: names.map((name) => ({ Update: count(name) })) });

async function read(documents: DynamoDBDocumentClient, name: string) {
  const { Item } = await documents.send(new GetCommand({ TableName, Key: { name }, ConsistentRead: true }));
  return Item;
}

function times<T>(n: number, each: (index: number) => T): T[] {
  return Array.from({ length: n }, (_, index) => each(index));
}

function fulfilled(results: PromiseSettledResult<unknown>[]): number[] {
  return results.flatMap(({ status }, index) => (status === "fulfilled" ? [index] : []));
}

// On disk, reading an item and writing it are apart in time: only there can one write come between another's two halves.
describe.each(["in memory", "on disk"])("%s", (where) => {
  async function documentsOfPeople(options: Pick<DynamoDbOptions, "onTransactionConflict">) {
    const directory = where === "on disk" ? { directory: await directoryForThisTest() } : {};
    return (await awsForThisTest({ ...directory, ...options })).documents();
  }

  describe.each(["refuse", "wait"] as const)("where conflicts %s", (onTransactionConflict) => {
    test("64 transactions on one item under a condition: exactly one wins, whole", async () => {
      const documents = await documentsOfPeople({ onTransactionConflict });
      const results = await Promise.allSettled(
        times(64, (n) => {
          const Put = {
            TableName,
            Item: { name: "prize", n },
            ConditionExpression: "attribute_not_exists(n)",
          };
          return documents.send(
            new TransactWriteCommand({ TransactItems: [{ Put }, { Update: count(`entry-${n}`) }] }),
          );
        }),
      );
      const winners = fulfilled(results);
      expect(winners).toHaveLength(1);
      expect(await read(documents, "prize")).toMatchObject({ n: winners[0] });
      const entries = await Promise.all(times(64, (n) => read(documents, `entry-${n}`)));
      expect(entries.flatMap((entry, n) => (entry ? [n] : []))).toEqual(winners);
    });

    test("64 puts of one item under a condition wait for each other: exactly one wins", async () => {
      const documents = await documentsOfPeople({ onTransactionConflict });
      const condition = { TableName, ConditionExpression: "attribute_not_exists(n)" };
      const results = await Promise.allSettled(
        times(64, (n) => documents.send(new PutCommand({ ...condition, Item: { name: "prize", n } }))),
      );
      const winners = fulfilled(results);
      expect(winners).toHaveLength(1);
      expect(await read(documents, "prize")).toMatchObject({ n: winners[0] });
    });
  });

  test("who waits: transactions that lock the same two items in opposite order all finish, and lose no count", async () => {
    const documents = await documentsOfPeople({ onTransactionConflict: "wait" });
    await Promise.all(times(40, (n) => documents.send(n % 2 ? both("a", "b") : both("b", "a"))));
    expect([await read(documents, "a"), await read(documents, "b")]).toMatchObject([
      { visits: 40 },
      { visits: 40 },
    ]);
  });

  test("who waits: plain updates have their turn like transactions, and lose no count either", async () => {
    const documents = await documentsOfPeople({ onTransactionConflict: "wait" });
    await Promise.all(
      times(30, () => [documents.send(both("a", "b")), documents.send(new UpdateCommand(count("a")))]).flat(),
    );
    expect([await read(documents, "a"), await read(documents, "b")]).toMatchObject([
      { visits: 60 },
      { visits: 30 },
    ]);
  });

  test("who is refused and comes again finishes too: 40 transactions and 40 updates, and no count is lost", async () => {
    const documents = await documentsOfPeople({ onTransactionConflict: "refuse" });
    let conflicts = 0;
    const untilDone = async (send: () => Promise<unknown>): Promise<void> => {
      try {
        await send();
      } catch (error) {
        expect(String(error)).toMatch(/TransactionConflict/);
        conflicts++;
        await untilDone(send);
      }
    };
    await Promise.all(
      times(40, (n) => [
        untilDone(() => documents.send(n % 2 ? both("a", "b") : both("b", "a"))),
        untilDone(() => documents.send(new UpdateCommand(count("a")))),
      ]).flat(),
    );
    expect(conflicts).toBeGreaterThan(0);
    expect([await read(documents, "a"), await read(documents, "b")]).toMatchObject([
      { visits: 80 },
      { visits: 40 },
    ]);
  });
});

describe("what meets a transaction", () => {
  const update = (name: string, more: object = {}) => ({
    TableName,
    Key: { name: { S: name } },
    UpdateExpression: "ADD visits :one",
    ExpressionAttributeValues: { ":one": { N: "1" } },
    ...more,
  });
  const transaction = (names: readonly string[], more: object = {}) => ({
    TransactItems: names.map((name) => ({ Update: update(name) })),
    ...more,
  });

  async function visits(dynamodb: DynamoDb, name: string) {
    const found = await dynamodb.call("GetItem", { TableName, Key: { name: { S: name } } });
    return found;
  }
  const item = (name: string, n: number) => ({ Item: { name: { S: name }, visits: { N: String(n) } } });

  /** A transaction over these items that is under way until `end` is called. */
  async function under(names: readonly string[], options: DynamoDbOptions = {}, more: object = {}) {
    const [begun, ended] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const dynamodb = await openDynamoDb({
      ...options,
      transactionDelay() {
        begun.resolve();
        return ended.promise;
      },
    });
    await dynamodb.createTable(people);
    onTestFinished(() => dynamodb.close());
    const first = dynamodb.call("TransactWriteItems", transaction(names, more));
    await begun.promise;
    return {
      dynamodb,
      async end() {
        ended.resolve();
        await first;
      },
    };
  }

  test("on one of its items is a cancelled transaction, which says on which; the first goes on", async () => {
    const { dynamodb, end } = await under(["a", "b"]);
    const refused = await refusal(dynamodb.call("TransactWriteItems", transaction(["c", "b"])));
    expect(refused).toMatchObject({
      code: "TransactionCanceledException",
      message:
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, TransactionConflict]",
      fields: {
        CancellationReasons: [
          { Code: "None" },
          { Code: "TransactionConflict", Message: "Transaction is ongoing for the item" },
        ],
      },
    });
    await end();
    expect(await visits(dynamodb, "b")).toEqual(item("b", 1));
    expect(await visits(dynamodb, "c")).toEqual({});
    await dynamodb.call("TransactWriteItems", transaction(["c", "b"]));
    expect(await visits(dynamodb, "b")).toEqual(item("b", 2));
  });

  test.each([
    ["PutItem", { TableName, Item: { name: { S: "a" } } }],
    ["UpdateItem", update("a")],
    ["DeleteItem", { TableName, Key: { name: { S: "a" } } }],
  ])("is a refused %s, which changes nothing", async (operation, input) => {
    const { dynamodb, end } = await under(["a", "b"]);
    expect(await refusal(dynamodb.call(operation, input))).toMatchObject({
      code: "TransactionConflictException",
      message: "Transaction is ongoing for the item",
      status: 400,
    });
    await end();
    expect(await visits(dynamodb, "a")).toEqual(item("a", 1));
  });

  test("on other items is none of its business, nor is a read of its own", async () => {
    const { dynamodb, end } = await under(["a", "b"]);
    await dynamodb.call("UpdateItem", update("c"));
    expect(await visits(dynamodb, "a")).toEqual({});
    await end();
  });

  test("waits where the engine was told so", async () => {
    const { dynamodb, end } = await under(["a", "b"], { onTransactionConflict: "wait" });
    const others = [
      dynamodb.call("TransactWriteItems", transaction(["b", "a"])),
      dynamodb.call("UpdateItem", update("a")),
    ];
    await end();
    await Promise.all(others);
    expect(await visits(dynamodb, "a")).toEqual(item("a", 3));
  });

  test("under its own token is in progress, and afterwards a success without effect", async () => {
    const token = { ClientRequestToken: "one-token" };
    const { dynamodb, end } = await under(["a", "b"], {}, token);
    const again = () => dynamodb.call("TransactWriteItems", transaction(["a", "b"], token));
    expect(await refusal(again())).toMatchObject({ code: "TransactionInProgressException" });
    const other = dynamodb.call("TransactWriteItems", transaction(["c"], token));
    expect(await refusal(other)).toMatchObject({ code: "IdempotentParameterMismatchException" });
    await end();
    await again();
    expect(await visits(dynamodb, "a")).toEqual(item("a", 1));
  });

  test("leaves no token behind: the same bytes with the same token have their effect later", async () => {
    const { dynamodb, end } = await under(["a"]);
    const second = transaction(["a"], { ClientRequestToken: "another-token" });
    expect(await refusal(dynamodb.call("TransactWriteItems", second))).toMatchObject({
      code: "TransactionCanceledException",
    });
    await end();
    await dynamodb.call("TransactWriteItems", second);
    expect(await visits(dynamodb, "a")).toEqual(item("a", 2));
  });
});

describe("locks", () => {
  test("are given in the order of asking, and free again after a failure", async () => {
    const locks = itemLocks("wait");
    const order: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = locks.hold("transaction", ["a", "b"], async () => {
      await gate.promise;
      order.push("first");
      throw new Error("failed");
    });
    const second = locks.hold("write", ["b", "c", "b"], async () => order.push("second"));
    const third = locks.hold("write", ["c"], async () => order.push("third"));
    await locks.hold("write", ["d"], async () => order.push("stranger"));
    gate.resolve();
    await expect(first).rejects.toThrow("failed");
    await Promise.all([second, third]);
    expect(order).toEqual(["stranger", "first", "second", "third"]);
  });

  test("conflict for as long as a transaction has the item or waits for it, and no longer", async () => {
    const locks = itemLocks("refuse");
    const gates = [
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
      Promise.withResolvers<void>(),
    ];
    const seen = () => ["a", "b"].map((key) => locks.conflicts(key));
    const write = locks.hold("write", ["a"], () => gates[0]?.promise ?? Promise.resolve());
    expect(seen()).toEqual([false, false]);
    const transaction = locks.hold("transaction", ["a", "b"], () => gates[1]?.promise ?? Promise.resolve());
    expect(seen()).toEqual([true, true]);
    const behind = locks.hold("write", ["b"], () => gates[2]?.promise ?? Promise.resolve());
    gates[0]?.resolve();
    await write;
    expect(seen()).toEqual([true, true]);
    gates[1]?.resolve();
    await transaction;
    expect(seen()).toEqual([false, false]);
    gates[2]?.resolve();
    await behind;
    expect(seen()).toEqual([false, false]);
  });
});
