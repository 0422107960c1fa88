import {
  DeleteCommand,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import { awsForThisTest, refusal } from "../../../support/aws.ts";

const TableName = "Bindings";
const Key = { key: Buffer.alloc(16, 7) };
/** Bytes that are no UTF-8, so that a comparison as text would confuse them. */
const [one, two, three] = [Buffer.from([0xff, 1]), Buffer.from([0xfe, 1]), Buffer.from([0xfd, 1])];

async function itemWith(attributes: Record<string, unknown>) {
  const documents = (await awsForThisTest()).documents();
  await documents.send(new PutCommand({ TableName, Item: { ...Key, ...attributes } }));
  return documents;
}

/** `condition` spells every attribute as `#name`, because many good names are reserved words. */
async function holdsFor(
  attributes: Record<string, unknown>,
  condition: string,
  values: Record<string, unknown>,
) {
  const documents = await itemWith(attributes);
  const names = condition.matchAll(/#(\w+)/g).map(([placeholder, name = ""]) => [placeholder, name] as const);
  const command = new DeleteCommand({
    TableName,
    Key,
    ConditionExpression: condition,
    ExpressionAttributeNames: Object.fromEntries(names),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  });
  return documents.send(command).then(
    () => true,
    (error) => {
      expect(error.name).toBe("ConditionalCheckFailedException");
      return false;
    },
  );
}

describe("a condition", () => {
  const sets = { bytes: new Set([one, two]), words: new Set(["a", "b"]), numbers: new Set([1, 2]) };
  const documents = {
    list: [1, { deep: ["x"] }],
    map: { a: 1, b: [two] },
    text: "张三丰",
    blob: Buffer.from([1, 0xff, 2]),
  };
  const numbers = { nine: 9, ten: 10, negative: -3 };

  test.each([
    [
      "a binary set equals the same elements in any order",
      sets,
      "#bytes = :v",
      { ":v": new Set([two, one]) },
      true,
    ],
    [
      "a binary set differs from one with another element",
      sets,
      "#bytes = :v",
      { ":v": new Set([one, three]) },
      false,
    ],
    ["a binary set differs from a part of it", sets, "#bytes = :v", { ":v": new Set([one]) }, false],
    [
      "a string set equals the same elements in any order",
      sets,
      "#words = :v",
      { ":v": new Set(["b", "a"]) },
      true,
    ],
    [
      "a number set equals the same elements in any order",
      sets,
      "#numbers = :v",
      { ":v": new Set([2, 1]) },
      true,
    ],
    ["sets of different types differ", sets, "#words <> :v", { ":v": new Set([1, 2]) }, true],
    ["size of a binary set is its number of elements", sets, "size(#bytes) = :v", { ":v": 2 }, true],
    ["size of what is missing equals nothing", sets, "size(#missing) = :v", { ":v": 0 }, false],
    ["size of a binary is its bytes", documents, "size(#blob) = :v", { ":v": 3 }, true],
    ["a binary set contains its elements", sets, "contains(#bytes, :v)", { ":v": one }, true],
    [
      "a binary set contains no bytes that only look alike as text",
      sets,
      "contains(#bytes, :v)",
      { ":v": three },
      false,
    ],
    ["a string set contains no number", sets, "contains(#words, :v)", { ":v": 1 }, false],
    ["a list contains an equal document", documents, "contains(#list, :v)", { ":v": { deep: ["x"] } }, true],
    ["a text contains a part", documents, "contains(#text, :v)", { ":v": "三" }, true],
    ["a binary contains a part", documents, "contains(#blob, :v)", { ":v": Buffer.from([0xff, 2]) }, true],
    [
      "a binary begins with its first bytes",
      documents,
      "begins_with(#blob, :v)",
      { ":v": Buffer.from([1, 0xff]) },
      true,
    ],
    [
      "a binary does not begin with others",
      documents,
      "begins_with(#blob, :v)",
      { ":v": Buffer.from([1, 0xfe]) },
      false,
    ],
    ["equal lists are equal", documents, "#list = :v", { ":v": [1, { deep: ["x"] }] }, true],
    ["lists in another order differ", documents, "#list = :v", { ":v": [{ deep: ["x"] }, 1] }, false],
    ["equal maps are equal", documents, "#map = :v", { ":v": { b: [two], a: 1 } }, true],
    ["a nested value is found", documents, "#list[1].#deep[0] = :v", { ":v": "x" }, true],
    ["numbers are ordered as numbers", numbers, "#nine < #ten", {}, true],
    ["negative numbers too", numbers, "#negative < :v", { ":v": -2 }, true],
    ["between has both bounds", numbers, "#nine BETWEEN :v AND #ten", { ":v": 9 }, true],
    ["in finds one of several", numbers, "#ten IN (#nine, :v)", { ":v": 10 }, true],
    ["a number is not ordered against a text", numbers, "#nine < :v", { ":v": "a" }, false],
    ["what is missing differs from any value", numbers, "#missing <> :v", { ":v": 1 }, true],
    ["what is missing equals no value", numbers, "#missing = :v", { ":v": 1 }, false],
    ["no attribute is inherited", numbers, "attribute_exists(#constructor)", {}, false],
    ["not, and, or", numbers, "NOT (#nine = #ten OR #ten < #nine) AND attribute_exists(#nine)", {}, true],
    ["the type of an attribute", sets, "attribute_type(#bytes, :v)", { ":v": "BS" }, true],
  ])("%s", async (_what, attributes, condition, values, expected) => {
    expect(await holdsFor(attributes, condition, values)).toBe(expected);
  });

  test("that fails shows the item where ALL_OLD was asked for, on each kind of write", async () => {
    const documents = await itemWith({ userId: "u1", tags: new Set([one]) });
    const asked = {
      TableName,
      ConditionExpression: "userId = :other",
      ExpressionAttributeValues: { ":other": "u2" },
      ReturnValuesOnConditionCheckFailure: "ALL_OLD" as const,
    };
    const refusals = [
      await refusal(documents.send(new PutCommand({ ...asked, Item: Key }))),
      await refusal(documents.send(new DeleteCommand({ ...asked, Key }))),
      await refusal(documents.send(new UpdateCommand({ ...asked, Key, UpdateExpression: "REMOVE tags" }))),
    ];
    const item = {
      key: { B: new Uint8Array(Key.key) },
      userId: { S: "u1" },
      tags: { BS: [new Uint8Array(one)] },
    };
    for (const refused of refusals) {
      expect(refused).toMatchObject({
        name: "ConditionalCheckFailedException",
        message: "The conditional request failed",
      });
      expect(refused.Item).toEqual(item);
    }
  });

  test("that fails shows nothing where nothing was asked for, or nothing is there", async () => {
    const documents = await itemWith({ userId: "u1" });
    const condition = { TableName, ConditionExpression: "attribute_exists(unionid)" };
    const silent = await refusal(documents.send(new DeleteCommand({ ...condition, Key })));
    const absent = await refusal(
      documents.send(
        new DeleteCommand({
          ...condition,
          Key: { key: Buffer.alloc(16, 8) },
          ReturnValuesOnConditionCheckFailure: "ALL_OLD",
        }),
      ),
    );
    for (const refused of [silent, absent]) {
      expect(refused.name).toBe("ConditionalCheckFailedException");
      expect(refused.Item).toBeUndefined();
    }
  });
});

describe("a binary set", () => {
  test("takes elements by ADD once each, and loses them by DELETE until it is gone", async () => {
    const documents = (await awsForThisTest()).documents();
    const update = async (UpdateExpression: string, ...elements: Buffer[]) => {
      const { Attributes } = await documents.send(
        new UpdateCommand({
          TableName,
          Key,
          UpdateExpression,
          ExpressionAttributeNames: { "#tags": "identities:wx1" },
          ExpressionAttributeValues: { ":set": new Set(elements) },
          ReturnValues: "ALL_NEW",
        }),
      );
      const tags: Set<Uint8Array> | undefined = Attributes?.["identities:wx1"];
      return tags && [...tags].map((bytes) => Buffer.from(bytes).toString("hex")).toSorted();
    };
    expect(await update("ADD #tags :set", one)).toEqual(["ff01"]);
    expect(await update("ADD #tags :set", one, two)).toEqual(["fe01", "ff01"]);
    expect(await update("DELETE #tags :set", one, three)).toEqual(["fe01"]);
    expect(await update("DELETE #tags :set", two)).toBeUndefined();
  });
});

describe("a filter", () => {
  test("follows the rules of conditions, on the whole item, before the projection", async () => {
    const documents = await itemWith({ tags: new Set([one, two]), list: [1] });
    await documents.send(
      new PutCommand({ TableName, Item: { key: Buffer.alloc(16, 8), tags: new Set([three]), list: [2] } }),
    );
    const filter = {
      FilterExpression: "contains(tags, :tag) AND #list = :list",
      ExpressionAttributeNames: { "#list": "list", "#key": "key" },
      ExpressionAttributeValues: { ":tag": two, ":list": [1] },
      ProjectionExpression: "#key",
    };
    const { Items, Count, ScannedCount } = await documents.send(new ScanCommand({ TableName, ...filter }));
    expect(Items).toEqual([{ key: new Uint8Array(Key.key) }]);
    expect({ Count, ScannedCount }).toEqual({ Count: 1, ScannedCount: 2 });
  });

  test("counts without items where only the count was asked for", async () => {
    const documents = (await awsForThisTest()).documents();
    const identity = Buffer.alloc(16, 1);
    for (const n of [1, 2, 3]) {
      await documents.send(
        new PutCommand({ TableName: "Sessions", Item: { identity, secretHash: Buffer.alloc(32, n), n } }),
      );
    }
    const page = await documents.send(
      new QueryCommand({
        TableName: "Sessions",
        KeyConditionExpression: "#identity = :identity",
        ExpressionAttributeNames: { "#identity": "identity" },
        FilterExpression: "n >= :two",
        ExpressionAttributeValues: { ":identity": identity, ":two": 2 },
        Select: "COUNT",
      }),
    );
    expect(page).toMatchObject({ Count: 2, ScannedCount: 3 });
    expect(page.Items).toBeUndefined();
  });
});

test("binary keys are told apart by every byte, and found again", async () => {
  const documents = (await awsForThisTest()).documents();
  for (const last of [0xfe, 0xff]) {
    await documents.send(new PutCommand({ TableName, Item: { key: Buffer.from([0xff, last]), last } }));
  }
  const { Item } = await documents.send(
    new GetCommand({ TableName, Key: { key: Buffer.from([0xff, 0xfe]) } }),
  );
  expect(Item).toEqual({ key: new Uint8Array([0xff, 0xfe]), last: 0xfe });
});
