import { describe, expect, test } from "vitest";
import { alice, cafe, emptyTables, lisi, noon, shop, storesOver, zhangsan } from "../../../support/fakes.ts";
import { operatorWorld } from "./operator-world.ts";

const phoneNumber = "+8613800138000";
const another = "+8613800138001";
const nobodys = "+8613800138002";
const ofNumber = { of: { phoneNumber } };
const password = "a password";
const noSuchNumber = { refused: "no_such_number", detail: "No account has this phone number." };
const noNumbers = {
  refused: "no_such_number",
  detail: "This deployment keeps no phone numbers: ask the system that does, and give the userId.",
};
const taken = {
  refused: "phone_number_taken",
  detail: "The phone number has an account already: zhangsan.",
};
const bindingOfAlice = { ...alice, userId: "user-1", boundAt: new Date(noon).toISOString(), disabled: false };

/** Zhang San's account has the number, and Alice is bound to it. */
function withAccounts() {
  const world = operatorWorld();
  world.accounts.put({ ...zhangsan, userId: "user-1", phoneNumber });
  world.bindings.put(alice);
  const holder = async (number: string) => (await world.accounts.findByPhoneNumber(number))?.userId;
  return { ...world, holder };
}

/** The number has made `user-1`, and Alice is bound to it. */
async function numbersAlone() {
  const { numberedUsers } = storesOver(emptyTables());
  await numberedUsers.findOrAdd(phoneNumber, "user-1");
  const world = operatorWorld({ accounts: undefined, numberedUsers });
  world.bindings.put(alice);
  return { ...world, holder: numberedUsers.find };
}

const deployments = [
  ["accounts", withAccounts],
  ["numbers alone", numbersAlone],
] as const;

describe("an account's phone number", () => {
  test("comes with a new account", async () => {
    const { ask, holder } = withAccounts();
    const added = { username: "wangwu", userId: "u_5", phoneNumber: another };
    const account = { ...added, disabled: false, bindings: [] };
    expect(await ask("accounts.add", { ...added, password })).toStrictEqual({ account });
    expect(await ask("accounts.show", { account: "wangwu" })).toStrictEqual({ account });
    expect(await holder(another)).toBe("u_5");
  });

  test("is put in the place of the one before it, and may be the same", async () => {
    const { ask, holder } = withAccounts();
    const account = { username: "zhangsan", userId: "user-1", disabled: false, bindings: [bindingOfAlice] };
    for (const number of [another, another]) {
      const answer = await ask("accounts.phone", { account: "zhangsan", phoneNumber: number });
      expect(answer).toStrictEqual({ account: { ...account, phoneNumber: number } });
    }
    expect([await holder(phoneNumber), await holder(another)]).toEqual([undefined, "user-1"]);
  });

  test("is nobody else's", async () => {
    const { ask, accounts } = withAccounts();
    expect(await ask("accounts.add", { username: "wangwu", password, phoneNumber })).toEqual(taken);
    expect(await accounts.find("wangwu")).toBeUndefined();
    expect(await ask("accounts.phone", { account: "lisi", phoneNumber })).toEqual(taken);
    expect(await accounts.find("lisi")).not.toHaveProperty("phoneNumber");
  });

  const differs = {
    result: "conflict",
    detail: "has another phone number, or none: `accounts phone` changes it",
  };
  test.each([
    [
      "of somebody new",
      { username: "wangwu", userId: "u_5", password, phoneNumber: another },
      { result: "added" },
    ],
    [
      "of somebody new, which is somebody else's",
      { username: "wangwu", userId: "u_5", password, phoneNumber },
      { result: "conflict", detail: "has the phone number of another account: zhangsan" },
    ],
    ["that is there", { ...zhangsan, userId: "user-1", phoneNumber }, { result: "unchanged" }],
    ["that is there and left out", { ...zhangsan, userId: "user-1" }, { result: "unchanged" }],
    ["that is another one", { ...zhangsan, userId: "user-1", phoneNumber: another }, differs],
    ["where there was none", { ...lisi, userId: "user-2", phoneNumber: another }, differs],
  ])("is imported, or stays as it is: one %s", async (_, row, result) => {
    const { ask, holder } = withAccounts();
    expect(await ask("accounts.import", { rows: [row] })).toEqual({ results: [result] });
    expect(await holder(phoneNumber)).toBe("user-1");
    expect(await holder(another)).toBe(result.result === "added" ? "u_5" : undefined);
  });
});

describe.each(deployments)("where there are %s", (kind, deployment) => {
  const account = kind === "accounts" ? "zhangsan" : "user-1";

  test("a number is removed, and whoever binds by it meanwhile comes too late", async () => {
    const { ask, bindings, holder } = await deployment();
    expect(await ask("accounts.removePhone", { account })).toEqual({ userId: "user-1" });
    expect(await holder(phoneNumber)).toBeUndefined();
    expect(bindings.of(alice)?.userId).toBe("user-1");
    expect(bindings.accountItem("user-1")).toMatchObject({ fence: 1 });
  });

  test("bindings are found by a number", async () => {
    const { ask } = await deployment();
    expect(await ask("bindings.find", ofNumber)).toEqual({ bindings: [bindingOfAlice] });
    expect(await ask("bindings.find", { of: { phoneNumber: nobodys } })).toEqual(noSuchNumber);
  });

  test.each([
    ["a number", ofNumber],
    ["a userId", { of: { userId: "user-1" } }],
  ])("another identity may bind by the number within a day, which %s names", async (_, { of }) => {
    const { ask, bindings } = await deployment();
    const until = new Date(noon + 86_400_000).toISOString();
    const allowed = { userId: "user-1", appId: shop, until };
    expect(await ask("bindings.allow", { of: { ...of, appId: shop } })).toEqual(allowed);
    expect(bindings.accountItem("user-1")?.[`allowed:${shop}`]).toBe(noon / 1_000 + 86_400);
    expect(await ask("bindings.allow", { of })).toEqual(allowed);
  });

  test("nobody may bind by what is not known here", async () => {
    const { ask } = await deployment();
    expect(await ask("bindings.allow", { of: { phoneNumber: nobodys } })).toEqual(noSuchNumber);
    expect(await ask("bindings.allow", { of: { phoneNumber, appId: cafe } })).toEqual({
      refused: "invalid_request",
      detail: `appId must be one of ${shop}.`,
    });
    expect(await ask("bindings.allow", { of: { userId: "user-9" } })).toEqual({
      refused: "no_such_account",
      detail: "Nothing is known of this userId: nobody was ever bound to it.",
    });
  });
});

test("where numbers are alone, a userId without one is refused", async () => {
  const { ask } = await numbersAlone();
  expect(await ask("accounts.removePhone", { account: "user-2" })).toEqual({
    refused: "no_such_number",
    detail: "This userId has no phone number.",
  });
});

test("where nobody knows numbers, none is looked for", async () => {
  const { ask } = operatorWorld({ accounts: undefined });
  expect(await ask("bindings.find", ofNumber)).toEqual(noNumbers);
  expect(await ask("bindings.allow", ofNumber)).toEqual(noNumbers);
});
