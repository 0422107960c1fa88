import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { identityKey } from "../../../functions/core/identity.ts";
import { openData } from "../../../functions/core/open-data.ts";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";
import {
  alice,
  bob,
  loggedIn,
  loginWorld,
  noon,
  sessionLifetimeSeconds,
  tables,
} from "../../support/fakes.ts";
import { everyInterleaving, type Schedule } from "../../support/interleavings.ts";

const key = identityKey(alice);

/** Open data as WeChat signs them under this session_key. */
function signedUnder(sessionKey: string) {
  const rawData = '{"nickName":"Alice"}';
  const signature = createHash("sha1")
    .update(rawData + sessionKey)
    .digest();
  return { rawData, signature };
}

function world(schedule?: Schedule) {
  const { sessionKeys, bindings, ...rest } = loginWorld({
    sessionKeys: true,
    ...(schedule && { before: schedule.gate }),
  });
  bindings.put(alice);
  return {
    ...rest,
    sessionKeys,
    logIn: async (sessionKey?: string) =>
      loggedIn(await rest.login(rest.withCode(alice, undefined, sessionKey))),
    open: async (sessionKey: string) => {
      const opened = openData(signedUnder(sessionKey), alice, await sessionKeys.find(key), noon);
      return "data" in opened ? "opened" : opened.refused;
    },
  };
}

describe("a login", () => {
  test("that brings none, by a ticket or from an answer without one, keeps none", async () => {
    const { logIn, journal } = world();
    await logIn();
    expect(journal.operations).toEqual(["wechat.exchange", "bindings.find", "sessions.open"]);
  });

  test("keeps the session_key beside its other work, until the session that it opens ends", async () => {
    const { logIn, journal, dynamoDb } = world();
    await logIn("K1");
    expect(journal.operations).toEqual([
      "wechat.exchange",
      "bindings.find",
      "sessionKeys.keep",
      "sessions.open",
    ]);
    expect(dynamoDb.items(tables.sessionKeys)).toMatchObject([
      { latest: "K1", previous: "K1", expiresAt: noon / 1000 + sessionLifetimeSeconds },
    ]);
  });

  test("keeps it also where it is refused, for the login by ticket that comes after it", async () => {
    const { login, withCode, sessionKeys, dynamoDb } = world();
    expect(await login(withCode(bob, undefined, "K1"))).toMatchObject({ refused: "binding_required" });
    expect(await sessionKeys.find(identityKey(bob))).toEqual(["K1"]);
    // The ticket itself, which is in another table, has nothing of it.
    expect(JSON.stringify(dynamoDb.items(tables.attempts))).not.toContain("K1");
  });

  test("keeps none where WeChat gives none, or where the deployment has no use for it", async () => {
    const { logIn, dynamoDb } = world();
    await logIn();
    const without = loginWorld();
    without.bindings.put(alice);
    loggedIn(await without.login(without.withCode(alice, undefined, "K1")));
    expect([dynamoDb, without.dynamoDb].flatMap((it) => it.items(tables.sessionKeys))).toEqual([]);
  });

  test("goes on without it where the store does not take it, and says so", async () => {
    const { logIn, open, journal } = world();
    await logIn("K1");
    journal.breaks("sessionKeys.keep", new StoreUnavailable("DynamoDB", new Error("TimeoutError")));
    const { facts } = await logIn("K2");
    expect(facts).toMatchObject({ sessionKeyNotKept: true });
    expect(await open("K2")).toBe("session_key_stale");
    journal.breaks("sessionKeys.keep", new TypeError("a bug"));
    await expect(logIn("K3")).rejects.toThrow(TypeError);
  });
});

/** What is in the phone's hands when the server opens data: WeChat has given out K1, then K2; which is the present one. */
describe.each(["K1", "K2"])("two logins and a decrypt of data under %s", (present) => {
  test("in every order: right, or stale and right at the second try", async () => {
    const outcomes = new Set<string>();
    const orders = await everyInterleaving(async (schedule) => {
      const w = world(schedule);
      await w.sessionKeys.keep(key, "K0", noon / 1000);
      const [, , opened] = await schedule.run<unknown>([
        () => w.logIn("K1"),
        () => w.logIn("K2"),
        () => w.open(present),
      ]);
      outcomes.add(String(opened));
      expect(["opened", "session_key_stale"]).toContain(opened);
      expect(await w.open(present)).toBe("opened");
      // WeChat gives the key that is present, or a new one: the SDK asks for the data anew.
      for (const renewed of [present, "K3"]) {
        await w.logIn(renewed);
        expect(await w.open(renewed)).toBe("opened");
      }
    });
    expect(orders).toBeGreaterThan(20);
    expect([...outcomes].sort()).toEqual(["opened", "session_key_stale"]);
  });

  test("in every order, with the first login's write sent again after its answer was lost", async () => {
    await everyInterleaving(async (schedule) => {
      const w = world(schedule);
      await w.sessionKeys.keep(key, "K0", noon / 1000);
      const twice = async () => {
        await w.sessionKeys.keep(key, "K1", noon / 1000);
        await w.sessionKeys.keep(key, "K1", noon / 1000);
      };
      await schedule.run<unknown>([twice, () => w.logIn("K2")]);
      expect(await w.open(present)).toBe("opened");
    });
  });
});
