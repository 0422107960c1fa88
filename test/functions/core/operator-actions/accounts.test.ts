import { describe, expect, test } from "vitest";
import type { Account } from "../../../../functions/core/account.ts";
import { authorize } from "../../../../functions/core/authorize.ts";
import { StoreUnavailable } from "../../../../functions/core/refusal.ts";
import { alice, hashOf, lisi, noon, refusalOf, zhangsan } from "../../../support/fakes.ts";
import { operatorWorld } from "./operator-world.ts";

const account = zhangsan.username;
const phoneNumber = "+8613800138000";
const nobody = { refused: "no_such_account", detail: "There is no account of this name." };
const bindingOfAlice = {
  appId: alice.appId,
  openid: alice.openid,
  userId: "user-1",
  boundAt: new Date(noon).toISOString(),
  disabled: false,
};
const view = { username: account, userId: "user-1", disabled: false, bindings: [bindingOfAlice] };

/** Alice is bound to Zhang San's account, with a session. */
async function bound() {
  const world = operatorWorld();
  world.bindings.put(alice);
  const session = await world.open(alice);
  const { read, withCode, login } = world;
  return {
    ...world,
    isAllowed: async () => (await authorize(session, read, () => noon)) !== undefined,
    logIn: async (credentials = zhangsan) =>
      refusalOf(await login(withCode(alice, credentials))) ?? "logged in",
    silently: async () => refusalOf(await login(withCode(alice))) ?? "logged in",
  };
}

describe("an account is added", () => {
  test("with a userId of its own where none is given", async () => {
    const { ask, accounts } = operatorWorld();
    const answer = await ask("accounts.add", { username: " WangWu ", password: "a password" });
    const userId = `u_${Buffer.alloc(16, 7).toString("base64url")}`;
    expect(answer).toStrictEqual({ account: { username: "wangwu", userId, disabled: false, bindings: [] } });
    expect(await accounts.find("wangwu")).toMatchObject({ userId, passwordHash: hashOf("a password") });
  });

  test.each<[string, object, object]>([
    ["with the userId that is given", { username: "wangwu", userId: "u_5" }, { account: { userId: "u_5" } }],
    [
      "not where there is one of this name",
      { username: "ZhangSan" },
      { refused: "account_exists", detail: "There is an account of this name already." },
    ],
    [
      "not where the userId has one",
      { username: "wangwu", userId: "user-1" },
      { refused: "account_exists", detail: "The userId has an account already: zhangsan." },
    ],
    [
      "not with what nobody sees in it",
      { username: "wang\u200bwu" },
      { refused: "invalid_request", detail: "username has invisible characters." },
    ],
    [
      "not with a name that is too long once it is normalised",
      { username: "\ufdfa".repeat(60) },
      { refused: "invalid_request", detail: "username is too long." },
    ],
  ])("%s", async (_, fields, answer) => {
    const request = { username: "", password: "a password", ...fields };
    expect(await operatorWorld().ask("accounts.add", request)).toMatchObject(answer);
  });
});

describe("accounts are imported", () => {
  const password = "a password";
  const row = { username: "wangwu", userId: "u_5", password };

  test("each with an outcome of its own, and a second time nothing changes", async () => {
    const { ask, accounts } = operatorWorld();
    const invalid = { result: "invalid", detail: "row 9 is no row" } as const;
    const rows = [
      row,
      { username: "zhaoliu", userId: "u_6", passwordHash: "hash of <it>" },
      { username: "sunqi", userId: "u_7", passwordHash: "no hash" },
      { username: "a\u200bb", userId: "u_8", password },
      { username: "zhouba", userId: "user-2", password },
      { ...zhangsan, userId: "user-1" },
      { ...lisi, userId: "u_9" },
      invalid,
    ];
    const others = [
      { result: "invalid", detail: "passwordHash is not an argon2id string." },
      { result: "invalid", detail: "username has invisible characters." },
      { result: "conflict", detail: "has the userId of another account: lisi" },
      { result: "unchanged" },
      { result: "conflict", detail: "has the userId user-2 already" },
      invalid,
    ];
    const added = [{ result: "added" }, { result: "added" }];
    expect(await ask("accounts.import", { rows })).toEqual({ results: [...added, ...others] });
    expect(await accounts.find("wangwu")).toMatchObject({ passwordHash: hashOf(password) });
    expect(await accounts.find("zhaoliu")).toMatchObject({ passwordHash: "hash of <it>" });
    const unchanged = [{ result: "unchanged" }, { result: "unchanged" }];
    expect(await ask("accounts.import", { rows })).toEqual({ results: [...unchanged, ...others] });
  });

  test("and whose account is there already is looked up, which is all", async () => {
    const { ask, journal } = operatorWorld();
    const rows = [{ ...zhangsan, userId: "user-1" }];
    expect(await ask("accounts.import", { rows })).toEqual({ results: [{ result: "unchanged" }] });
    expect(journal.operations).toEqual(["accounts.findAll"]);
  });

  test.each<[string, string | undefined, object]>([
    ["the same userId", "u_5", { result: "unchanged" }],
    ["another userId", "u_9", { result: "conflict", detail: "has the userId u_9 already" }],
    [
      "an account that is gone again",
      undefined,
      { result: "conflict", detail: "was added and removed meanwhile" },
    ],
  ])("a name that somebody was faster with, for %s", async (_, userId, result) => {
    const { accounts, journal } = operatorWorld();
    accounts.add = async () => "username_taken";
    journal.meanwhile("accounts.find", () => userId && accounts.put({ ...row, userId }));
    expect(await operatorWorld({ accounts }).ask("accounts.import", { rows: [row] })).toEqual({
      results: [result],
    });
  });

  test("of hashes made elsewhere, those that were not added are counted no more", async () => {
    const { accounts, hasher } = operatorWorld();
    const counted: [string, number][] = [];
    accounts.countImported = async (parameters, more) => void counted.push([parameters, more]);
    const passwordHash = "old of <it>";
    const rows = [
      { username: "wangwu", userId: "u_5", passwordHash: hashOf(password) },
      { username: "zhaoliu", userId: "u_6", passwordHash },
      { username: "sunqi", userId: "u_7", passwordHash },
      { username: "zhouba", userId: "user-2", passwordHash },
      { username: zhangsan.username, userId: "user-1", passwordHash },
    ];
    const { ask } = operatorWorld({ accounts, hashes: { ...hasher, isHash: () => true } });
    await ask("accounts.import", { rows });
    expect(counted).toEqual([
      ["old", 3],
      ["old", -1],
    ]);
  });
});

describe("a new password", () => {
  test("ends every session and binding, and the old one opens nothing", async () => {
    const { ask, isAllowed, logIn, silently } = await bound();
    const answer = await ask("accounts.passwd", { account: " ZhangSan", password: "another" });
    expect(answer).toEqual({ account: { ...view, bindings: [] }, unbound: 1 });
    expect(await isAllowed()).toBe(false);
    expect(await silently()).toBe("binding_required");
    expect(await logIn()).toBe("invalid_credentials");
    expect(await logIn({ ...zhangsan, password: "another" })).toBe("logged in");
  });
});

describe("a disabled account", () => {
  test("lets nobody in until it is enabled, and no old session then", async () => {
    const { ask, isAllowed, logIn, silently } = await bound();
    const disabled = { ...view, disabled: true, bindings: [{ ...bindingOfAlice, disabled: true }] };
    expect(await ask("accounts.disable", { account })).toEqual({ account: disabled });
    expect(await isAllowed()).toBe(false);
    expect([await silently(), await logIn()]).toEqual(["account_disabled", "account_disabled"]);
    expect(await ask("accounts.show", { account })).toEqual({ account: disabled });
    expect(await ask("accounts.enable", { account })).toEqual({ account: view });
    expect(await isAllowed()).toBe(false);
    expect([await silently(), await logIn()]).toEqual(["logged in", "logged in"]);
    expect(await ask("accounts.show", { account })).toEqual({ account: view });
  });
});

test("an account that is removed takes its bindings and sessions along", async () => {
  const { ask, isAllowed, logIn, accounts, silently } = await bound();
  expect(await ask("accounts.remove", { account })).toEqual({ unbound: 1 });
  expect(await isAllowed()).toBe(false);
  expect([await silently(), await logIn()]).toEqual(["binding_required", "invalid_credentials"]);
  expect(await accounts.find(account)).toBeUndefined();
  expect(await ask("accounts.remove", { account })).toEqual(nobody);
});

test("a removal that is cut short lets nobody in, and is repeated", async () => {
  const { ask, isAllowed, logIn, journal, accounts } = await bound();
  journal.meanwhile("accounts.remove", () => {
    throw new StoreUnavailable("DynamoDB", "down");
  });
  await expect(ask("accounts.remove", { account })).rejects.toThrow(StoreUnavailable);
  expect(await isAllowed()).toBe(false);
  expect(await logIn()).toBe("account_disabled");
  expect(await ask("accounts.remove", { account })).toEqual({ unbound: 0 });
  expect(await accounts.find(account)).toBeUndefined();
});

const named = [
  "accounts.passwd",
  "accounts.phone",
  "accounts.removePhone",
  "accounts.disable",
  "accounts.enable",
  "accounts.show",
  "accounts.remove",
] as const;

describe.each(named)("%s", (action) => {
  test.each([
    ["wangwu", ["accounts.find"]],
    ["", []],
    ["\ufdfa".repeat(60), []],
  ])("of nobody is refused: %j", async (account, operations) => {
    const { ask, journal } = operatorWorld();
    expect(await ask(action, { account, password: "another", phoneNumber })).toEqual(nobody);
    expect(journal.operations).toEqual(operations);
  });

  test.skipIf(action === "accounts.show")("of an account that is gone meanwhile is refused", async () => {
    const world = operatorWorld();
    world.accounts.put({ ...zhangsan, userId: "user-1", phoneNumber: "+8613800138001" });
    const gone: Account | undefined = await world.accounts.find(account);
    for (const operation of ["accounts.change", "accounts.setPhoneNumber"] as const) {
      world.journal.meanwhile(operation, () => gone && world.accounts.remove(gone));
    }
    expect(await world.ask(action, { account, password: "another", phoneNumber })).toEqual(nobody);
  });
});

describe("without built-in accounts", () => {
  test.each([
    "accounts.add",
    "accounts.import",
    "accounts.passwd",
    "accounts.phone",
    "accounts.removePhone",
    "accounts.show",
    "accounts.remove",
  ] as const)("%s is for the system that keeps them", async (action) => {
    const { ask } = operatorWorld({ accounts: undefined });
    const fields = { account, username: account, password: "another", phoneNumber, rows: [] };
    expect(await ask(action, fields)).toEqual({
      refused: "no_built_in_accounts",
      detail: "This deployment keeps no accounts: ask the system that does.",
    });
  });

  test("a user is disabled and enabled by their userId", async () => {
    const { ask, bindings } = operatorWorld({ accounts: undefined });
    bindings.put(alice);
    const { username: _, ...user } = view;
    const disabled = { ...user, disabled: true, bindings: [{ ...bindingOfAlice, disabled: true }] };
    expect(await ask("accounts.disable", { account: "user-1" })).toEqual({ account: disabled });
    expect(bindings.accountItem("user-1")).toMatchObject({ disabled: true });
    expect(await ask("accounts.enable", { account: "user-1" })).toEqual({ account: user });
    expect(bindings.accountItem("user-1")).not.toHaveProperty("disabled");
  });

  test("a user is unbound by their userId", async () => {
    const { ask, bindings } = operatorWorld({ accounts: undefined });
    bindings.put(alice);
    expect(await ask("bindings.remove", { of: { userId: "user-1" } })).toEqual({ unbound: 1 });
    expect(bindings.of(alice)?.userId).toBeUndefined();
  });
});
