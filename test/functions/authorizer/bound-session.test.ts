import { describe, expect, test } from "vitest";
import type {
  AttributeValue,
  BatchGetItem,
  BatchGetItemOutput,
  Item,
  RequestItems,
} from "../../../functions/authorizer/batch-get-item.ts";
import { boundSessionReader } from "../../../functions/authorizer/bound-session.ts";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";

const noon = Date.UTC(2026, 2, 1, 12);
const key = { identityKey: Buffer.alloc(16, 1), secretHash: Buffer.alloc(32, 2) };
const deadline = new AbortController().signal;
const base64 = (bytes: Buffer) => bytes.toString("base64");

const bindingItem = {
  key: { B: base64(key.identityKey) },
  appId: { S: "wx1" },
  openid: { S: "o-alice" },
  userId: { S: "u1" },
  boundAt: { N: String(noon) },
  generation: { N: "7" },
} satisfies Item;
const sessionItem = {
  identity: { B: base64(key.identityKey) },
  secretHash: { B: base64(key.secretHash) },
  userId: { S: "u1" },
  generation: { N: "7" },
  createdAt: { N: String(noon) },
  expiresAt: { N: "1772452800" },
  device: { S: "iPhone" },
} satisfies Item;
const whole = {
  identity: { appId: "wx1", openid: "o-alice" },
  binding: { userId: "u1", disabled: false, generation: 7 },
  session: { userId: "u1", generation: 7, createdAt: noon, expiresAt: 1_772_452_800 },
};

const requested: RequestItems = {
  Bindings: { Keys: [{ key: { B: base64(key.identityKey) } }], ConsistentRead: true },
  Sessions: {
    Keys: [{ identity: { B: base64(key.identityKey) }, secretHash: { B: base64(key.secretHash) } }],
    ConsistentRead: true,
  },
};
const found = (binding: Item = bindingItem, session: Item = sessionItem): BatchGetItemOutput => ({
  Responses: { Bindings: [binding], Sessions: [session] },
  UnprocessedKeys: {},
});

/** The read over these outputs of DynamoDB, one after the other; what was asked for, and until when. */
function reading(...outputs: BatchGetItemOutput[]) {
  const asked: { items: RequestItems; deadline: AbortSignal }[] = [];
  const batchGetItem: BatchGetItem = async (items, deadline) => {
    asked.push({ items, deadline });
    const output = outputs.shift();
    if (!output) throw new Error("Asked too often.");
    return output;
  };
  const read = boundSessionReader(batchGetItem, { bindings: "Bindings", sessions: "Sessions" });
  return { asked, read: () => read(key, deadline) };
}

test("binding and session are one strongly consistent read", async () => {
  const { read, asked } = reading(found());
  expect(await read()).toStrictEqual(whole);
  expect(asked).toEqual([{ items: requested, deadline }]);
});

test("what else is known of the binding comes along", async () => {
  const { read } = reading(found({ ...bindingItem, unionid: { S: "u-alice" }, disabled: { BOOL: true } }));
  expect((await read())?.binding).toStrictEqual({
    userId: "u1",
    unionid: "u-alice",
    disabled: true,
    generation: 7,
  });
});

test("what the session says and what the binding says are told apart", async () => {
  const { read } = reading(
    found(bindingItem, { ...sessionItem, userId: { S: "u2" }, generation: { N: "6" } }),
  );
  expect(await read()).toMatchObject({
    binding: { userId: "u1", generation: 7 },
    session: { userId: "u2", generation: 6 },
  });
});

describe("is nothing", () => {
  const without = (item: Item, name: string): Item =>
    Object.fromEntries(Object.entries(item).filter(([other]) => other !== name));

  test.each<[string, NonNullable<BatchGetItemOutput["Responses"]>]>([
    ["without a session", { Bindings: [bindingItem], Sessions: [] }],
    ["without a binding", { Bindings: [], Sessions: [sessionItem] }],
    ["without both", { Bindings: [], Sessions: [] }],
    ["where DynamoDB names no table", {}],
  ])("%s", async (_, Responses) => {
    expect(await reading({ Responses, UnprocessedKeys: {} }).read()).toBeUndefined();
    expect(await reading({ Responses }).read()).toBeUndefined();
  });

  test.each(["userId", "appId", "openid", "generation"])("without the binding's %s", async (name) => {
    expect(await reading(found(without(bindingItem, name))).read()).toBeUndefined();
  });

  test.each(["userId", "generation", "createdAt", "expiresAt"])("without the session's %s", async (name) => {
    expect(await reading(found(bindingItem, without(sessionItem, name))).read()).toBeUndefined();
  });

  const noText: AttributeValue[] = [
    { N: "1" },
    { S: "" },
    { B: "AAAA" },
    { BOOL: true },
    { S: 1 },
    { S: null },
    {},
  ];
  const noNumber: AttributeValue[] = [
    ...[{ S: "7" }, { BOOL: false }, { B: "Nw==" }, { N: 7 }, { N: null }, {}],
    ...["", " ", "7 ", "-7", "+7", "7.5", "7e0", "0x7", "NaN", "Infinity", "1".repeat(16)].map((N) => ({
      N,
    })),
  ];
  const noBoolean: AttributeValue[] = [{ S: "false" }, { N: "0" }, { BOOL: "false" }, { BOOL: null }, {}];

  test.each<[name: string, values: AttributeValue[]]>([
    ["userId", noText],
    ["appId", noText],
    ["openid", noText],
    ["unionid", noText],
    ["generation", noNumber],
    ["disabled", noBoolean],
  ])("with the binding's %s of another type", async (name, values) => {
    for (const value of values) {
      const { read } = reading(found({ ...bindingItem, [name]: value }));
      expect(await read(), JSON.stringify(value)).toBeUndefined();
    }
  });

  test.each<[name: string, values: AttributeValue[]]>([
    ["userId", noText],
    ["generation", noNumber],
    ["createdAt", noNumber],
    ["expiresAt", noNumber],
  ])("with the session's %s of another type", async (name, values) => {
    for (const value of values) {
      const { read } = reading(found(bindingItem, { ...sessionItem, [name]: value }));
      expect(await read(), JSON.stringify(value)).toBeUndefined();
    }
  });
});

describe("keys that DynamoDB leaves unprocessed", () => {
  test("both: asked for once more, until the same deadline", async () => {
    const { read, asked } = reading({ Responses: {}, UnprocessedKeys: requested }, found());
    expect(await read()).toEqual(whole);
    expect(asked).toEqual(Array(2).fill({ items: requested, deadline }));
  });

  test.each([
    ["Sessions", { Bindings: [bindingItem], Sessions: [] }, { Sessions: [sessionItem] }],
    ["Bindings", { Sessions: [sessionItem] }, { Bindings: [bindingItem], Sessions: [] }],
  ])(
    "%s: only it is asked for once more, and what the first answer had is not forgotten",
    async (table, first, second) => {
      const { read, asked } = reading(
        { Responses: first, UnprocessedKeys: { [table]: requested[table] } },
        { Responses: second, UnprocessedKeys: {} },
      );
      expect(await read()).toEqual(whole);
      expect(asked[1]?.items).toEqual({ [table]: requested[table] });
    },
  );

  test("are asked for as strongly consistent as before, whatever DynamoDB repeats of the request", async () => {
    const { read, asked } = reading(
      { Responses: {}, UnprocessedKeys: { Bindings: {}, Sessions: {} } },
      found(),
    );
    expect(await read()).toEqual(whole);
    expect(asked[1]?.items).toEqual(requested);
  });

  test.each(["Bindings", "Sessions"])(
    "%s twice: thrown, because it does not mean not found",
    async (table) => {
      const output = {
        Responses: { Bindings: [bindingItem] },
        UnprocessedKeys: { [table]: requested[table] },
      };
      const { read, asked } = reading(output, output);
      await expect(read()).rejects.toMatchObject({
        name: "StoreUnavailable",
        message: "DynamoDB did not answer",
        cause: "UnprocessedKeys",
      });
      expect(asked).toHaveLength(2);
    },
  );
});

test("a success that says nothing of items is thrown: it does not mean not found", async () => {
  await expect(reading({}).read()).rejects.toMatchObject({
    name: "StoreUnavailable",
    message: "DynamoDB did not answer",
    cause: "no Responses",
  });
});

test("an outage is thrown as it is", async () => {
  const outage = new StoreUnavailable("DynamoDB", "ECONNRESET");
  const read = boundSessionReader(() => Promise.reject(outage), { bindings: "B", sessions: "S" });
  await expect(read(key, deadline)).rejects.toBe(outage);
});
