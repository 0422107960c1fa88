import { describe, expect, test } from "vitest";
import { authorize } from "../../../functions/core/authorize.ts";
import {
  alice,
  bob,
  cafe,
  loggedIn,
  loginWorld,
  noon,
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

  test("takes WeChat, one read and one transaction", async () => {
    const { login, withCode, journal } = world();
    await login(withCode(alice));
    expect(journal.operations).toEqual(["wechat.exchange", "bindings.find", "bindings.bind"]);
  });

  test("is overtaken by what ends the identity's access between its read and its bind", async () => {
    const { login, withCode, bindings, sessions, journal } = world();
    bindings.put(alice, { disabled: false });
    journal.meanwhile("bindings.bind", () => bindings.put(alice, { disabled: false, generation: 1 }));
    expect(told(await login(withCode(alice)))).toEqual({ refused: "access_changed" });
    expect(sessions.rows.size).toBe(0);
    expect(bindings.of(alice)?.userId).toBeUndefined();
  });

  test("that loses its race against one that was unbound again at once needs a new code", async () => {
    const { login, withCode, bindings, sessions, journal } = world();
    journal.meanwhile("bindings.bind", () => {
      bindings.put(alice, { userId: "u_faster" });
      journal.meanwhile("bindings.find", () => bindings.unbind(alice, "u_faster"));
    });
    expect(told(await login(withCode(alice)))).toEqual({ refused: "access_changed" });
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

test.each(["bound_already", "already_bound"] as const)(
  "an identity that was bound and unbound meanwhile (%s) is asked to come again",
  async (result) => {
    const { login, withCode, bindings } = world();
    const asked: object[] = [];
    bindings.bind = async (bind) => {
      asked.push(bind.account);
      return result;
    };
    expect(await login(withCode(alice))).toMatchObject({ refused: "access_changed" });
    expect(asked).toEqual([{ fence: 0 }]);
  },
);

test.each(["account_disabled", "account_already_bound"] as const)(
  "what the store says of the new account is passed on: %s",
  async (result) => {
    const { login, withCode, bindings } = world();
    bindings.bind = async () => result;
    expect(await login(withCode(alice))).toMatchObject({ refused: result });
  },
);
