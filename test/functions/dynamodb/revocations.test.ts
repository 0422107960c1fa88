import { describe, expect, test } from "vitest";
import { identityKey, type Person } from "../../../functions/core/identity.ts";
import { readIdentities } from "../../../functions/dynamodb/bindings-table.ts";
import { base64, transactionCancelled } from "../../support/dynamodb.ts";
import { storesForThisTest } from "../../support/stores.ts";

const alice: Person = { appId: "wx1", openid: "o-alice", unionid: "u-alice" };
const bob: Person = { appId: "wx1", openid: "o-bob" };
const aliceElsewhere: Person = { appId: "wx2", openid: "o-alice-2" };
const bound = (person: Person) => ({ appId: person.appId, identityKey: identityKey(person) });

/** Bindings of these people to the account u1, and what ends them. */
async function boundPeople(...people: Person[]) {
  const stores = await storesForThisTest();
  for (const person of people) expect(await stores.bind(person, "u1")).toBe("bound");
  const generation = async (person: Person) => Number((await stores.identityItem(person))?.generation?.N);
  return { ...stores, generation };
}

describe("ending the sessions of an identity", () => {
  test("raises its generation by one each time, and leaves the binding as it is", async () => {
    const { revocations: it, identityItem, calls } = await boundPeople(alice);
    const before = await identityItem(alice);
    expect(await it.endSessions(identityKey(alice))).toBe(true);
    expect(await it.endSessions(identityKey(alice))).toBe(true);
    expect(await identityItem(alice)).toEqual({ ...before, generation: { N: "2" } });
    expect(calls.slice(1).map(({ action }) => action)).toEqual([
      "dynamodb:UpdateItem",
      "dynamodb:UpdateItem",
    ]);
  });

  test("under a generation that has passed does nothing, and says so", async () => {
    const { revocations: it, generation } = await boundPeople(alice);
    expect(await it.endSessions(identityKey(alice), 0)).toBe(true);
    expect(await it.endSessions(identityKey(alice), 0)).toBe(false);
    expect(await it.endSessions(identityKey(alice), 2)).toBe(false);
    expect(await generation(alice)).toBe(1);
  });

  test("makes no item for an identity that nobody has seen", async () => {
    const { revocations: it, items } = await boundPeople();
    expect(await it.endSessions(identityKey(alice))).toBe(false);
    expect(await items("BINDINGS_TABLE")).toEqual([]);
  });
});

describe("unbinding", () => {
  test("leaves of the identity its key and generation, takes it off the account, and fences that off", async () => {
    const { revocations: it, identityItem, accountItem } = await boundPeople(alice, bob);
    expect(await it.unbind(bound(alice), "u1")).toBe(true);
    expect(await identityItem(alice)).toEqual({
      key: { B: base64(identityKey(alice)) },
      generation: { N: "1" },
    });
    expect(await accountItem()).toMatchObject({
      "identities:wx1": { BS: [base64(identityKey(bob))] },
      fence: { N: "1" },
    });
  });

  test("keeps a ban: who was disabled stays so", async () => {
    const { revocations: it, bindings } = await boundPeople(alice);
    await it.setIdentityDisabled(identityKey(alice), "u1", true);
    await it.unbind(bound(alice), "u1");
    expect(await bindings.find(identityKey(alice))).toEqual({ disabled: true, generation: 2 });
  });

  test("leaves an identity that can be enabled, which one with an account cannot, nor one that is not there", async () => {
    const { revocations: it, bindings } = await boundPeople(alice);
    await it.setIdentityDisabled(identityKey(alice), "u1", true);
    expect(await it.enableUnbound(identityKey(alice))).toBe(false);
    await it.unbind(bound(alice), "u1");
    expect(await it.enableUnbound(identityKey(alice))).toBe(true);
    expect(await bindings.find(identityKey(alice))).toEqual({ disabled: false, generation: 2 });
    expect(await it.enableUnbound(Buffer.alloc(16, 7))).toBe(false);
  });

  test.each([
    [0, true],
    [1, false],
  ])("under generation %i, where it is 0: %s", async (generation, expected) => {
    const { revocations: it, identityItem } = await boundPeople(alice);
    expect(await it.unbind(bound(alice), "u1", generation)).toBe(expected);
    expect((await identityItem(alice))?.userId).toEqual(expected ? undefined : { S: "u1" });
  });

  test("overtakes a bind that has read the identity before, and no later one", async () => {
    const { revocations: it, bind } = await boundPeople(alice);
    await it.unbind(bound(alice), "u1");
    expect(await bind(alice, "u2")).toBe("access_changed");
    expect(await bind(alice, "u2", { generation: 1 })).toBe("bound");
  });

  test("repeated is harmless, also when the identity has another account by then", async () => {
    const { revocations: it, bind, identityItem, accountItem } = await boundPeople(alice);
    await it.unbind(bound(alice), "u1");
    await bind(alice, "u2", { generation: 1 });
    const before = [await identityItem(alice), await accountItem("u2")];
    expect(await it.unbind(bound(alice), "u1")).toBe(false);
    expect([await identityItem(alice), await accountItem("u2")]).toEqual(before);
  });

  test("waits for its turn where it meets another transaction", async () => {
    const { revocations: it, faults, pauses } = await boundPeople(alice);
    const conflict = transactionCancelled("TransactionConflict", "None");
    faults.push(conflict, conflict, conflict);
    expect(await it.unbind(bound(alice), "u1")).toBe(true);
    expect(pauses).toEqual([1, 2, 3]);
  });
});

describe("fencing an account off", () => {
  test("raises its fence, and names all its identities each time", async () => {
    const { revocations: it, accountItem } = await boundPeople(alice, bob, aliceElsewhere);
    for (const fence of ["1", "2"]) {
      const identities = await it.fence("u1");
      expect(identities.map(({ appId, identityKey }) => `${appId} ${base64(identityKey)}`).sort()).toEqual(
        [alice, bob, aliceElsewhere].map((it) => `${it.appId} ${base64(identityKey(it))}`).sort(),
      );
      expect((await accountItem())?.fence).toEqual({ N: fence });
    }
  });

  test("leaves a ban as it is", async () => {
    const { revocations: it, accountItem } = await boundPeople();
    await it.setAccountDisabled("u1", true);
    await it.fence("u1");
    expect(await accountItem()).toMatchObject({ disabled: { BOOL: true }, fence: { N: "2" } });
  });

  test("holds for an account that nobody has bound yet", async () => {
    const { revocations: it, bind } = await boundPeople();
    expect(await it.fence("u1")).toEqual([]);
    expect(await bind(alice, "u1", { account: { fence: 0 } })).toBe("access_changed");
    expect(await bind(alice, "u1", { account: { fence: 1 } })).toBe("bound");
  });
});

describe("disabling", () => {
  test("an account refuses binds from then on, and enabled again it takes them", async () => {
    const { revocations: it, bind } = await boundPeople();
    await it.setAccountDisabled("u1", true);
    expect(await bind(alice, "u1")).toBe("account_disabled");
    await it.setAccountDisabled("u1", false);
    expect(await bind(alice, "u1")).toBe("bound");
  });

  test("an identity marks it and raises its generation, each time, and so does enabling", async () => {
    const { revocations: it, bindings } = await boundPeople(alice);
    for (const [at, disabled] of [true, true, false].entries()) {
      await it.setIdentityDisabled(identityKey(alice), "u1", disabled);
      expect(await bindings.find(identityKey(alice))).toMatchObject({ disabled, generation: at + 1 });
    }
  });

  test("an identity that has another account by now, or none, is left alone", async () => {
    const { revocations: it, identityItem, items } = await boundPeople(alice);
    const before = await identityItem(alice);
    await it.setIdentityDisabled(identityKey(alice), "u2", true);
    await it.setIdentityDisabled(identityKey(bob), "u1", true);
    expect(await identityItem(alice)).toEqual(before);
    expect(await items("BINDINGS_TABLE")).toHaveLength(2);
  });
});

describe("the directory", () => {
  test("lists what is a set of identities, and is called so", () => {
    const keys = new Set([Buffer.alloc(16)]);
    expect(readIdentities({ others: keys, "identities:wx1": "none", "identities:wx2": keys })).toEqual([
      { appId: "wx2", identityKey: Buffer.alloc(16) },
    ]);
    expect(readIdentities(undefined)).toEqual([]);
  });

  test("names an account's identities and describes each, strongly consistently", async () => {
    const { directory: it, calls } = await boundPeople(alice, aliceElsewhere);
    const identities = await it.identitiesOf("u1");
    expect(identities.map(({ appId }) => appId).sort()).toEqual(["wx1", "wx2"]);
    expect(await it.describe(identityKey(alice))).toMatchObject({ ...alice, userId: "u1", generation: 0 });
    for (const { input } of calls.slice(2)) expect(input).toMatchObject({ ConsistentRead: true });
  });

  test("knows nothing of an account without identities, nor of an identity without an account", async () => {
    const { directory: it, revocations } = await boundPeople(alice);
    await revocations.unbind(bound(alice), "u1");
    expect(await it.identitiesOf("u1")).toEqual([]);
    expect(await it.identitiesOf("u2")).toEqual([]);
    expect(await it.describe(identityKey(alice))).toBeUndefined();
    expect(await it.describe(identityKey(bob))).toBeUndefined();
  });
});
