import { setImmediate as nextTurn } from "node:timers/promises";
import {
  type DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import { openStore, type Store } from "../../../local/aws/dynalite.ts";
import { transactionTokens } from "../../../local/aws/dynamodb-idempotency.ts";
import { settingsOfTables } from "../../../local/aws/dynamodb-table-settings.ts";
import { tables } from "../../../local/aws/dynamodb-tables.ts";
import { transactions } from "../../../local/aws/dynamodb-transactions.ts";
import { itemLocks } from "../../../local/aws/item-locks.ts";
import { awsForThisTest, noon, people } from "../../support/aws.ts";
import { directoryForThisTest } from "../../support/temporary-directory.ts";

const TableName = "People";

const count = (name: string) => ({
  TableName,
  Key: { name },
  UpdateExpression: "ADD visits :one",
  ExpressionAttributeValues: { ":one": 1 },
});
const countWire = { ...count(""), ExpressionAttributeValues: { ":one": { N: "1" } } };
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
  async function documentsOfPeople() {
    const aws = await awsForThisTest(where === "on disk" ? { directory: await directoryForThisTest() } : {});
    return aws.documents();
  }

  test("64 transactions on one item under a condition: exactly one wins, whole", async () => {
    const documents = await documentsOfPeople();
    const results = await Promise.allSettled(
      times(64, (n) => {
        const Put = { TableName, Item: { name: "prize", n }, ConditionExpression: "attribute_not_exists(n)" };
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

  test("64 puts of one item under a condition: exactly one wins", async () => {
    const documents = await documentsOfPeople();
    const condition = { TableName, ConditionExpression: "attribute_not_exists(n)" };
    const results = await Promise.allSettled(
      times(64, (n) => documents.send(new PutCommand({ ...condition, Item: { name: "prize", n } }))),
    );
    const winners = fulfilled(results);
    expect(winners).toHaveLength(1);
    expect(await read(documents, "prize")).toMatchObject({ n: winners[0] });
  });

  test("transactions that lock the same two items in opposite order all finish, and lose no count", async () => {
    const documents = await documentsOfPeople();
    await Promise.all(times(40, (n) => documents.send(n % 2 ? both("a", "b") : both("b", "a"))));
    expect([await read(documents, "a"), await read(documents, "b")]).toMatchObject([
      { visits: 40 },
      { visits: 40 },
    ]);
  });

  test("plain updates wait for their turn like transactions, and lose no count either", async () => {
    const documents = await documentsOfPeople();
    await Promise.all(
      times(30, () => [documents.send(both("a", "b")), documents.send(new UpdateCommand(count("a")))]).flat(),
    );
    expect([await read(documents, "a"), await read(documents, "b")]).toMatchObject([
      { visits: 60 },
      { visits: 30 },
    ]);
  });
});

test("a reading transaction never sees half of a writing one that comes between its reads", async () => {
  const store = await openStore(undefined, "us-east-1", "000000000000");
  await tables(store, settingsOfTables(store), (name) => name).ensure(people);
  let betweenReads = async () => {};
  const { db } = store;
  const watched: Store = {
    ...store,
    db: {
      get: async (key) => {
        if (key.startsWith("item-") && key.includes(Buffer.from("second").toString("hex")))
          await betweenReads();
        return db.get(key);
      },
      open: () => db.open(),
      close: () => db.close(),
      batch: (changes) => db.batch(changes),
      iterator: (range) => db.iterator(range),
    },
  };
  const { read, write } = transactions(watched, itemLocks(), await transactionTokens(store, () => noon));
  const update = (name: string) => ({ Update: { ...countWire, Key: { name: { S: name } } } });
  const get = (name: string) => ({ Get: { TableName, Key: { name: { S: name } } } });

  let writing: Promise<object> | undefined;
  betweenReads = async () => {
    betweenReads = async () => {};
    writing = write({ TransactItems: [update("first"), update("second")] });
    // Time enough for the writer to get through, if nothing held it back.
    for (let turn = 0; turn < 20; turn++) await nextTurn();
  };
  expect(await read({ TransactItems: [get("first"), get("second")] })).toEqual({ Responses: [{}, {}] });
  await writing;
  const visited = { Item: expect.objectContaining({ visits: { N: "1" } }) };
  expect(await read({ TransactItems: [get("first"), get("second")] })).toEqual({
    Responses: [visited, visited],
  });
  await db.close();
});

describe("locks", () => {
  test("are given in the order of asking, and free again after a failure", async () => {
    const locks = itemLocks();
    const order: string[] = [];
    const gate = Promise.withResolvers<void>();
    const first = locks.hold(["a", "b"], async () => {
      await gate.promise;
      order.push("first");
      throw new Error("failed");
    });
    const second = locks.hold(["b", "c", "b"], async () => order.push("second"));
    const third = locks.hold(["c"], async () => order.push("third"));
    await locks.hold(["d"], async () => order.push("stranger"));
    gate.resolve();
    await expect(first).rejects.toThrow("failed");
    await Promise.all([second, third]);
    expect(order).toEqual(["stranger", "first", "second", "third"]);
  });
});
