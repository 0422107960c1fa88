import { describe, expect, test } from "vitest";
import { accountKey, identityKey, type Person } from "../../../functions/core/identity.ts";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";
import { dynamoDbBindings } from "../../../functions/dynamodb/bindings.ts";
import {
  base64,
  dynamoDbForThisTest,
  noon,
  type Stored,
  transactionCancelled,
} from "../../support/dynamodb.ts";

const alice: Person = { appId: "wx1", openid: "o-alice" };
const bob: Person = { appId: "wx1", openid: "o-bob" };
const aliceElsewhere: Person = { appId: "wx2", openid: "o-alice-2" };

const identityItem = (person: Person, more: Stored = {}): Stored => ({
  key: { B: base64(identityKey(person)) },
  appId: { S: person.appId },
  openid: { S: person.openid },
  ...more,
});
const accountItem = (userId: string, more: Stored = {}): Stored => ({
  key: { B: base64(accountKey(userId)) },
  userId: { S: userId },
  ...more,
});
const milliseconds = (time: number) => ({ N: String(time) });

async function bindings(policy = { oneIdentityPerApp: false }) {
  const dynamoDb = await dynamoDbForThisTest();
  const pauses: number[] = [];
  const pause = async (repetition: number) => void pauses.push(repetition);
  return {
    ...dynamoDb,
    pauses,
    bindings: dynamoDbBindings(dynamoDb.table("BINDINGS_TABLE"), policy, pause),
    stored: async () => new Map((await dynamoDb.items("BINDINGS_TABLE")).map((item) => [item.key?.B, item])),
    putAll: async (...items: Stored[]) => {
      for (const item of items) await dynamoDb.put("BINDINGS_TABLE", item);
    },
  };
}

describe("binding", () => {
  test.each([
    ["without", alice, {}],
    ["with", { ...alice, unionid: "u-alice" }, { unionid: { S: "u-alice" } }],
  ])("%s a unionid writes the identity and lists it with its account", async (_, person, unionid) => {
    const { bindings: it, stored } = await bindings();
    expect(await it.bind(person, "u1", noon)).toBe("bound");
    expect(await stored()).toEqual(
      new Map([
        [
          base64(identityKey(alice)),
          identityItem(alice, { userId: { S: "u1" }, boundAt: milliseconds(noon), ...unionid }),
        ],
        [
          base64(accountKey("u1")),
          accountItem("u1", { "identities:wx1": { BS: [base64(identityKey(alice))] } }),
        ],
      ]),
    );
    const { openid: _openid, appId: _appId, ...known } = person;
    expect(await it.find(identityKey(alice))).toEqual({
      userId: "u1",
      disabled: false,
      sessionsValidFrom: 0,
      ...known,
    });
  });

  test("the same pair again is bound as before, and keeps a unionid that WeChat does not repeat", async () => {
    const { bindings: it, stored } = await bindings();
    await it.bind({ ...alice, unionid: "u-alice" }, "u1", noon);
    expect(await it.bind(alice, "u1", noon + 1)).toBe("bound");
    expect((await stored()).get(base64(identityKey(alice)))).toMatchObject({
      userId: { S: "u1" },
      unionid: { S: "u-alice" },
    });
    expect((await stored()).get(base64(accountKey("u1")))).toMatchObject({
      "identities:wx1": { BS: [base64(identityKey(alice))] },
    });
  });

  test("an identity with another account is left as it is, and so is the account that asked", async () => {
    const { bindings: it, stored } = await bindings();
    await it.bind(alice, "u1", noon);
    const before = await stored();
    expect(await it.bind(alice, "u2", noon)).toBe("already_bound");
    expect(await stored()).toEqual(before);
  });

  test("of 16 accounts that want one identity at once, one gets it and only that one lists it", async () => {
    const { bindings: it, stored } = await bindings();
    const users = Array.from({ length: 16 }, (_, index) => `u${index}`);
    const results = await Promise.all(users.map((userId) => it.bind(alice, userId, noon)));
    expect(results.filter((result) => result === "bound")).toHaveLength(1);
    expect(results.filter((result) => result === "already_bound")).toHaveLength(15);
    const winner = users[results.indexOf("bound")] ?? "nobody";
    const items = await stored();
    expect([...items.keys()].sort()).toEqual([base64(identityKey(alice)), base64(accountKey(winner))].sort());
    expect(items.get(base64(identityKey(alice)))).toMatchObject({ userId: { S: winner } });
  });

  test("16 first logins of one person at once end in one binding", async () => {
    const { bindings: it, stored } = await bindings();
    const results = await Promise.all(Array.from({ length: 16 }, () => it.bind(alice, "u1", noon)));
    expect(new Set(results)).toEqual(new Set(["bound"]));
    expect((await stored()).get(base64(accountKey("u1")))).toMatchObject({
      "identities:wx1": { BS: [base64(identityKey(alice))] },
    });
  });

  test("an account lists all its identities, by mini-program", async () => {
    const { bindings: it, stored } = await bindings();
    for (const person of [alice, bob, aliceElsewhere])
      expect(await it.bind(person, "u1", noon)).toBe("bound");
    const account = (await stored()).get(base64(accountKey("u1")));
    expect(account?.["identities:wx1"]?.BS?.toSorted()).toEqual(
      [alice, bob].map((person) => base64(identityKey(person))).sort(),
    );
    expect(account?.["identities:wx2"]?.BS).toEqual([base64(identityKey(aliceElsewhere))]);
  });

  test("the same openid in two mini-programs is two identities", async () => {
    const { bindings: it } = await bindings();
    expect(await it.bind({ appId: "wx1", openid: "o" }, "u1", noon)).toBe("bound");
    expect(await it.bind({ appId: "wx2", openid: "o" }, "u2", noon)).toBe("bound");
    expect(await it.find(identityKey({ appId: "wx1", openid: "o" }))).toMatchObject({ userId: "u1" });
    expect(await it.find(identityKey({ appId: "wx2", openid: "o" }))).toMatchObject({ userId: "u2" });
  });

  test("with and without a unionid, one openid is one identity", async () => {
    const { bindings: it } = await bindings();
    await it.bind({ ...alice, unionid: "u-alice" }, "u1", noon);
    expect(await it.bind({ ...alice, unionid: "u-other" }, "u2", noon)).toBe("already_bound");
    expect(await it.bind(alice, "u2", noon)).toBe("already_bound");
  });

  test("a unionid is never a key: two openids with one unionid are bound apart", async () => {
    const { bindings: it } = await bindings();
    expect(await it.bind({ ...alice, unionid: "u" }, "u1", noon)).toBe("bound");
    expect(await it.bind({ ...bob, unionid: "u" }, "u2", noon)).toBe("bound");
  });
});

describe("what ended an access while the login was under way", () => {
  test.each([
    ["a millisecond before the login entered", noon - 1, "bound"],
    ["as the login entered", noon, "bound"],
    ["a millisecond after it", noon + 1, "superseded"],
  ])("an identity whose sessions count from %s", async (_, sessionsValidFrom, expected) => {
    const { bindings: it, putAll, stored } = await bindings();
    await putAll(identityItem(alice, { sessionsValidFrom: milliseconds(sessionsValidFrom) }));
    const before = await stored();
    expect(await it.bind(alice, "u1", noon)).toBe(expected);
    if (expected === "superseded") expect(await stored()).toEqual(before);
  });

  test("the same pair is superseded too: its sessions were ended", async () => {
    const { bindings: it, putAll } = await bindings();
    await putAll(identityItem(alice, { userId: { S: "u1" }, sessionsValidFrom: milliseconds(noon + 1) }));
    expect(await it.bind(alice, "u1", noon)).toBe("superseded");
  });

  test.each([
    ["a millisecond before the login entered", noon - 1, "bound"],
    ["as the login entered", noon, "bound"],
    ["a millisecond after it", noon + 1, "superseded"],
  ])("an account whose binds count from %s", async (_, bindsValidFrom, expected) => {
    const { bindings: it, putAll, stored } = await bindings();
    await putAll(accountItem("u1", { bindsValidFrom: milliseconds(bindsValidFrom) }));
    const before = await stored();
    expect(await it.bind(alice, "u1", noon)).toBe(expected);
    if (expected === "superseded") expect(await stored()).toEqual(before);
  });

  test.each([
    ["disabled", { BOOL: true }, "account_disabled"],
    ["enabled again", { BOOL: false }, "bound"],
  ])("an account that is %s", async (_, disabled, expected) => {
    const { bindings: it, putAll } = await bindings();
    await putAll(accountItem("u1", { disabled }));
    expect(await it.bind(alice, "u1", noon)).toBe(expected);
    expect((await it.find(identityKey(alice)))?.userId).toBe(expected === "bound" ? "u1" : undefined);
  });

  test("disabled comes before superseded: an account that is both is said to be disabled", async () => {
    const { bindings: it, putAll } = await bindings();
    await putAll(accountItem("u1", { disabled: { BOOL: true }, bindsValidFrom: milliseconds(noon + 1) }));
    expect(await it.bind(alice, "u1", noon)).toBe("account_disabled");
  });
});

describe("one identity per account and mini-program, where the owner asks for it", () => {
  test("a second WeChat is refused, and nothing is written", async () => {
    const { bindings: it, stored } = await bindings({ oneIdentityPerApp: true });
    await it.bind(alice, "u1", noon);
    const before = await stored();
    expect(await it.bind(bob, "u1", noon)).toBe("account_already_bound");
    expect(await stored()).toEqual(before);
  });

  test("the same WeChat again, and another mini-program, are welcome", async () => {
    const { bindings: it } = await bindings({ oneIdentityPerApp: true });
    await it.bind(alice, "u1", noon);
    expect(await it.bind(alice, "u1", noon)).toBe("bound");
    expect(await it.bind(aliceElsewhere, "u1", noon)).toBe("bound");
  });

  test("of 8 WeChats that want one account at once, one gets it", async () => {
    const { bindings: it, stored } = await bindings({ oneIdentityPerApp: true });
    const people = Array.from({ length: 8 }, (_, index) => ({ appId: "wx1", openid: `o${index}` }));
    const results = await Promise.all(people.map((person) => it.bind(person, "u1", noon)));
    expect(results.toSorted()).toEqual([...Array(7).fill("account_already_bound"), "bound"]);
    expect((await stored()).size).toBe(2);
  });
});

describe("transactions that meet", () => {
  const conflict = transactionCancelled("TransactionConflict", "None");

  test("three conflicts, each after a pause of its own, then the binding", async () => {
    const { bindings: it, faults, calls, pauses } = await bindings();
    faults.push(conflict, transactionCancelled("None", "TransactionConflict"), conflict);
    expect(await it.bind(alice, "u1", noon)).toBe("bound");
    expect(calls).toHaveLength(4);
    expect(pauses).toEqual([1, 2, 3]);
  });

  test("a fourth conflict is an outage, and nothing was written", async () => {
    const { bindings: it, faults, calls, pauses, stored } = await bindings();
    faults.push(conflict, conflict, conflict, conflict);
    await expect(it.bind(alice, "u1", noon)).rejects.toThrow(StoreUnavailable);
    expect(calls).toHaveLength(4);
    expect(pauses).toEqual([1, 2, 3]);
    expect((await stored()).size).toBe(0);
  });

  test("a conflict says nothing about the condition beside it", async () => {
    const { bindings: it, faults, pauses } = await bindings();
    faults.push(transactionCancelled("ConditionalCheckFailed", "TransactionConflict"));
    expect(await it.bind(alice, "u1", noon)).toBe("bound");
    expect(pauses).toEqual([1]);
  });

  test("each repetition is a transaction of its own, each resend of one the same", async () => {
    const { bindings: it, faults, calls } = await bindings();
    faults.push(conflict, { kind: "drop" });
    await it.bind(alice, "u1", noon);
    const tokens = calls.map(({ input }) => new Map(Object.entries(Object(input))).get("ClientRequestToken"));
    expect(tokens).toEqual([expect.any(String), tokens[1], tokens[1]]);
    expect(tokens[0]).not.toBe(tokens[1]);
  });

  test("a binding whose confirmation was lost is found to be made", async () => {
    const { bindings: it, faults, calls, stored } = await bindings();
    faults.push({ kind: "lose-reply" });
    expect(await it.bind(alice, "u1", noon)).toBe("bound");
    expect(calls).toHaveLength(2);
    expect(calls[0]?.input).toEqual(calls[1]?.input);
    expect((await stored()).size).toBe(2);
  });

  test.each([["ThrottlingError"], ["ValidationError"], ["ItemCollectionSizeLimitExceeded"]])(
    "a transaction cancelled for %s is an outage, not a refusal",
    async (reason) => {
      const { bindings: it, faults } = await bindings();
      faults.push(transactionCancelled("None", reason));
      await expect(it.bind(alice, "u1", noon)).rejects.toThrow(StoreUnavailable);
    },
  );
});

describe("reading", () => {
  test("an identity that nobody has seen is undefined", async () => {
    const { bindings: it } = await bindings();
    expect(await it.find(identityKey(alice))).toBeUndefined();
  });

  test("is strongly consistent", async () => {
    const { bindings: it, calls } = await bindings();
    await it.find(identityKey(alice));
    expect(calls).toMatchObject([{ action: "dynamodb:GetItem", input: { ConsistentRead: true } }]);
  });

  test("an unbound identity keeps what ended its sessions", async () => {
    const { bindings: it, putAll } = await bindings();
    await putAll(identityItem(alice, { sessionsValidFrom: milliseconds(noon), unionid: { S: "u-alice" } }));
    expect(await it.find(identityKey(alice))).toEqual({
      unionid: "u-alice",
      disabled: false,
      sessionsValidFrom: noon,
    });
  });

  test.each([
    ["true", { BOOL: true }, true],
    ["false", { BOOL: false }, false],
    ["of a type it should not have", { S: "no" }, true],
  ])("disabled, where it is %s", async (_, disabled, expected) => {
    const { bindings: it, putAll } = await bindings();
    await putAll(identityItem(alice, { userId: { S: "u1" }, disabled }));
    expect(await it.find(identityKey(alice))).toMatchObject({ disabled: expected });
  });
});

describe("a unionid that WeChat has only now sent", () => {
  test("is filled in", async () => {
    const { bindings: it } = await bindings();
    await it.bind(alice, "u1", noon);
    await it.rememberUnionid(identityKey(alice), "u-alice");
    expect(await it.find(identityKey(alice))).toMatchObject({ userId: "u1", unionid: "u-alice" });
  });

  test.each([
    ["an identity that was unbound meanwhile", [identityItem(alice)]],
    ["an identity that nobody has seen", []],
  ])("changes nothing about %s", async (_, items) => {
    const { bindings: it, putAll, stored } = await bindings();
    await putAll(...items);
    const before = await stored();
    await it.rememberUnionid(identityKey(alice), "u-alice");
    expect(await stored()).toEqual(before);
  });
});
