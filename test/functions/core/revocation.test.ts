import { describe, expect, test } from "vitest";
import { authorize } from "../../../functions/core/authorize.ts";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";
import {
  disableAccount,
  enableAccount,
  endSessionsOfAccount,
  endSessionsOfIdentity,
  unbindAccount,
  unbindIdentity,
} from "../../../functions/core/revocation.ts";
import {
  alice,
  bob,
  cafe,
  lisi,
  loggedIn,
  loginWorld,
  noon,
  refusalOf,
  zhangsan,
} from "../../support/fakes.ts";

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
  return {
    ...world,
    now,
    /** Whose sessions are live: Alice's, hers at the cafe, Bob's. */
    allowed: async () => [await isAllowed(alices), await isAllowed(alicesAtCafe), await isAllowed(bobs)],
    boundTo: () => [alice, aliceAtCafe, bob].map((person) => bindings.of(person)?.userId),
  };
}

type World = Awaited<ReturnType<typeof threeSessions>>;
type End = ({ now, revocations }: Pick<World, "now" | "revocations">) => Promise<unknown>;

const endIdentity: End = ({ now, revocations }) => endSessionsOfIdentity(alice, now, revocations);
const unbindOne: End = ({ now, revocations }) => unbindIdentity(alice, "user-1", now, revocations);
const endAccount: End = ({ now, revocations }) => endSessionsOfAccount("user-1", now, revocations);
const unbindAll: End = ({ now, revocations }) => unbindAccount("user-1", now, revocations);
const disable: End = ({ now, revocations }) => disableAccount("user-1", now, revocations);

const both = ["user-1", "user-1", "user-2"];
const ways: [what: string, end: End, allowed: boolean[], boundTo: (string | undefined)[]][] = [
  ["ending an identity's sessions", endIdentity, [false, true, true], both],
  ["unbinding an identity", unbindOne, [false, true, true], [undefined, "user-1", "user-2"]],
  ["ending an account's sessions", endAccount, [false, false, true], both],
  ["unbinding an account", unbindAll, [false, false, true], [undefined, undefined, "user-2"]],
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

  test("ends a login that is under way when it happens, whether by password or silent", async () => {
    for (const credentials of [zhangsan, undefined]) {
      const world = await threeSessions();
      const { login, withCode, sessions, journal } = world;
      let ended: Promise<unknown> | undefined;
      journal.meanwhile("sessions.create", () => {
        ended = end(world);
      });
      const { sessionId } = loggedIn(await login(withCode(alice, credentials)));
      await ended;
      expect(sessions.rows.size).toBe(4);
      expect(await authorize(sessionId, world.read, world.now)).toBeUndefined();
    }
  });

  test("ends what the clock's same millisecond opened, and not what the next one opens", async () => {
    const world = await threeSessions();
    const { bindings } = world;
    await end(world);
    expect(bindings.of(alice)?.sessionsValidFrom).toBe(noon + 1);
  });

  test("may be repeated, also by a clock that is behind: nothing moves back", async () => {
    const world = await threeSessions();
    world.time.now = noon + 60_000;
    await end(world);
    const once = structuredClone(world.bindings.items);
    await end(world);
    world.time.now = noon;
    await end(world);
    expect(world.bindings.items).toEqual(once);
    expect(await world.allowed()).toEqual(allowed);
  });

  test("is thrown where a store does not answer, so that it can be repeated", async () => {
    const world = await threeSessions();
    const outage = new StoreUnavailable("DynamoDB", new Error("throttled"));
    world.journal.operations.length = 0;
    await end(world);
    for (const operation of new Set(world.journal.operations)) {
      const other = await threeSessions();
      other.journal.breaks(operation, outage);
      await expect(end(other)).rejects.toBe(outage);
    }
  });
});

describe("what concerns a whole account", () => {
  test.each([
    ["ending its sessions", endAccount],
    ["unbinding it", unbindAll],
    ["disabling it", disable],
  ])("first stops new bindings, then ends those it has: %s", async (_what, end) => {
    const world = await threeSessions();
    world.journal.operations.length = 0;
    await end(world);
    const ofIdentities = world.journal.operations.filter((it) =>
      ["revocations.endSessions", "revocations.unbind", "revocations.setIdentityDisabled"].includes(it),
    );
    expect(ofIdentities).toHaveLength(2);
    expect(world.journal.operations.slice(-2)).toEqual(ofIdentities);
    expect(world.bindings.accounts.get("user-1")?.bindsValidFrom).toBe(noon + 1);
    expect(world.bindings.accounts.get("user-2")?.bindsValidFrom).toBe(0);
  });

  test.each([
    ["ending its sessions", endAccount],
    ["unbinding it", unbindAll],
    ["disabling it", disable],
  ])("also reaches a login that has checked the password but is not bound yet: %s", async (_what, end) => {
    const { journal, ...world } = await threeSessions();
    const newcomer = { ...alice, openid: "oNewcomer" };
    let ended: Promise<unknown> | undefined;
    journal.meanwhile("bindings.bind", () => {
      ended = end(world);
    });
    const result = await world.login(world.withCode(newcomer, zhangsan));
    await ended;
    if ("sessionId" in result) {
      expect(await authorize(result.sessionId, world.read, world.now)).toBeUndefined();
    } else {
      expect(refusalOf(result)).toBe("access_changed");
    }
  });

  test.each([
    ["ending its sessions", (w: World) => endSessionsOfAccount("user-1", w.now, w.revocations)],
    ["unbinding it", (w: World) => unbindAccount("user-1", w.now, w.revocations)],
  ])("says how many identities it was: %s", async (_what, end) => {
    expect(await end(await threeSessions())).toBe(2);
  });

  test("ends what slipped in before each write: the clock is read anew for each", async () => {
    const { bindings, journal, time, now, revocations } = await threeSessions();
    journal.meanwhile("revocations.endBinds", () => {
      time.now = noon + 2_000;
    });
    await endSessionsOfAccount("user-1", now, revocations);
    expect(bindings.accounts.get("user-1")?.bindsValidFrom).toBe(noon + 1);
    expect(bindings.of(alice)?.sessionsValidFrom).toBe(noon + 2_001);
  });

  test("of nobody is nothing to do, and no error", async () => {
    const { now, revocations, allowed } = await threeSessions();
    expect(await unbindAccount("user-9", now, revocations)).toBe(0);
    expect(await allowed()).toEqual([true, true, true]);
  });
});

describe("a disabled account", () => {
  test("lets nobody in, by no way", async () => {
    const world = await threeSessions();
    const { login, withCode, time } = world;
    await disable(world);
    time.now += 1_000;
    expect(refusalOf(await login(withCode(alice)))).toBe("account_disabled");
    expect(refusalOf(await login(withCode(alice, zhangsan)))).toBe("account_disabled");
    expect(refusalOf(await login(withCode({ ...alice, openid: "oNew" }, zhangsan)))).toBe("account_disabled");
  });

  test("lets everybody in again once it is enabled, with new sessions only", async () => {
    const world = await threeSessions();
    const { login, withCode, time, now, revocations, allowed } = world;
    await disable(world);
    await enableAccount("user-1", now, revocations);
    time.now += 1_000;
    expect(loggedIn(await login(withCode(alice))).userId).toBe("user-1");
    expect(loggedIn(await login(withCode(aliceAtCafe, zhangsan))).userId).toBe("user-1");
    expect(await allowed()).toEqual([false, false, true]);
  });

  test("stays closed where enabling it stops half-way", async () => {
    const world = await threeSessions();
    const { journal, now, revocations, bindings } = world;
    await disable(world);
    journal.breaks("revocations.setIdentityDisabled", new Error("killed"));
    await expect(enableAccount("user-1", now, revocations)).rejects.toThrow("killed");
    expect(bindings.accounts.get("user-1")?.disabled).toBe(true);
  });
});

test("unbinding takes away one account only, and not the one that the identity has by now", async () => {
  const { bindings, time, now, revocations } = await threeSessions();
  bindings.unbind(alice, noon);
  time.now += 1;
  await bindings.bind(alice, "user-2", time.now);
  await unbindIdentity(alice, "user-1", now, revocations);
  expect(bindings.of(alice)?.userId).toBe("user-2");
});
