import { describe, expect, test } from "vitest";
import { authorize } from "../../../functions/core/authorize.ts";
import { sessionHandle } from "../../../functions/core/session.ts";
import {
  alice,
  bob,
  hex,
  loggedIn,
  loginWorld,
  noon,
  sessionLifetimeSeconds,
  ticketIn,
  zhangsan,
} from "../../support/fakes.ts";

async function aliceLoggedIn() {
  const world = loginWorld();
  world.bindings.put(alice);
  const { sessionId } = loggedIn(await world.login(world.withCode(alice)));
  const allowed = (id = sessionId) => authorize(id, world.read, () => world.time.now);
  return { ...world, sessionId, allowed };
}

describe("the session that a login gave", () => {
  test("says whose it is", async () => {
    const { allowed, sessionId } = await aliceLoggedIn();
    const found = await allowed();
    expect(found).toMatchObject({
      identity: { appId: alice.appId, openid: alice.openid },
      binding: { userId: "user-1" },
      session: { createdAt: noon, expiresAt: noon / 1000 + sessionLifetimeSeconds },
    });
    expect(found && hex(found.key.identityKey)).toBe(
      Buffer.from(sessionId, "base64url").subarray(0, 16).toString("hex"),
    );
  });

  test.each([
    ["one millisecond before its end", -1, true],
    ["at its end", 0, false],
    ["one millisecond after its end", 1, false],
  ])("counts until it ends, by the clock: %s", async (_when, offset, expected) => {
    const { allowed, time } = await aliceLoggedIn();
    time.now = noon + sessionLifetimeSeconds * 1000 + offset;
    expect((await allowed()) !== undefined).toBe(expected);
  });

  test("ends by the clock as it is after the read, however long the read took", async () => {
    const { allowed, time, journal } = await aliceLoggedIn();
    journal.meanwhile("authorization.read", () => {
      time.now = noon + sessionLifetimeSeconds * 1000;
    });
    expect(await allowed()).toBeUndefined();
  });

  test("is over once the identity is unbound, also after it is bound again", async () => {
    const { allowed, bindings, login, withCode } = await aliceLoggedIn();
    await bindings.unbind(alice);
    expect(await allowed()).toBeUndefined();
    expect(loggedIn(await login(withCode(alice, zhangsan)))).toMatchObject({ newBinding: true });
    expect(await allowed()).toBeUndefined();
  });

  test("is over once the identity is disabled", async () => {
    const { allowed, bindings } = await aliceLoggedIn();
    bindings.put(alice, { userId: "user-1", disabled: true });
    expect(await allowed()).toBeUndefined();
  });
});

describe("what opens nothing", () => {
  test("a secret under another identity's key", async () => {
    const { allowed, sessionId, bindings, login, withCode } = await aliceLoggedIn();
    bindings.put(bob, { userId: "user-2" });
    const bobs = loggedIn(await login(withCode(bob))).sessionId;
    const crossed = Buffer.concat([
      Buffer.from(bobs, "base64url").subarray(0, 16),
      Buffer.from(sessionId, "base64url").subarray(16),
    ]).toString("base64url");
    expect(await allowed(crossed)).toBeUndefined();
    expect(await allowed(bobs)).toBeDefined();
  });

  test("what the table holds of a session, put together as if it were a SessionId", async () => {
    const { allowed, sessions } = await aliceLoggedIn();
    for (const { identityKey, secretHash } of sessions.rows.values()) {
      const stolen = Buffer.concat([identityKey, secretHash]).toString("base64url");
      expect(stolen).toHaveLength(64);
      expect(await allowed(stolen)).toBeUndefined();
      expect(await allowed(sessionHandle(secretHash))).toBeUndefined();
    }
  });

  test("a bind ticket, which is refused without a read", async () => {
    const { allowed, login, withCode, journal } = await aliceLoggedIn();
    const ticket = ticketIn(await login(withCode(bob)));
    journal.operations.length = 0;
    expect(await allowed(ticket)).toBeUndefined();
    expect(journal.operations).toEqual([]);
  });

  test("a malformed SessionId, which is refused without a read", async () => {
    const { allowed, sessionId, journal } = await aliceLoggedIn();
    journal.operations.length = 0;
    expect(await allowed(`${sessionId}=`)).toBeUndefined();
    expect(await allowed("")).toBeUndefined();
    expect(journal.operations).toEqual([]);
  });
});

test("one read is all it takes", async () => {
  const { allowed, journal } = await aliceLoggedIn();
  journal.operations.length = 0;
  await allowed();
  expect(journal.operations).toEqual(["authorization.read"]);
});

test("a table that does not answer is thrown and never a refusal", async () => {
  const { allowed, journal } = await aliceLoggedIn();
  const outage = new Error("DynamoDB left keys unprocessed twice");
  journal.breaks("authorization.read", outage);
  await expect(allowed()).rejects.toBe(outage);
});
