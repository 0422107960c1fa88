import { describe, expect, test } from "vitest";
import { accountVerifier, newUserId, newUserVerifier } from "../../../functions/core/account.ts";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";
import { fakeHasher, hashOf, loginWorld, shop } from "../../support/fakes.ts";
import { seededRandom } from "../../support/seeded-numbers.ts";

function verifying() {
  const { accounts, journal: calls } = loginWorld();
  accounts.put({ username: "wangwu", password: "shut out", userId: "user-3", disabled: true });
  const hasher = fakeHasher();
  const verifier = accountVerifier(accounts, hasher);
  const verify = (username: string, password: string) => verifier.verify({ username, password, appId: shop });
  return { calls, accounts, hasher, verify };
}

describe("the built-in verifier", () => {
  test("knows the user by the right password", async () => {
    expect(await verifying().verify("zhangsan", "pwd123456")).toEqual({ userId: "user-1", generation: 0 });
  });

  test.each(["ZhangSan", " zhangsan ", "ｚｈａｎｇｓａｎ"])(
    "takes the username however it is typed: %j",
    async (username) => {
      expect(await verifying().verify(username, "pwd123456")).toEqual({ userId: "user-1", generation: 0 });
    },
  );

  test.each([
    ["in another case", "PWD123456"],
    ["with a space at its end", "pwd123456 "],
    ["with a space before it", " pwd123456"],
    ["in full-width digits", "pwd１２３４５６"],
    ["cut short", "pwd12345"],
    ["empty", ""],
  ])("takes the password byte by byte: refused %s", async (_how, password) => {
    expect(await verifying().verify("zhangsan", password)).toEqual({ refused: "invalid_credentials" });
  });

  test("says that an account is disabled after the right password only", async () => {
    const { verify } = verifying();
    expect(await verify("wangwu", "shut out")).toEqual({ refused: "account_disabled" });
    expect(await verify("wangwu", "a guess")).toEqual({ refused: "invalid_credentials" });
  });
});

describe("an unknown username", () => {
  test("gets the answer that a wrong password gets", async () => {
    const { verify } = verifying();
    expect(await verify("nobody", "a guess")).toEqual(await verify("zhangsan", "a guess"));
  });

  test.each([
    ["unknown", "nobody", "a guess"],
    ["known, the password wrong", "zhangsan", "a guess"],
    ["known, the password right", "zhangsan", "pwd123456"],
    ["of a disabled account", "wangwu", "shut out"],
  ])("costs one hash, as every other does: %s", async (_what, username, password) => {
    const { verify, hasher, calls } = verifying();
    await verify(username, password);
    expect(hasher.checked).toHaveLength(1);
    expect(calls.operations).toEqual(["accounts.find", "accounts.importedHashes"]);
  });

  test("that nobody could have is looked up nowhere", async () => {
    const { calls, verify } = verifying();
    expect(await verify("x".repeat(1_000), "pwd123456")).toEqual({ refused: "invalid_credentials" });
    expect(calls.operations).toEqual(["accounts.importedHashes"]);
  });

  test("is checked against the decoy, a known one against its own hash", async () => {
    const { verify, hasher } = verifying();
    await verify("nobody", "a guess");
    await verify("zhangsan", "a guess");
    expect(hasher.checked).toEqual([hasher.decoy("hash"), hashOf("pwd123456")]);
  });

  test("stays refused even if a password matched the decoy", async () => {
    const gullible = { ...fakeHasher(), matches: async () => true };
    const { verify } = accountVerifier(loginWorld().accounts, gullible);
    expect(await verify({ username: "nobody", password: "anything", appId: shop })).toEqual({
      refused: "invalid_credentials",
    });
  });
});

describe("what is broken is thrown and never a wrong password", () => {
  test("a table that does not answer", async () => {
    const { verify, calls } = verifying();
    const outage = new StoreUnavailable("DynamoDB", new Error("throttled"));
    calls.breaks("accounts.find", outage);
    await expect(verify("zhangsan", "pwd123456")).rejects.toBe(outage);
  });

  test("a stored hash that cannot be read", async () => {
    const { accounts } = verifying();
    const unreadable = new Error("The stored password hash is not an argon2id string");
    const { verify } = accountVerifier(accounts, {
      ...fakeHasher(),
      matches: () => Promise.reject(unreadable),
    });
    await expect(verify({ username: "zhangsan", password: "pwd123456", appId: shop })).rejects.toBe(
      unreadable,
    );
  });
});

test("a new userId is 128 random bits, and another one each time", () => {
  const random = seededRandom("user ids");
  const ids = Array.from({ length: 100 }, () => newUserId(random));
  expect(new Set(ids).size).toBe(100);
  for (const id of ids) expect(id).toMatch(/^u_[A-Za-z0-9_-]{22}$/);
});

test("a number without accounts is whoever came first by it", async () => {
  const users = new Map<string, string>();
  const findOrAdd = async (phoneNumber: string, userId: string) => {
    const known = users.get(phoneNumber) ?? userId;
    users.set(phoneNumber, known);
    return known;
  };
  const { verify } = newUserVerifier({ findOrAdd }, seededRandom("numbers"));
  const first = await verify({ phoneNumber: "+8613800138000", appId: shop });
  expect(first).toStrictEqual({ userId: expect.stringMatching(/^u_[\w-]{22}$/) });
  expect(await verify({ phoneNumber: "+8613800138000", appId: shop })).toEqual(first);
  expect(await verify({ phoneNumber: "+8613800138001", appId: shop })).not.toEqual(first);
});
