import { describe, expect, test } from "vitest";
import { authorize } from "../../../functions/core/authorize.ts";
import {
  alice,
  bob,
  cafe,
  loggedIn,
  loginWorld,
  noon,
  refusalOf,
  sessionLifetimeSeconds,
  told,
  zhangsan,
} from "../../support/fakes.ts";

const world = () => loginWorld({ verifier: "none" });

describe("where nobody knows passwords, the first login of an identity", () => {
  test("makes a userId for it, binds it and logs it in", async () => {
    const { login, withCode, bindings, sessions, tickets, read, time } = world();
    const result = loggedIn(await login(withCode(alice)));
    expect(told(result)).toEqual({
      sessionId: expect.stringMatching(/^[A-Za-z0-9_-]{64}$/),
      expiresAt: noon / 1000 + sessionLifetimeSeconds,
      userId: expect.stringMatching(/^u_[A-Za-z0-9_-]{22}$/),
      newBinding: true,
    });
    expect(bindings.of(alice)?.userId).toBe(result.userId);
    expect(sessions.rows.size).toBe(1);
    expect(tickets.items.size).toBe(0);
    expect(await authorize(result.sessionId, read, () => time.now)).toMatchObject({
      binding: { userId: result.userId },
    });
  });

  test("is followed by silent logins to the same userId", async () => {
    const { login, withCode } = world();
    const { userId } = loggedIn(await login(withCode(alice)));
    expect(await login(withCode(alice))).toMatchObject({ userId, newBinding: false });
  });

  test("makes another userId for another identity, also for the same openid under another AppId", async () => {
    const { login, withCode } = world();
    const people = [alice, bob, { ...alice, appId: cafe }];
    const ids = [];
    for (const person of people) ids.push(loggedIn(await login(withCode(person))).userId);
    expect(new Set(ids).size).toBe(3);
  });

  test("is made once, however many of one person's logins race for it", async () => {
    const { login, withCode, bindings, sessions } = world();
    const results = await Promise.all(Array.from({ length: 16 }, () => login(withCode(alice))));
    const ids = new Set(results.map((result) => loggedIn(result).userId));
    expect([...ids]).toEqual([bindings.of(alice)?.userId]);
    expect(results.filter((result) => loggedIn(result).newBinding)).toHaveLength(1);
    expect(sessions.rows.size).toBe(16);
    expect(bindings.accounts.size).toBe(1);
  });

  test.each([
    ["one millisecond before its entry: it goes on", noon - 1, undefined],
    ["at its entry: it goes on", noon, undefined],
    ["one millisecond after its entry: a new code is needed", noon + 1, "access_changed"],
  ])("is under way from its entry: sessions valid from %s", async (_when, sessionsValidFrom, refusal) => {
    const { login, withCode, bindings, sessions, journal, time } = world();
    bindings.put(alice, { disabled: false, sessionsValidFrom });
    journal.meanwhile("wechat.code2session", () => {
      time.now = noon + 5_000;
    });
    expect(refusalOf(await login(withCode(alice)))).toBe(refusal);
    expect(sessions.rows.size).toBe(refusal === undefined ? 1 : 0);
  });

  test("that loses its race against one that was unbound again at once needs a new code", async () => {
    const { login, withCode, bindings, sessions, journal } = world();
    journal.meanwhile("bindings.bind", () => {
      bindings.put(alice, { userId: "u_faster" });
      journal.meanwhile("bindings.find", () => bindings.unbind(alice, noon));
    });
    expect(await login(withCode(alice))).toMatchObject({ refused: "access_changed" });
    expect(sessions.rows.size).toBe(0);
  });

  test("that loses its race against one that was disabled at once is told so", async () => {
    const { login, withCode, bindings, sessions, journal } = world();
    journal.meanwhile("bindings.bind", () => bindings.put(alice, { userId: "u_faster", disabled: true }));
    expect(told(await login(withCode(alice)))).toEqual({ refused: "account_disabled" });
    expect(sessions.rows.size).toBe(0);
  });
});

test("where nobody knows passwords, none is right, and nothing is bound or counted", async () => {
  const { login, withCode, bindings, counters, sessions } = world();
  bindings.put(alice);
  expect(told(await login(withCode(alice, zhangsan)))).toEqual({ refused: "invalid_credentials" });
  expect(told(await login(withCode(bob, zhangsan)))).toEqual({ refused: "invalid_credentials" });
  expect(bindings.of(bob)).toBeUndefined();
  expect(sessions.rows.size + counters.counts.size).toBe(0);
});
