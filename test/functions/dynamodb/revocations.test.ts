import { describe, expect, test } from "vitest";
import { accountKey, identityKey, type Person } from "../../../functions/core/identity.ts";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";
import { dynamoDbBindingDirectory } from "../../../functions/dynamodb/binding-directory.ts";
import { dynamoDbBindings } from "../../../functions/dynamodb/bindings.ts";
import { dynamoDbRevocations } from "../../../functions/dynamodb/revocations.ts";
import { base64, dynamoDbForThisTest, noon, transactionCancelled } from "../../support/dynamodb.ts";

const alice: Person = { appId: "wx1", openid: "o-alice", unionid: "u-alice" };
const bob: Person = { appId: "wx1", openid: "o-bob" };
const aliceElsewhere: Person = { appId: "wx2", openid: "o-alice-2" };
const bound = (person: Person) => ({ appId: person.appId, identityKey: identityKey(person) });

/** Bindings of these people to the account u1, made at noon, and what ends them. */
async function boundPeople(...people: Person[]) {
  const dynamoDb = await dynamoDbForThisTest();
  const table = dynamoDb.table("BINDINGS_TABLE");
  const pauses: number[] = [];
  const pause = async (repetition: number) => void pauses.push(repetition);
  const bindings = dynamoDbBindings(table, { oneIdentityPerApp: false }, pause);
  for (const person of people) expect(await bindings.bind(person, "u1", noon)).toBe("bound");
  const item = async (key: Uint8Array) =>
    (await dynamoDb.items("BINDINGS_TABLE")).find((one) => one.key?.B === base64(key));
  return {
    ...dynamoDb,
    pauses,
    bindings,
    revocations: dynamoDbRevocations(table, pause),
    directory: dynamoDbBindingDirectory(table),
    identityItem: (person: Person) => item(identityKey(person)),
    accountItem: (userId = "u1") => item(accountKey(userId)),
    validFrom: async (person: Person) => Number((await item(identityKey(person)))?.sessionsValidFrom?.N),
  };
}

/** From earlier to later: a time that is set is never set back. */
const moves: [what: string, first: number, second: number, expected: number][] = [
  ["forward", noon + 1, noon + 2, noon + 2],
  ["not at all", noon + 1, noon + 1, noon + 1],
  ["never back", noon + 2, noon + 1, noon + 2],
];

describe("ending the sessions of an identity", () => {
  test.each(moves)("moves the time %s", async (_, first, second, expected) => {
    const { revocations: it, validFrom } = await boundPeople(alice);
    await it.endSessions(identityKey(alice), first);
    await it.endSessions(identityKey(alice), second);
    expect(await validFrom(alice)).toBe(expected);
  });

  test("leaves the binding as it is", async () => {
    const { revocations: it, identityItem } = await boundPeople(alice);
    const before = await identityItem(alice);
    await it.endSessions(identityKey(alice), noon + 1);
    expect(await identityItem(alice)).toEqual({ ...before, sessionsValidFrom: { N: String(noon + 1) } });
  });

  test("makes no item for an identity that nobody has seen", async () => {
    const { revocations: it, items } = await boundPeople();
    await it.endSessions(identityKey(alice), noon + 1);
    expect(await items("BINDINGS_TABLE")).toEqual([]);
  });
});

describe("unbinding", () => {
  test("takes the userId out of the identity, which keeps its item, and the identity off the account", async () => {
    const { revocations: it, identityItem, accountItem } = await boundPeople(alice, bob);
    await it.unbind(bound(alice), "u1", noon + 1);
    expect(await identityItem(alice)).toEqual({
      key: { B: base64(identityKey(alice)) },
      appId: { S: "wx1" },
      openid: { S: "o-alice" },
      unionid: { S: "u-alice" },
      sessionsValidFrom: { N: String(noon + 1) },
    });
    expect((await accountItem())?.["identities:wx1"]).toEqual({ BS: [base64(identityKey(bob))] });
  });

  test.each(moves)("moves the time %s", async (_, first, second, expected) => {
    const { revocations: it, identityItem, validFrom } = await boundPeople(alice);
    await it.endSessions(identityKey(alice), first);
    await it.unbind(bound(alice), "u1", second);
    expect((await identityItem(alice))?.userId).toBeUndefined();
    expect(await validFrom(alice)).toBe(expected);
  });

  test("supersedes a bind that was entered before it, and no later one", async () => {
    const { revocations: it, bindings } = await boundPeople(alice);
    await it.unbind(bound(alice), "u1", noon + 1);
    expect(await bindings.bind(alice, "u2", noon)).toBe("superseded");
    expect(await bindings.bind(alice, "u2", noon + 1)).toBe("bound");
  });

  test("repeated is harmless, also when the identity has another account by then", async () => {
    const { revocations: it, bindings, identityItem, accountItem } = await boundPeople(alice);
    await it.unbind(bound(alice), "u1", noon + 1);
    await bindings.bind(alice, "u2", noon + 1);
    const before = [await identityItem(alice), await accountItem("u2")];
    await it.unbind(bound(alice), "u1", noon + 2);
    expect([await identityItem(alice), await accountItem("u2")]).toEqual(before);
  });

  test("ends a disabled mark with the binding that it was about", async () => {
    const { revocations: it, bindings } = await boundPeople(alice);
    await it.setIdentityDisabled(identityKey(alice), "u1", true, noon + 1);
    await it.unbind(bound(alice), "u1", noon + 2);
    expect(await bindings.find(identityKey(alice))).toMatchObject({ disabled: false });
  });

  test("waits for its turn where it meets another transaction, and gives up at the fourth time", async () => {
    const { revocations: it, faults, pauses, identityItem } = await boundPeople(alice);
    const conflict = transactionCancelled("TransactionConflict", "None");
    const before = await identityItem(alice);
    faults.push(conflict, conflict, conflict, conflict);
    await expect(it.unbind(bound(alice), "u1", noon + 1)).rejects.toThrow(StoreUnavailable);
    expect(await identityItem(alice)).toEqual(before);
    faults.push(conflict, conflict, conflict);
    await it.unbind(bound(alice), "u1", noon + 1);
    expect((await identityItem(alice))?.userId).toBeUndefined();
    expect(pauses).toEqual([1, 2, 3, 1, 2, 3]);
  });
});

describe("ending the binds of an account", () => {
  test.each(moves)(
    "moves the time %s, and names all identities each time",
    async (_, first, second, expected) => {
      const { revocations: it, accountItem } = await boundPeople(alice, bob, aliceElsewhere);
      for (const time of [first, second]) {
        const identities = await it.endBinds("u1", time);
        expect(identities.map(({ appId, identityKey }) => `${appId} ${base64(identityKey)}`).sort()).toEqual(
          [alice, bob, aliceElsewhere].map((it) => `${it.appId} ${base64(identityKey(it))}`).sort(),
        );
      }
      expect((await accountItem())?.bindsValidFrom).toEqual({ N: String(expected) });
    },
  );

  test("holds for an account that nobody has bound yet", async () => {
    const { revocations: it, bindings } = await boundPeople();
    expect(await it.endBinds("u1", noon + 1)).toEqual([]);
    expect(await bindings.bind(alice, "u1", noon)).toBe("superseded");
    expect(await bindings.bind(alice, "u1", noon + 1)).toBe("bound");
  });
});

describe("disabling", () => {
  test("an account refuses binds from then on, and enabled again it takes them", async () => {
    const { revocations: it, bindings } = await boundPeople();
    await it.setAccountDisabled("u1", true);
    expect(await bindings.bind(alice, "u1", noon)).toBe("account_disabled");
    await it.setAccountDisabled("u1", false);
    expect(await bindings.bind(alice, "u1", noon)).toBe("bound");
  });

  test.each(moves)(
    "an identity moves its time %s, and is marked each time",
    async (_, first, second, expected) => {
      const { revocations: it, bindings } = await boundPeople(alice);
      for (const disabled of [true, false]) {
        await it.endSessions(identityKey(alice), first);
        await it.setIdentityDisabled(identityKey(alice), "u1", disabled, second);
        expect(await bindings.find(identityKey(alice))).toEqual({
          userId: "u1",
          unionid: "u-alice",
          disabled,
          sessionsValidFrom: expected,
        });
      }
    },
  );

  test("an identity that has another account by now, or none, is left alone", async () => {
    const { revocations: it, identityItem, items } = await boundPeople(alice);
    const before = await identityItem(alice);
    await it.setIdentityDisabled(identityKey(alice), "u2", true, noon + 1);
    await it.setIdentityDisabled(identityKey(bob), "u1", true, noon + 1);
    expect(await identityItem(alice)).toEqual(before);
    expect(await items("BINDINGS_TABLE")).toHaveLength(2);
  });
});

describe("the directory", () => {
  test("names an account's identities and describes each, strongly consistently", async () => {
    const { directory: it, calls } = await boundPeople(alice, aliceElsewhere);
    const identities = await it.identitiesOf("u1");
    expect(identities.map(({ appId }) => appId).sort()).toEqual(["wx1", "wx2"]);
    expect(await it.describe(identityKey(alice))).toEqual({
      ...alice,
      userId: "u1",
      boundAt: noon,
      disabled: false,
      sessionsValidFrom: 0,
    });
    for (const { input } of calls.slice(2)) expect(input).toMatchObject({ ConsistentRead: true });
  });

  test("knows nothing of an account without identities, nor of an identity without an account", async () => {
    const { directory: it, revocations } = await boundPeople(alice);
    await revocations.unbind(bound(alice), "u1", noon + 1);
    expect(await it.identitiesOf("u1")).toEqual([]);
    expect(await it.identitiesOf("u2")).toEqual([]);
    expect(await it.describe(identityKey(alice))).toBeUndefined();
    expect(await it.describe(identityKey(bob))).toBeUndefined();
  });
});
