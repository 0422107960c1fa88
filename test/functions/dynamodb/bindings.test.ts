import { describe, expect, test } from "vitest";
import { accountKey, identityKey, type Person } from "../../../functions/core/identity.ts";
import { dynamoDbBindings } from "../../../functions/dynamodb/bindings.ts";
import { base64, noon, noonInSeconds, type Stored, transactionCancelled } from "../../support/dynamodb.ts";
import { sessionOf, storesForThisTest } from "../../support/stores.ts";

const alice: Person = { appId: "wx1", openid: "o-alice" };
const bob: Person = { appId: "wx1", openid: "o-bob" };
const aliceElsewhere: Person = { appId: "wx2", openid: "o-alice-2" };

const identityItem = (person: Person, more: Stored = {}): Stored => ({
  key: { B: base64(identityKey(person)) },
  ...more,
});
const accountItem = (userId: string, more: Stored = {}): Stored => ({
  key: { B: base64(accountKey(userId)) },
  userId: { S: userId },
  ...more,
});
const N = (number: number) => ({ N: String(number) });

/** The stores with these items in the Bindings table, and all that the tables hold. */
async function stores(items: readonly Stored[] = [], policy?: { oneIdentityPerApp: boolean }) {
  const it = await storesForThisTest(policy);
  for (const item of items) await it.put("BINDINGS_TABLE", item);
  const tables = ["BINDINGS_TABLE", "SESSIONS_TABLE", "ATTEMPTS_TABLE"] as const;
  return { ...it, stored: () => Promise.all(tables.map((table) => it.items(table))) };
}

describe("binding", () => {
  test.each([
    ["without", alice, {}],
    ["with", { ...alice, unionid: "u-alice" }, { unionid: { S: "u-alice" } }],
  ])("%s a unionid writes identity, account and session at once", async (_, person, unionid) => {
    const { bind, bindings, identityItem: identity, accountItem: account, items, calls } = await stores();
    expect(await bind(person, "u1")).toBe("bound");
    expect(calls.map(({ action }) => action)).toEqual(["dynamodb:TransactWriteItems"]);
    expect(await identity(alice)).toEqual({
      key: { B: base64(identityKey(alice)) },
      appId: { S: "wx1" },
      openid: { S: "o-alice" },
      userId: { S: "u1" },
      boundAt: N(noon),
      generation: N(0),
      ...unionid,
    });
    expect(await account()).toEqual(
      accountItem("u1", { generation: N(0), "identities:wx1": { BS: [base64(identityKey(alice))] } }),
    );
    expect(await items("SESSIONS_TABLE")).toEqual([
      {
        identity: { B: base64(identityKey(alice)) },
        secretHash: { B: base64(sessionOf(alice).secretHash) },
        userId: { S: "u1" },
        generation: N(0),
        createdAt: N(noon),
        expiresAt: N(noonInSeconds + 86_400),
      },
    ]);
    const { openid: _openid, appId: _appId, ...known } = person;
    expect(await bindings.find(identityKey(alice))).toEqual({
      userId: "u1",
      disabled: false,
      generation: 0,
      ...known,
    });
  });

  test("asks nothing of numbers where nobody logs in by one", async () => {
    const { table, name, accountItem: account } = await stores();
    const names = { sessions: name("SESSIONS_TABLE"), attempts: name("ATTEMPTS_TABLE") };
    const it = dynamoDbBindings(table("BINDINGS_TABLE"), names, { oneIdentityPerApp: false });
    const session = sessionOf(alice);
    expect(await it.bind({ person: alice, userId: "u1", generation: 0, account: {}, session })).toBe("bound");
    expect(await account()).toEqual(
      accountItem("u1", { "identities:wx1": { BS: [base64(identityKey(alice))] } }),
    );
  });

  test("consumes the ticket with it, for one of all that try", async () => {
    const { bind, tickets, items } = await stores();
    for (const hash of ["one", "another"]) await tickets.create(hash, alice, 5, noonInSeconds + 600);
    expect(await bind(alice, "u1", { ticket: "one" })).toBe("bound");
    const usable = (await items("ATTEMPTS_TABLE")).filter(({ attemptsLeft }) => attemptsLeft);
    expect(usable.map(({ key }) => key?.S)).toEqual(["ticket#another"]);
    expect(await bind(bob, "u2", { ticket: "one" })).toBe("invalid_ticket");
    expect(await items("SESSIONS_TABLE")).toHaveLength(1);
  });

  test("the same pair again is told so, and nothing is written", async () => {
    const { bind, stored } = await stores();
    await bind(alice, "u1");
    const before = await stored();
    expect(await bind(alice, "u1")).toBe("bound_already");
    expect(await stored()).toEqual(before);
  });

  test("an identity with another account is left as it is, and so is the account that asked", async () => {
    const { bind, stored } = await stores();
    await bind(alice, "u1");
    const before = await stored();
    expect(await bind(alice, "u2")).toBe("already_bound");
    expect(await stored()).toEqual(before);
  });

  test("of 16 accounts that want one identity at once, one gets it and only that one lists it", async () => {
    const { bind, items } = await stores();
    const users = Array.from({ length: 16 }, (_, index) => `u${index}`);
    const results = await Promise.all(users.map((userId) => bind(alice, userId)));
    expect(results.filter((result) => result === "bound")).toHaveLength(1);
    expect(results.filter((result) => result === "already_bound")).toHaveLength(15);
    const winner = users[results.indexOf("bound")] ?? "nobody";
    expect((await items("BINDINGS_TABLE")).map(({ key }) => key?.B).sort()).toEqual(
      [base64(identityKey(alice)), base64(accountKey(winner))].sort(),
    );
    expect(await items("SESSIONS_TABLE")).toHaveLength(1);
  });

  test("of 16 first logins of one person at once one binds, and the others are told that it is bound", async () => {
    const { bind } = await stores();
    const results = await Promise.all(Array.from({ length: 16 }, () => bind(alice, "u1")));
    expect(results.toSorted()).toEqual(["bound", ...Array(15).fill("bound_already")]);
  });

  test("an account lists all its identities, by mini-program", async () => {
    const { bind, accountItem: account } = await stores();
    for (const person of [alice, bob, aliceElsewhere]) expect(await bind(person, "u1")).toBe("bound");
    const item = await account();
    expect(item?.["identities:wx1"]?.BS?.toSorted()).toEqual(
      [alice, bob].map((person) => base64(identityKey(person))).sort(),
    );
    expect(item?.["identities:wx2"]?.BS).toEqual([base64(identityKey(aliceElsewhere))]);
  });

  test("with and without a unionid, one openid is one identity; one unionid is no key", async () => {
    const { bind } = await stores();
    await bind({ ...alice, unionid: "u" }, "u1");
    expect(await bind({ ...alice, unionid: "other" }, "u2")).toBe("already_bound");
    expect(await bind(alice, "u2")).toBe("already_bound");
    expect(await bind({ ...bob, unionid: "u" }, "u2")).toBe("bound");
  });
});

describe("what has ended an access since it was read", () => {
  test.each([
    ["never, and none was read", undefined, 0, "bound"],
    ["never, where it was ended before", 3, 3, "bound"],
    ["since", 4, 3, "access_changed"],
    ["since, where nothing was read", 1, 0, "access_changed"],
    ["never, but a later number was read, which no item has", 2, 3, "access_changed"],
    ["never, but a number was read, and there is no item", undefined, 3, "access_changed"],
  ])("an identity's: %s", async (_, now, read, expected) => {
    const items = now === undefined ? [] : [identityItem(alice, { generation: N(now) })];
    const { bind, stored, bindings } = await stores(items);
    const before = await stored();
    expect(await bind(alice, "u1", { generation: read })).toBe(expected);
    if (expected === "bound") expect((await bindings.find(identityKey(alice)))?.generation).toBe(read);
    else expect(await stored()).toEqual(before);
  });

  test.each([
    ["under a later generation: its sessions were ended", { generation: N(1) }, "access_changed"],
    ["without a generation: none was ended", {}, "bound_already"],
  ])("the same pair %s", async (_, generation, expected) => {
    const { bind } = await stores([identityItem(alice, { userId: { S: "u1" }, ...generation })]);
    expect(await bind(alice, "u1")).toBe(expected);
  });

  test.each([
    ["a generation that the account has not seen yet", { generation: 8 }, "bound"],
    ["the generation that the account has seen last", { generation: 7 }, "bound"],
    ["an earlier generation", { generation: 6 }, "access_changed"],
    ["the fence as it is", { fence: 2 }, "bound"],
    ["the fence as it was", { fence: 1 }, "access_changed"],
    ["a fence that is none", { fence: 0 }, "access_changed"],
  ])("an account's, under %s", async (_, account, expected) => {
    const { bind, stored } = await stores([accountItem("u1", { generation: N(7), fence: N(2) })]);
    const before = await stored();
    expect(await bind(alice, "u1", { account })).toBe(expected);
    if (expected !== "bound") expect(await stored()).toEqual(before);
  });

  test("an account's fence, where it has none any more", async () => {
    const { bind } = await stores([accountItem("u1")]);
    expect(await bind(alice, "u1", { account: { fence: 1 } })).toBe("access_changed");
  });

  test.each([
    ["disabled", { BOOL: true }, "account_disabled"],
    ["enabled again", { BOOL: false }, "bound"],
  ])("an account that is %s", async (_, disabled, expected) => {
    const { bind } = await stores([accountItem("u1", { disabled, generation: N(0) })]);
    expect(await bind(alice, "u1")).toBe(expected);
  });

  test("an account that is enabled again and fenced off is not said to be disabled", async () => {
    const { bind } = await stores([accountItem("u1", { disabled: { BOOL: false }, generation: N(7) })]);
    expect(await bind(alice, "u1")).toBe("access_changed");
  });

  test("disabled comes before fenced off: an account that is both is said to be disabled", async () => {
    const { bind } = await stores([accountItem("u1", { disabled: { BOOL: true }, generation: N(7) })]);
    expect(await bind(alice, "u1")).toBe("account_disabled");
  });

  test("an account's fence is read strongly consistently, and is 0 where there is none", async () => {
    const { bindings, calls } = await stores([accountItem("u1", { fence: N(4) })]);
    expect(await bindings.fenceOf("u1")).toBe(4);
    expect(await bindings.fenceOf("u2")).toBe(0);
    for (const { input } of calls) expect(input).toMatchObject({ ConsistentRead: true });
  });

  test("an account's fence that is no whole number is broken, and not 0", async () => {
    const { bindings } = await stores([accountItem("u1", { fence: { S: "4" } })]);
    await expect(bindings.fenceOf("u1")).rejects.toThrow("fence that is no whole number");
  });
});

describe("one identity per account and mini-program, where the owner asks for it", () => {
  const strict = { oneIdentityPerApp: true };

  test.each([
    ["a generation", {}],
    ["a fence", { account: { fence: 0 } }],
  ])("a second WeChat is refused under %s that is as it was, and nothing is written", async (_, verified) => {
    const { bind, stored } = await stores([], strict);
    await bind(alice, "u1");
    const before = await stored();
    expect(await bind(bob, "u1", verified)).toBe("account_already_bound");
    expect(await stored()).toEqual(before);
    expect(await bind(aliceElsewhere, "u1")).toBe("bound");
  });

  test("of 8 WeChats that want one account at once, one gets it", async () => {
    const { bind, items } = await stores([], strict);
    const people = Array.from({ length: 8 }, (_, index) => ({ appId: "wx1", openid: `o${index}` }));
    const results = await Promise.all(people.map((person) => bind(person, "u1")));
    expect(results.toSorted()).toEqual([...Array(7).fill("account_already_bound"), "bound"]);
    expect(await items("BINDINGS_TABLE")).toHaveLength(2);
  });
});

describe("transactions that meet", () => {
  const conflict = transactionCancelled("None", "TransactionConflict", "None");

  test.each([
    ["another transaction", conflict],
    [
      "another one, beside a condition, of which that says nothing",
      transactionCancelled("ConditionalCheckFailed", "TransactionConflict", "None"),
    ],
    ["throttling", transactionCancelled("ThrottlingError", "None", "None")],
    ["the table's limit", transactionCancelled("None", "ProvisionedThroughputExceeded", "None")],
  ] as const)("are sent again after a pause, in the same words with the same token: %s", async (_, fault) => {
    const { bind, faults, calls, pauses } = await stores();
    faults.push(...Array(20).fill(fault));
    expect(await bind(alice, "u1")).toBe("bound");
    expect(pauses).toEqual(Array.from({ length: 20 }, (_, at) => at + 1));
    expect(new Set(calls.map(({ input }) => JSON.stringify(input))).size).toBe(1);
  });

  test.each([
    ["while their own first sending is at work", "TransactionInProgressException"],
    ["beyond the account's limit", "RequestLimitExceeded"],
  ])("are sent again %s, by the SDK and then by us", async (_, type) => {
    const { bind, faults, pauses } = await stores();
    faults.push(...Array(10).fill({ kind: "error", type, message: "not now" }));
    expect(await bind(alice, "u1")).toBe("bound");
    expect(pauses).toEqual([1, 2, 3]);
  });

  test("two binds have two tokens", async () => {
    const { bind, calls } = await stores();
    await bind(alice, "u1");
    await bind(bob, "u1");
    const tokens = calls.map(({ input }) => new Map(Object.entries(Object(input))).get("ClientRequestToken"));
    expect(new Set(tokens).size).toBe(2);
  });

  test("a bind whose confirmation was lost is found to be made, with its ticket", async () => {
    const { bind, tickets, faults, calls, items } = await stores();
    await tickets.create("one", alice, 5, noonInSeconds + 600);
    faults.push({ kind: "lose-reply" });
    expect(await bind(alice, "u1", { ticket: "one" })).toBe("bound");
    const [, first, second] = calls;
    expect(first?.input).toEqual(second?.input);
    expect(await items("ATTEMPTS_TABLE")).toEqual([consumed("one")]);
  });

  test.each([["ValidationError"], ["ItemCollectionSizeLimitExceeded"]])(
    "cancelled for %s are an outage, not a refusal",
    async (reason) => {
      const { bind, faults } = await stores();
      faults.push(transactionCancelled("None", reason, "None"));
      await expect(bind(alice, "u1")).rejects.toMatchObject({
        name: "StoreUnavailable",
        cause: { name: "TransactionCanceledException" },
      });
    },
  );
});

/** Nobody's any more, and there until it expires: a creation that arrives late finds it. */
function consumed(hash: string) {
  return { key: { S: `ticket#${hash}` }, expiresAt: { N: String(noonInSeconds + 600) } };
}

describe("a single write that meets a transaction", () => {
  const conflict = { kind: "error", type: "TransactionConflictException", message: "meets" } as const;

  test("is sent again after a pause, until it is through", async () => {
    const { sessions, faults, pauses, items } = await stores();
    faults.push(conflict, conflict, conflict);
    expect(await sessions.open(sessionOf(alice))).toBe(true);
    expect(pauses).toEqual([1, 2, 3]);
    expect(await items("SESSIONS_TABLE")).toHaveLength(1);
  });
});

describe("reading", () => {
  test("an identity that nobody has seen is undefined", async () => {
    const { bindings } = await stores();
    expect(await bindings.find(identityKey(alice))).toBeUndefined();
  });

  test("is strongly consistent", async () => {
    const { bindings, calls } = await stores();
    await bindings.find(identityKey(alice));
    expect(calls).toMatchObject([{ action: "dynamodb:GetItem", input: { ConsistentRead: true } }]);
  });

  test("an unbound identity keeps its generation and its ban", async () => {
    const { bindings } = await stores([identityItem(alice, { generation: N(5), disabled: { BOOL: true } })]);
    expect(await bindings.find(identityKey(alice))).toStrictEqual({ disabled: true, generation: 5 });
  });

  test.each([
    ["true", { BOOL: true }, true],
    ["false", { BOOL: false }, false],
    ["of a type it should not have", { S: "no" }, true],
  ])("disabled, where it is %s", async (_, disabled, expected) => {
    const { bindings } = await stores([identityItem(alice, { userId: { S: "u1" }, disabled })]);
    expect(await bindings.find(identityKey(alice))).toMatchObject({ disabled: expected });
  });

  test.each([{ S: "0" }, { N: "1.5" }])(
    "a generation that is %j is broken, and not 0",
    async (generation) => {
      const { bindings } = await stores([identityItem(alice, { generation })]);
      await expect(bindings.find(identityKey(alice))).rejects.toThrow("generation that is no whole number");
    },
  );
});

describe("a unionid that WeChat has only now sent", () => {
  test("is filled in", async () => {
    const { bind, bindings } = await stores();
    await bind(alice, "u1");
    await bindings.rememberUnionid(identityKey(alice), "u-alice");
    expect(await bindings.find(identityKey(alice))).toMatchObject({ userId: "u1", unionid: "u-alice" });
  });

  test.each([
    ["an identity that was unbound meanwhile", [identityItem(alice, { generation: N(1) })]],
    ["an identity that nobody has seen", []],
  ])("changes nothing about %s", async (_, items) => {
    const { bindings, stored } = await stores(items);
    const before = await stored();
    await bindings.rememberUnionid(identityKey(alice), "u-alice");
    expect(await stored()).toEqual(before);
  });
});
