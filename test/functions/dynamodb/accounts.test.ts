import { describe, expect, test } from "vitest";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";
import { dynamoDbAccounts } from "../../../functions/dynamodb/accounts.ts";
import { dynamoDbForThisTest, type Stored } from "../../support/dynamodb.ts";

const zhangsan = {
  username: { S: "zhangsan" },
  userId: { S: "u1" },
  passwordHash: { S: "a hash" },
};

async function accounts(...items: Stored[]) {
  const dynamoDb = await dynamoDbForThisTest();
  for (const item of items) await dynamoDb.put("ACCOUNTS_TABLE", item);
  return { ...dynamoDb, accounts: dynamoDbAccounts(dynamoDb.table("ACCOUNTS_TABLE")) };
}

test("an account is found by its username, strongly consistently: a changed password holds at once", async () => {
  const { accounts: it, calls } = await accounts(zhangsan);
  expect(await it.find("zhangsan")).toEqual({
    username: "zhangsan",
    userId: "u1",
    passwordHash: "a hash",
    disabled: false,
  });
  expect(calls).toMatchObject([{ action: "dynamodb:GetItem", input: { ConsistentRead: true } }]);
});

test.each(["lisi", "Zhangsan", "zhangsan "])("there is no account %j", async (username) => {
  const { accounts: it } = await accounts(zhangsan);
  expect(await it.find(username)).toBeUndefined();
});

test.each([
  ["true", { BOOL: true }, true],
  ["false", { BOOL: false }, false],
  ["of a type it should not have", { S: "no" }, true],
])("disabled, where it is %s", async (_, disabled, expected) => {
  const { accounts: it } = await accounts({ ...zhangsan, disabled });
  expect(await it.find("zhangsan")).toMatchObject({ disabled: expected });
});

test.each([
  ["userId is missing", { username: { S: "zhangsan" }, passwordHash: { S: "a hash" } }],
  ["passwordHash is missing", { username: { S: "zhangsan" }, userId: { S: "u1" } }],
  ["userId is a number", { ...zhangsan, userId: { N: "1" } }],
  ["passwordHash is binary", { ...zhangsan, passwordHash: { B: "AAAA" } }],
])("an account is broken, not unknown, where its %s", async (_, item) => {
  const { accounts: it } = await accounts(item);
  await expect(it.find("zhangsan")).rejects.toThrow("lacks userId or passwordHash");
});

describe("what operators do", () => {
  const added = { username: "zhangsan", userId: "u1", passwordHash: "a hash", disabled: false };

  test("an account is added once; the second finds the username taken, and changes nothing", async () => {
    const { accounts: it, items } = await accounts();
    expect(await it.add(added)).toBe(true);
    expect(await it.add({ ...added, userId: "u2", passwordHash: "another" })).toBe(false);
    expect(await items("ACCOUNTS_TABLE")).toEqual([zhangsan]);
  });

  test("16 that add one username at once: one is told that it did", async () => {
    const { accounts: it } = await accounts();
    const results = await Promise.all(
      Array.from({ length: 16 }, (_, i) => it.add({ ...added, userId: `u${i}` })),
    );
    expect(results.filter(Boolean)).toHaveLength(1);
    expect(await it.find("zhangsan")).toMatchObject({ userId: `u${results.indexOf(true)}` });
  });

  test("a changed password leaves the rest", async () => {
    const { accounts: it, items } = await accounts({ ...zhangsan, disabled: { BOOL: true } });
    expect(await it.changePassword("zhangsan", "another")).toBe(true);
    expect(await items("ACCOUNTS_TABLE")).toEqual([
      { ...zhangsan, passwordHash: { S: "another" }, disabled: { BOOL: true } },
    ]);
  });

  test("an account is disabled, and enabled as it was before", async () => {
    const { accounts: it, items } = await accounts(zhangsan);
    expect(await it.setDisabled("zhangsan", true)).toBe(true);
    expect(await it.find("zhangsan")).toMatchObject({ disabled: true });
    expect(await it.setDisabled("zhangsan", false)).toBe(true);
    expect(await items("ACCOUNTS_TABLE")).toEqual([zhangsan]);
  });

  test("nothing is changed about an account that does not exist, and none is made", async () => {
    const { accounts: it, items } = await accounts();
    expect(await it.changePassword("zhangsan", "another")).toBe(false);
    expect(await it.setDisabled("zhangsan", true)).toBe(false);
    expect(await it.setDisabled("zhangsan", false)).toBe(false);
    await it.remove("zhangsan");
    expect(await items("ACCOUNTS_TABLE")).toEqual([]);
  });

  test("a removed account is gone", async () => {
    const { accounts: it } = await accounts(zhangsan);
    await it.remove("zhangsan");
    expect(await it.find("zhangsan")).toBeUndefined();
  });
});

describe("many accounts at once", () => {
  const numbered = (count: number) =>
    Array.from({ length: count }, (_, i) => ({ ...zhangsan, username: { S: `user${i}` } }));
  const names = (count: number) => numbered(count).map(({ username }) => username.S);

  test("are found by their usernames, in batches of at most 100, each asked for once", async () => {
    const { accounts: it, calls } = await accounts(...numbered(101));
    const found = await it.findAll([...names(101), ...names(101), "nobody"]);
    expect([...found.keys()].sort()).toEqual(names(101).sort());
    expect(found.get("user7")).toEqual({
      username: "user7",
      userId: "u1",
      passwordHash: "a hash",
      disabled: false,
    });
    expect(calls.map(({ action }) => action)).toEqual(["dynamodb:BatchGetItem", "dynamodb:BatchGetItem"]);
  });

  test("none is no call", async () => {
    const { accounts: it, calls } = await accounts();
    expect((await it.findAll([])).size).toBe(0);
    expect(calls).toEqual([]);
  });

  test("that are left unprocessed are asked for again, and what was found meanwhile is kept", async () => {
    const {
      accounts: it,
      name,
      faults,
      calls,
    } = await accounts(zhangsan, { ...zhangsan, username: { S: "lisi" } });
    const table = name("ACCOUNTS_TABLE");
    const UnprocessedKeys = { [table]: { Keys: [{ username: { S: "lisi" } }] } };
    faults.push({ kind: "answer", output: { Responses: { [table]: [zhangsan] }, UnprocessedKeys } });
    expect([...(await it.findAll(["zhangsan", "lisi"])).keys()].sort()).toEqual(["lisi", "zhangsan"]);
    expect(calls[1]?.input).toEqual({ RequestItems: UnprocessedKeys });
  });

  test("that stay unprocessed are an outage, not unknown", async () => {
    const { accounts: it, name, faults } = await accounts(zhangsan);
    const UnprocessedKeys = { [name("ACCOUNTS_TABLE")]: { Keys: [{ username: zhangsan.username }] } };
    faults.push(...Array(5).fill({ kind: "answer", output: { Responses: {}, UnprocessedKeys } }));
    await expect(it.findAll(["zhangsan"])).rejects.toThrow(StoreUnavailable);
  });
});
