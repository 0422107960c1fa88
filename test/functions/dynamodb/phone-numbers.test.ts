import { describe, expect, test } from "vitest";
import { base64, type Stored, transactionCancelled } from "../../support/dynamodb.ts";
import { sessionOf, storesForThisTest } from "../../support/stores.ts";

const [first, second] = ["+8613800138000", "+8613900139000"];
const zhangsan = { username: "zhangsan", userId: "u1", passwordHash: "a hash" };
const lisi = { username: "lisi", userId: "u2", passwordHash: "a hash" };
const stored = { ...zhangsan, generation: 0, disabled: false };
const numberItem = (phoneNumber: string, holder: Stored = {}) => ({
  key: { S: `phone#${phoneNumber}` },
  ...holder,
});

async function stores(...items: Stored[]) {
  const it = await storesForThisTest();
  for (const item of items) await it.put("ACCOUNTS_TABLE", item);
  const isNumber = ({ key }: Stored) => key?.S?.startsWith("phone#");
  return { ...it, numbers: async () => (await it.items("ACCOUNTS_TABLE")).filter(isNumber) };
}

/** How many parts each transaction had. */
function partsOf(calls: Awaited<ReturnType<typeof stores>>["calls"]): number[] {
  return calls.flatMap(({ input }) => Object(input).TransactItems?.length ?? []);
}

describe("the number of an account", () => {
  test("is put with the account, finds it, and is nobody else's", async () => {
    const { accounts: it, numbers, items, calls } = await stores();
    expect(await it.add({ ...zhangsan, phoneNumber: first })).toBe("added");
    expect(await numbers()).toEqual([numberItem(first, { username: { S: "zhangsan" } })]);
    expect(await it.findByPhoneNumber(first)).toStrictEqual({ ...stored, phoneNumber: first });
    for (const { input } of calls.slice(1)) expect(input).toMatchObject({ ConsistentRead: true });
    expect(await it.add({ ...lisi, phoneNumber: first })).toEqual({ phoneNumberTakenBy: "zhangsan" });
    expect(await items("ACCOUNTS_TABLE")).toHaveLength(3);
    expect(await it.findByPhoneNumber(second)).toBeUndefined();
  });

  test.each<[string, Stored[]]>([
    ["is a user's without a password", [numberItem(first, { userId: { S: "u1" } })]],
    ["is of an account that is gone", [numberItem(first, { username: { S: "zhangsan" } })]],
  ])("finds none where it %s", async (_, items) => {
    const { accounts: it } = await stores(...items);
    expect(await it.findByPhoneNumber(first)).toBeUndefined();
  });

  test("finds none that has got another one between the two reads", async () => {
    const { accounts: it, put } = await stores();
    await it.add({ ...zhangsan, phoneNumber: first });
    await put("ACCOUNTS_TABLE", numberItem(second, { username: { S: "zhangsan" } }));
    expect(await it.findByPhoneNumber(second)).toBeUndefined();
  });

  test.each([
    [undefined, first, 3],
    [first, second, 4],
    [first, undefined, 3],
  ])("%s is changed to %s, and the account goes one generation further", async (before, after, parts) => {
    const { accounts: it, numbers, accountItem, calls } = await stores();
    await it.add({ ...zhangsan, ...(before !== undefined && { phoneNumber: before }) });
    await it.change(stored, { disabled: true });
    const account = await it.find("zhangsan");
    const asked = calls.length;
    expect(account && (await it.setPhoneNumber(account, after))).toBe(true);
    expect(partsOf(calls.slice(asked))).toEqual([parts]);
    expect(await it.find("zhangsan")).toStrictEqual({
      ...stored,
      disabled: true,
      generation: 2,
      ...(after !== undefined && { phoneNumber: after }),
    });
    expect(await accountItem()).toMatchObject({ disabled: { BOOL: true }, generation: { N: "2" } });
    const left = after === undefined ? [] : [numberItem(after, { username: { S: "zhangsan" } })];
    expect(await numbers()).toEqual(left);
  });

  test.each([undefined, first])("%s, which it is already, is asked nobody for", async (phoneNumber) => {
    const { accounts: it, calls } = await stores();
    const account = { ...stored, ...(phoneNumber !== undefined && { phoneNumber }) };
    expect(await it.setPhoneNumber(account, phoneNumber)).toBe(true);
    expect(calls).toEqual([]);
  });

  test.each<[string, Stored, string]>([
    ["another account", { username: { S: "lisi" } }, "lisi"],
    ["a user without a password", { userId: { S: "u9" } }, "u9"],
    ["nobody who is named", {}, ""],
  ])("stays what it is where the new one belongs to %s", async (_, holder, name) => {
    const { accounts: it, items } = await stores(numberItem(second, holder));
    await it.add({ ...zhangsan, phoneNumber: first });
    const before = await items("ACCOUNTS_TABLE");
    const account = { ...stored, phoneNumber: first };
    expect(await it.setPhoneNumber(account, second)).toEqual({ phoneNumberTakenBy: name });
    expect(await items("ACCOUNTS_TABLE")).toEqual(before);
  });

  test("that was changed since it was read is read again", async () => {
    const { accounts: it, numbers, calls } = await stores();
    await it.add({ ...zhangsan, phoneNumber: first });
    expect(await it.setPhoneNumber(stored, second)).toBe(true);
    expect(calls.slice(1).map(({ action }) => action)).toEqual([
      "dynamodb:TransactWriteItems",
      "dynamodb:GetItem",
      "dynamodb:TransactWriteItems",
    ]);
    expect(await numbers()).toEqual([numberItem(second, { username: { S: "zhangsan" } })]);
  });

  test("that changes four times meanwhile is written at last, and at five times it is an outage", async () => {
    const { accounts: it, faults, numbers } = await stores();
    await it.add(zhangsan);
    const overtaken = transactionCancelled("ConditionalCheckFailed", "None", "None");
    const times = (count: number) => Array(count).fill([overtaken, "none"]).flat().slice(0, -1);
    faults.push(...times(5));
    await expect(it.setPhoneNumber(stored, first)).rejects.toMatchObject({
      message: "DynamoDB did not answer",
      cause: "the account changes all the time",
    });
    expect(faults).toEqual([]);
    expect(await numbers()).toEqual([]);
    faults.push(...times(4), "none");
    expect(await it.setPhoneNumber(stored, first)).toBe(true);
  });

  test.each([
    [undefined, undefined, [3]],
    [first, first, [4]],
    [undefined, first, [3, 4]],
  ])("goes with the account, read as %s and being %s", async (read, phoneNumber, parts) => {
    const { accounts: it, items, calls } = await stores();
    await it.add({ ...zhangsan, ...(phoneNumber !== undefined && { phoneNumber }) });
    const account = { ...stored, ...(read !== undefined && { phoneNumber: read }) };
    expect(await it.remove(account)).toBe(true);
    expect(partsOf(calls.slice(1))).toEqual(parts);
    expect(await items("ACCOUNTS_TABLE")).toEqual([]);
  });
});

describe("a user who is known by a number only", () => {
  const known = (phoneNumber: string, userId: string): Stored[] => [
    numberItem(phoneNumber, { userId: { S: userId } }),
    { key: { S: `userId#${userId}` }, phoneNumber: { S: phoneNumber } },
  ];

  test("has the first userId that the number was given", async () => {
    const { numberedUsers: it, items, calls } = await stores();
    expect(await it.find(first)).toBeUndefined();
    expect(await it.findOrAdd(first, "u1")).toBe("u1");
    const asked = calls.length;
    expect(await it.findOrAdd(first, "u2")).toBe("u1");
    expect(calls.slice(asked).map(({ action }) => action)).toEqual(["dynamodb:GetItem"]);
    expect(await it.find(first)).toBe("u1");
    expect(await it.findOrAdd(second, "u2")).toBe("u2");
    const all = [...known(first, "u1"), ...known(second, "u2")];
    expect(await items("ACCOUNTS_TABLE")).toHaveLength(all.length);
    expect(await items("ACCOUNTS_TABLE")).toEqual(expect.arrayContaining(all));
  });

  test("has the userId of the login that was faster", async () => {
    const { numberedUsers: it, items, faults } = await stores(...known(first, "u1"));
    faults.push({ kind: "answer", output: {} });
    expect(await it.findOrAdd(first, "u2")).toBe("u1");
    expect(await items("ACCOUNTS_TABLE")).toHaveLength(2);
  });

  test.each<[string, Stored]>([
    ["an account with a password has it", { username: { S: "zhangsan" } }],
    ["nobody is named", {}],
  ])("is none where %s", async (_, holder) => {
    const { numberedUsers: it, items } = await stores(numberItem(first, holder));
    expect(await it.find(first)).toBeUndefined();
    await expect(it.findOrAdd(first, "u1")).rejects.toMatchObject({
      message: "DynamoDB did not answer",
      cause: "the number has an account with a password",
    });
    expect(await items("ACCOUNTS_TABLE")).toEqual([numberItem(first, holder)]);
  });

  test("is removed with the number, once, and nobody else is", async () => {
    const { numberedUsers: it, items } = await stores(...known(first, "u1"), ...known(second, "u2"));
    expect(await it.remove("u1")).toBe(true);
    expect(await it.remove("u1")).toBe(false);
    expect(await items("ACCOUNTS_TABLE")).toHaveLength(2);
    expect(await it.find(second)).toBe("u2");
  });

  test("is not who has an account with a password", async () => {
    const { numberedUsers: it, accounts, items } = await stores();
    await accounts.add({ ...zhangsan, phoneNumber: first });
    expect(await it.remove("u1")).toBe(false);
    expect(await items("ACCOUNTS_TABLE")).toHaveLength(3);
  });
});

describe("a number that WeChat has told", () => {
  const alice = { appId: "wx1", openid: "o-alice" };

  test("is kept with the identity, and described with it", async () => {
    const { bind, keptNumbers: it, directory, identityItem } = await stores();
    await bind(alice, "u1");
    const { identityKey, createdAt } = sessionOf(alice);
    expect(await directory.describe(identityKey)).not.toHaveProperty("phoneNumber");
    expect(await it.keep(identityKey, first, "u1", 0)).toBe(true);
    expect(await identityItem(alice)).toMatchObject({ userId: { S: "u1" }, phoneNumber: { S: first } });
    expect(await directory.describe(identityKey)).toStrictEqual({
      ...alice,
      userId: "u1",
      disabled: false,
      generation: 0,
      boundAt: createdAt,
      phoneNumber: first,
    });
  });

  test.each([
    ["is another account's", "u2", 1, 1, false],
    ["has had its sessions ended since", "u1", 0, 1, false],
    ["is of another generation", "u1", 2, 1, false],
    ["is as it was", "u1", 1, 1, true],
    ["has no generation", "u1", 0, undefined, true],
    ["has no generation, where one was read", "u1", 1, undefined, false],
  ])("of an identity that %s", async (_, userId, read, generation, expected) => {
    const { keptNumbers: it, put, items } = await stores();
    const { identityKey } = sessionOf(alice);
    const item = {
      key: { B: base64(identityKey) },
      userId: { S: "u1" },
      ...(generation !== undefined && { generation: { N: String(generation) } }),
    };
    await put("BINDINGS_TABLE", item);
    expect(await it.keep(identityKey, first, userId, read)).toBe(expected);
    expect(await items("BINDINGS_TABLE")).toEqual([
      { ...item, ...(expected && { phoneNumber: { S: first } }) },
    ]);
  });
});
