import { describe, expect, test } from "vitest";
import { type Stored, transactionCancelled } from "../../support/dynamodb.ts";
import { storesForThisTest } from "../../support/stores.ts";

const row = (username: string, userId = "u1") => ({
  key: { S: `username#${username}` },
  username: { S: username },
  userId: { S: userId },
  passwordHash: { S: "a hash" },
  generation: { N: "0" },
});
const name = (userId: string, username: string) => ({
  key: { S: `userId#${userId}` },
  username: { S: username },
});
const zhangsan = row("zhangsan");
const found = { username: "zhangsan", userId: "u1", passwordHash: "a hash", generation: 0, disabled: false };

async function accounts(...items: Stored[]) {
  const stores = await storesForThisTest();
  for (const item of items) await stores.put("ACCOUNTS_TABLE", item);
  return stores;
}

test("an account is found by its username, strongly consistently: a changed password holds at once", async () => {
  const { accounts: it, calls } = await accounts(zhangsan);
  expect(await it.find("zhangsan")).toStrictEqual(found);
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
  ["username is missing", { ...zhangsan, username: { N: "1" } }],
  ["userId is missing", { key: zhangsan.key, username: zhangsan.username, passwordHash: { S: "a hash" } }],
  ["passwordHash is missing", { key: zhangsan.key, username: zhangsan.username, userId: { S: "u1" } }],
  ["generation is missing", { ...zhangsan, generation: { S: "0" } }],
  ["userId is a number", { ...zhangsan, userId: { N: "1" } }],
  ["passwordHash is binary", { ...zhangsan, passwordHash: { B: "AAAA" } }],
])("an account is broken, not unknown, where its %s", async (_, item) => {
  const { accounts: it } = await accounts(item);
  await expect(it.find("zhangsan")).rejects.toThrow("lacks username, userId, passwordHash or generation");
});

test("an account is found by its userId where its name and its row agree", async () => {
  const { accounts: it } = await accounts(row("lisi", "u2"), name("u1", "lisi"), name("u3", "nobody"));
  for (const userId of ["u1", "u2", "u3"]) expect(await it.findByUserId(userId)).toBeUndefined();
});

describe("what operators do", () => {
  const added = { username: "zhangsan", userId: "u1", passwordHash: "a hash" };

  test("an account is added with the name of its userId and its account item, all or nothing", async () => {
    const { accounts: it, items, accountItem, calls } = await accounts();
    expect(await it.add(added)).toBe("added");
    expect(calls.map(({ action }) => action)).toEqual(["dynamodb:TransactWriteItems"]);
    expect(await items("ACCOUNTS_TABLE")).toEqual(expect.arrayContaining([zhangsan, name("u1", "zhangsan")]));
    expect(await accountItem()).toMatchObject({ userId: { S: "u1" }, generation: { N: "0" } });
    expect(await it.findByUserId("u1")).toEqual(found);
  });

  test("a username that is taken stays as it is, and so does a userId that has another", async () => {
    const { accounts: it, items } = await accounts();
    await it.add(added);
    expect(await it.add({ ...added, userId: "u2", passwordHash: "another" })).toBe("username_taken");
    expect(await it.add({ ...added, username: "lisi" })).toEqual({ userIdTakenBy: "zhangsan" });
    expect(await items("ACCOUNTS_TABLE")).toHaveLength(2);
  });

  test("a userId that has a name without a username is taken, too", async () => {
    const { accounts: it, items } = await accounts({ key: { S: "userId#u1" } });
    expect(await it.add(added)).toEqual({ userIdTakenBy: "" });
    expect(await items("ACCOUNTS_TABLE")).toHaveLength(1);
  });

  test("an account item that changes four times meanwhile is reached, and at five times it is an outage", async () => {
    const { accounts: it, faults, items } = await accounts();
    const overtaken = transactionCancelled("None", "None", "ConditionalCheckFailed");
    faults.push(...Array(5).fill(overtaken));
    await expect(it.add(added)).rejects.toMatchObject({
      message: "DynamoDB did not answer",
      cause: "the account item changes all the time",
    });
    expect(await items("ACCOUNTS_TABLE")).toEqual([]);
    faults.push(...Array(4).fill(overtaken));
    expect(await it.add(added)).toBe("added");
  });

  test.each([
    ["username", (i: number) => ({ userId: `u${i}` })],
    ["userId", (i: number) => ({ username: `user${i}` })],
  ])("16 that add one %s at once: one is told that it did", async (_, other) => {
    const { accounts: it, items } = await accounts();
    const results = await Promise.all(
      Array.from({ length: 16 }, (_, i) => it.add({ ...added, ...other(i) })),
    );
    expect(results.filter((result) => result === "added")).toHaveLength(1);
    expect(await items("ACCOUNTS_TABLE")).toHaveLength(2);
  });

  test.each([
    ["a password", { passwordHash: "another" }, { passwordHash: { S: "another" } }],
    ["disabled", { disabled: true }, { disabled: { BOOL: true } }],
    [
      "both",
      { passwordHash: "another", disabled: true },
      { passwordHash: { S: "another" }, disabled: { BOOL: true } },
    ],
    ["nothing", {}, {}],
  ])(
    "with %s changed, row and account item go one generation further together",
    async (_, change, changed) => {
      const { accounts: it, items, accountItem } = await accounts();
      await it.add(added);
      const account = { ...found };
      expect(await it.change(account, change)).toBe(true);
      expect(await items("ACCOUNTS_TABLE")).toContainEqual({
        ...zhangsan,
        ...changed,
        generation: { N: "1" },
      });
      expect(await accountItem()).toMatchObject({
        generation: { N: "1" },
        fence: { N: "1" },
        ...("disabled" in changed && { disabled: changed.disabled }),
      });
    },
  );

  test("a bind that was verified before a change comes too late", async () => {
    const { accounts: it, bind } = await accounts();
    const alice = { appId: "wx1", openid: "o-alice" };
    await it.add(added);
    await it.change(found, { passwordHash: "another" });
    expect(await bind(alice, "u1", { account: { generation: 0 } })).toBe("access_changed");
    expect(await bind(alice, "u1", { account: { generation: 1 } })).toBe("bound");
  });

  test("an account is disabled, and enabled as it was before", async () => {
    const { accounts: it, accountItem } = await accounts();
    await it.add(added);
    await it.change(found, { disabled: true });
    expect(await it.find("zhangsan")).toEqual({ ...found, disabled: true, generation: 1 });
    await it.change(found, { passwordHash: "a hash" });
    expect(await accountItem()).toMatchObject({ disabled: { BOOL: true } });
    await it.change(found, { disabled: false });
    expect(await it.find("zhangsan")).toEqual({ ...found, generation: 3 });
    expect(await accountItem()).not.toHaveProperty("disabled");
  });

  test("nothing is changed about an account that is gone, or another's by now, and none is made", async () => {
    const { accounts: it, items } = await accounts(row("lisi", "u2"));
    for (const account of [found, { ...found, username: "lisi" }]) {
      expect(await it.change(account, { passwordHash: "another" })).toBe(false);
      expect(await it.change(account, { disabled: true })).toBe(false);
      expect(await it.remove(account)).toBe(false);
    }
    expect(await items("ACCOUNTS_TABLE")).toEqual([row("lisi", "u2")]);
    expect(await items("BINDINGS_TABLE")).toEqual([]);
  });

  test("of a removed account its account item's numbers are left, and a new one goes on with them", async () => {
    const { accounts: it, items, accountItem } = await accounts();
    await it.add(added);
    await it.change(found, { disabled: true });
    expect(await it.remove(found)).toBe(true);
    expect(await items("ACCOUNTS_TABLE")).toEqual([]);
    expect(await accountItem()).toMatchObject({ generation: { N: "2" }, fence: { N: "2" } });
    expect(await accountItem()).not.toHaveProperty("disabled");
    expect(await it.add({ ...added, username: "lisi" })).toBe("added");
    expect(await it.find("lisi")).toMatchObject({ userId: "u1", generation: 2 });
  });
});

describe("many accounts at once", () => {
  const numbered = (count: number) => Array.from({ length: count }, (_, i) => row(`user${i}`));
  const names = (count: number) => numbered(count).map(({ username }) => username.S);

  test("are found by their usernames, in batches of at most 100, each asked for once", async () => {
    const { accounts: it, calls } = await accounts(...numbered(101));
    const all = await it.findAll([...names(101), ...names(101), "nobody"]);
    expect([...all.keys()].sort()).toEqual(names(101).sort());
    expect(all.get("user7")).toEqual({ ...found, username: "user7" });
    expect(calls.map(({ action }) => action)).toEqual(["dynamodb:BatchGetItem", "dynamodb:BatchGetItem"]);
    for (const { input } of calls) {
      expect(Object.values(Object(input).RequestItems)).toMatchObject([{ ConsistentRead: true }]);
    }
  });

  test("none is no call", async () => {
    const { accounts: it, calls } = await accounts();
    expect((await it.findAll([])).size).toBe(0);
    expect(calls).toEqual([]);
  });

  test("that are left unprocessed are asked for again, and what was found meanwhile is kept", async () => {
    const { accounts: it, name, faults, calls } = await accounts(zhangsan, row("lisi"));
    const table = name("ACCOUNTS_TABLE");
    const UnprocessedKeys = { [table]: { Keys: [{ key: row("lisi").key }] } };
    faults.push({ kind: "answer", output: { Responses: { [table]: [zhangsan] }, UnprocessedKeys } });
    expect([...(await it.findAll(["zhangsan", "lisi"])).keys()].sort()).toEqual(["lisi", "zhangsan"]);
    expect(calls[1]?.input).toEqual({ RequestItems: UnprocessedKeys });
  });

  test("that stay unprocessed five times are an outage, not unknown, and four times they are not", async () => {
    const { accounts: it, name, faults } = await accounts(zhangsan);
    const UnprocessedKeys = { [name("ACCOUNTS_TABLE")]: { Keys: [{ key: zhangsan.key }] } };
    faults.push(...Array(5).fill({ kind: "answer", output: { Responses: {}, UnprocessedKeys } }));
    await expect(it.findAll(["zhangsan"])).rejects.toMatchObject({
      message: "DynamoDB did not answer",
      cause: "UnprocessedKeys",
    });
    faults.push(...Array(4).fill({ kind: "answer", output: { UnprocessedKeys } }));
    expect([...(await it.findAll(["zhangsan"])).keys()]).toEqual(["zhangsan"]);
  });
});
