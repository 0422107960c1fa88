import { describe, expect, test } from "vitest";
import { unbindUser } from "../../../functions/core/account-administration.ts";
import { authorize } from "../../../functions/core/authorize.ts";
import { identityKey } from "../../../functions/core/identity.ts";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";
import {
  disableAccount,
  enableAccount,
  endSessionsOfAccount,
  endSessionsOfIdentity,
  unbindIdentity,
} from "../../../functions/core/revocation.ts";
import { alice, bob, cafe, lisi, loggedIn, loginWorld, refusalOf, zhangsan } from "../../support/fakes.ts";

const aliceAtCafe = { ...alice, appId: cafe };

/** Zhang San's two identities, Alice at the shop and at the cafe, and Li Si's one, Bob: each with a session. */
async function threeSessions() {
  const world = loginWorld();
  const { login, withCode, read, time, bindings } = world;
  const alices = loggedIn(await login(withCode(alice, zhangsan))).sessionId;
  const alicesAtCafe = loggedIn(await login(withCode(aliceAtCafe, zhangsan))).sessionId;
  const bobs = loggedIn(await login(withCode(bob, lisi))).sessionId;
  const now = () => time.now;
  const isAllowed = async (sessionId: string) => (await authorize(sessionId, read, now)) !== undefined;
  world.journal.operations.length = 0;
  return {
    ...world,
    now,
    isAllowed,
    /** Whose sessions are live: Alice's, hers at the cafe, Bob's. */
    allowed: async () => [await isAllowed(alices), await isAllowed(alicesAtCafe), await isAllowed(bobs)],
    boundTo: () => [alice, aliceAtCafe, bob].map((person) => bindings.of(person)?.userId),
  };
}

type World = Awaited<ReturnType<typeof threeSessions>>;
type End = (world: World) => Promise<unknown>;

const endIdentity: End = ({ revocations }) => endSessionsOfIdentity(alice, revocations);
const unbindOne: End = ({ revocations }) => unbindIdentity(alice, "user-1", revocations);
const endAccount: End = async ({ revocations, directory }) =>
  endSessionsOfAccount(await directory.identitiesOf("user-1"), revocations);
const unbindAccount: End = ({ accounts, revocations, directory }) =>
  unbindUser("user-1", { accounts, revocations, directory });
const unbindOwners: End = ({ revocations, directory }) =>
  unbindUser("user-1", { accounts: undefined, revocations, directory });
const disable: End = ({ revocations }) => disableAccount("user-1", revocations);

const both = ["user-1", "user-1", "user-2"];
const ways: [what: string, end: End, allowed: boolean[], boundTo: (string | undefined)[]][] = [
  ["ending an identity's sessions", endIdentity, [false, true, true], both],
  ["unbinding an identity", unbindOne, [false, true, true], [undefined, "user-1", "user-2"]],
  ["ending an account's sessions", endAccount, [false, false, true], both],
  ["unbinding an account", unbindAccount, [false, false, true], [undefined, undefined, "user-2"]],
  ["unbinding an owner's account", unbindOwners, [false, false, true], [undefined, undefined, "user-2"]],
  ["disabling an account", disable, [false, false, true], both],
];

describe.each(ways)("%s", (_what, end, allowed, boundTo) => {
  test("holds on the next request, and touches nobody else", async () => {
    const world = await threeSessions();
    expect(await world.allowed()).toEqual([true, true, true]);
    await end(world);
    expect(await world.allowed()).toEqual(allowed);
    expect(world.boundTo()).toEqual(boundTo);
  });

  test("ends a login that has read the identity already, whether by password or silent", async () => {
    for (const credentials of [zhangsan, undefined]) {
      const world = await threeSessions();
      const { login, withCode, sessions, journal } = world;
      journal.meanwhile("sessions.open", () => end(world));
      const { sessionId } = loggedIn(await login(withCode(alice, credentials)));
      expect(sessions.rows.size).toBe(4);
      expect(await world.isAllowed(sessionId)).toBe(false);
    }
  });

  test("may be repeated: it holds, and touches nobody else", async () => {
    const world = await threeSessions();
    for (let time = 1; time <= 3; time++) await end(world);
    expect(await world.allowed()).toEqual(allowed);
    expect(world.boundTo()).toEqual(boundTo);
  });

  test("is thrown where a store does not answer, and is whole once it is repeated", async () => {
    const outage = new StoreUnavailable("DynamoDB", new Error("throttled"));
    const first = await threeSessions();
    await end(first);
    for (const [step, operation] of first.journal.operations.entries()) {
      const other = await threeSessions();
      let seen = 0;
      const breakAtStep = () => {
        if (seen++ === step) throw outage;
        const next = first.journal.operations[seen];
        if (next) other.journal.meanwhile(next, breakAtStep);
      };
      other.journal.meanwhile(first.journal.operations[0] ?? operation, breakAtStep);
      await expect(end(other)).rejects.toBe(outage);
      await end(other);
      expect(await other.allowed()).toEqual(allowed);
    }
  });
});

describe("what concerns a whole account", () => {
  test.each([
    ["unbinding it", unbindAccount],
    ["unbinding an owner's", unbindOwners],
    ["disabling it", disable],
  ])("first stops new bindings, then ends those it has: %s", async (_what, end) => {
    const world = await threeSessions();
    await end(world);
    const ofIdentities = world.journal.operations.filter((it) =>
      ["revocations.unbind", "revocations.setIdentityDisabled"].includes(it),
    );
    expect(ofIdentities).toHaveLength(2);
    expect(world.journal.operations.slice(-2)).toEqual(ofIdentities);
  });

  test.each([
    ["unbinding it", unbindAccount, "access_changed"],
    ["disabling it", disable, "account_disabled"],
  ])(
    "also reaches a login that has checked the password but is not bound yet: %s",
    async (_what, end, code) => {
      const world = await threeSessions();
      world.journal.meanwhile("bindings.bind", () => end(world));
      const newcomer = { ...alice, openid: "oNewcomer" };
      expect(refusalOf(await world.login(world.withCode(newcomer, zhangsan)))).toBe(code);
      expect(world.bindings.of(newcomer)).toBeUndefined();
    },
  );

  test.each([
    ["ending its sessions", endAccount],
    ["unbinding it", unbindAccount],
    ["unbinding an owner's", unbindOwners],
  ])("says how many identities it was: %s", async (_what, end) => {
    expect(await end(await threeSessions())).toBe(2);
  });

  test("of nobody is nothing to do, and no error", async () => {
    const { accounts, revocations, directory, allowed } = await threeSessions();
    expect(await unbindUser("user-9", { accounts, revocations, directory })).toBe(0);
    expect(await allowed()).toEqual([true, true, true]);
  });
});

describe("a disabled account", () => {
  test("lets nobody in, by no way", async () => {
    const world = await threeSessions();
    const { login, withCode } = world;
    await disable(world);
    expect(refusalOf(await login(withCode(alice)))).toBe("account_disabled");
    expect(refusalOf(await login(withCode(alice, zhangsan)))).toBe("account_disabled");
    expect(refusalOf(await login(withCode({ ...alice, openid: "oNew" }, zhangsan)))).toBe("account_disabled");
  });

  test("stays so for an identity that is unbound meanwhile, by whatever way", async () => {
    const world = await threeSessions();
    const { login, withCode, revocations, bindings } = world;
    await disable(world);
    expect(await unbindIdentity(alice, "user-1", revocations)).toBe(true);
    expect(bindings.of(alice)).toEqual({ disabled: true, generation: 2 });
    expect(refusalOf(await login(withCode(alice)))).toBe("account_disabled");
    expect(refusalOf(await login(withCode(alice, lisi)))).toBe("account_disabled");
  });

  test("lets everybody in again once it is enabled, with new sessions only", async () => {
    const world = await threeSessions();
    const { login, withCode, revocations, directory, allowed } = world;
    await disable(world);
    await enableAccount("user-1", await directory.identitiesOf("user-1"), revocations);
    expect(loggedIn(await login(withCode(alice))).userId).toBe("user-1");
    expect(loggedIn(await login(withCode(aliceAtCafe, zhangsan))).userId).toBe("user-1");
    expect(await allowed()).toEqual([false, false, true]);
  });

  test("stays closed where enabling it stops half-way", async () => {
    const world = await threeSessions();
    const { journal, revocations, directory, bindings } = world;
    await disable(world);
    const identities = await directory.identitiesOf("user-1");
    journal.breaks("revocations.setIdentityDisabled", new Error("killed"));
    await expect(enableAccount("user-1", identities, revocations)).rejects.toThrow("killed");
    expect(bindings.accountItem("user-1")?.disabled).toBe(true);
  });
});

describe("a session's owner", () => {
  test.each<[string, (world: World, generation: number) => Promise<boolean>]>([
    ["ends sessions", ({ revocations }, generation) => endSessionsOfIdentity(alice, revocations, generation)],
    ["unbinds", ({ revocations }, generation) => unbindIdentity(alice, "user-1", revocations, generation)],
    [
      "ends one session",
      async ({ sessions }, generation) => {
        const [session] = [...sessions.rows.values()].filter((it) => it.generation === 1);
        return session !== undefined && sessions.remove(session, generation);
      },
    ],
  ])("%s under the generation of their own session only", async (_what, end) => {
    const world = await threeSessions();
    await endIdentity(world);
    const { sessionId } = loggedIn(await world.login(world.withCode(alice)));
    expect(await end(world, 0)).toBe(false);
    expect(await world.isAllowed(sessionId)).toBe(true);
    expect(await end(world, 1)).toBe(true);
    expect(await world.isAllowed(sessionId)).toBe(false);
  });
});

test("unbinding takes away one account only, and not the one that the identity has by now", async () => {
  const { bindings, login, withCode, revocations } = await threeSessions();
  await bindings.unbind(alice);
  loggedIn(await login(withCode(alice, lisi)));
  expect(await unbindIdentity(alice, "user-1", revocations)).toBe(false);
  expect(bindings.of(alice)?.userId).toBe("user-2");
});

test("an identity that nobody has bound has no sessions to end, and no item comes of it", async () => {
  const { bindings, revocations } = loginWorld();
  expect(await revocations.endSessions(identityKey(alice))).toBe(false);
  expect(bindings.items.size).toBe(0);
});
