import { describe, expect, test } from "vitest";
import { accountKey, identityKey, type Person } from "../../../functions/core/identity.ts";
import { base64, noonInSeconds, type Stored } from "../../support/dynamodb.ts";
import { storesForThisTest } from "../../support/stores.ts";

const alice: Person = { appId: "wx1", openid: "o-alice" };
const bob: Person = { appId: "wx1", openid: "o-bob" };
const bobElsewhere: Person = { appId: "wx2", openid: "o-bob-2" };
const [number, another] = [Buffer.alloc(16, 1), Buffer.alloc(16, 2)];

/** The account's item as a bind by number leaves it. */
const remembered = (person: Person, byNumber: Uint8Array, more: Stored = {}): Stored => ({
  key: { B: base64(accountKey("u1")) },
  userId: { S: "u1" },
  [`byNumber:${person.appId}`]: { B: base64(identityKey(person)) },
  [`number:${person.appId}`]: { B: base64(byNumber) },
  ...more,
});
const listing = (person: Person): Stored => ({
  [`identities:${person.appId}`]: { BS: [base64(identityKey(person))] },
});
const allowed = (seconds: number): Stored => ({ "allowed:wx1": { N: String(noonInSeconds + seconds) } });

async function stores(...items: Stored[]) {
  const it = await storesForThisTest();
  for (const item of items) await it.put("BINDINGS_TABLE", item);
  return it;
}

describe("a bind by phone number", () => {
  test("is remembered, and what its number is belongs to the identity", async () => {
    const { bind, accountItem, identityItem } = await stores();
    const byNumber = { byNumber: number, phoneNumber: "+8613800138000", account: {} };
    expect(await bind(alice, "u1", byNumber)).toBe("bound");
    expect(await accountItem()).toEqual(remembered(alice, number, listing(alice)));
    expect(await identityItem(alice)).toMatchObject({ phoneNumber: { S: "+8613800138000" } });
  });

  test.each<[string, Person, Stored, Uint8Array, string]>([
    ["by that number", bob, {}, number, "phone_number_taken"],
    ["by another number, which the account has now", bob, {}, another, "bound"],
    ["by that number, being the one it was", alice, {}, number, "bound"],
    ["by that number in another mini-program", bobElsewhere, {}, number, "bound"],
    ["by that number, allowed for a second more", bob, allowed(1), number, "bound"],
    ["by that number, allowed until now", bob, allowed(0), number, "phone_number_taken"],
    ["by another number, beside one that is bound", bob, listing(alice), another, "phone_number_taken"],
  ])("of the next one %s, once a number has let one in", async (_, person, more, byNumber, expected) => {
    const before = remembered(alice, number, more);
    const { bind, accountItem } = await stores(before);
    expect(await bind(person, "u1", { byNumber, account: {} })).toBe(expected);
    if (expected !== "bound") expect(await accountItem()).toEqual(before);
    else expect(await accountItem()).toMatchObject(remembered(person, byNumber, listing(person)));
  });

  test("takes the permission along", async () => {
    const { bind, accountItem } = await stores(remembered(alice, number, allowed(1)));
    await bind(bob, "u1", { byNumber: number, account: {} });
    expect(await accountItem()).not.toHaveProperty("allowed:wx1");
  });

  test("by a password is none, and remembers nothing", async () => {
    const before = remembered(alice, number, allowed(1));
    const { bind, accountItem } = await stores(before);
    expect(await bind(bob, "u1", { account: {} })).toBe("bound");
    expect(await accountItem()).toEqual({ ...before, ...listing(bob) });
  });
});

describe("letting the next one in", () => {
  test("is written to the account, until then", async () => {
    const { numberMemory: it, accountItem } = await stores(remembered(alice, number));
    expect(await it.allowNext("u1", "wx1", noonInSeconds + 5)).toBe(true);
    expect(await accountItem()).toEqual(remembered(alice, number, allowed(5)));
  });

  test("makes no item for an account that nobody has seen", async () => {
    const { numberMemory: it, items } = await stores();
    expect(await it.allowNext("u1", "wx1", noonInSeconds)).toBe(false);
    expect(await items("BINDINGS_TABLE")).toEqual([]);
  });
});
