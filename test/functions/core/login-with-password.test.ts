import { describe, expect, test } from "vitest";
import { authorize } from "../../../functions/core/authorize.ts";
import { ticketHash } from "../../../functions/core/bind-ticket.ts";
import { identityKey } from "../../../functions/core/identity.ts";
import {
  alice,
  bob,
  cafe,
  hex,
  lisi,
  loggedIn,
  loginWorld,
  noon,
  refusalOf,
  sessionLifetimeSeconds,
  shop,
  ticketIn,
  told,
  zhangsan,
} from "../../support/fakes.ts";

const mistyped = { ...zhangsan, password: "pwd12345" };

describe("the first login, in one call", () => {
  test("binds the identity to the account and logs it in", async () => {
    const { login, withCode, bindings } = loginWorld();
    expect(told(await login(withCode(alice, zhangsan)))).toEqual({
      sessionId: expect.stringMatching(/^[A-Za-z0-9_-]{64}$/),
      expiresAt: noon / 1000 + sessionLifetimeSeconds,
      userId: "user-1",
      newBinding: true,
    });
    expect(bindings.of(alice)).toMatchObject({ userId: "user-1", disabled: false });
    expect(bindings.items.size).toBe(1);
  });

  test("gives one session, which the authorizer allows, and no ticket", async () => {
    const { login, withCode, sessions, tickets, read, time } = loginWorld();
    const { sessionId } = loggedIn(await login(withCode(alice, zhangsan)));
    expect(sessions.rows.size).toBe(1);
    expect(tickets.items.size).toBe(0);
    expect(await authorize(sessionId, read, () => time.now)).toMatchObject({ binding: { userId: "user-1" } });
  });

  test("is followed by silent logins", async () => {
    const { login, withCode } = loginWorld();
    await login(withCode(alice, zhangsan));
    expect(await login(withCode(alice))).toMatchObject({ userId: "user-1", newBinding: false });
  });

  test("stores the unionid with the binding, and not once more", async () => {
    const { login, withCode, bindings, journal } = loginWorld();
    await login(withCode({ ...alice, unionid: "uAlice" }, zhangsan));
    expect(bindings.of(alice)?.unionid).toBe("uAlice");
    expect(journal.operations).not.toContain("bindings.rememberUnionid");
  });

  test("exchanges the code before it looks at the password, and binds before the session exists", async () => {
    const { login, withCode, journal } = loginWorld({
      limits: { perIdentity: 0, perSourceIp: 0, perUsername: 0 },
    });
    await login(withCode(alice, zhangsan));
    expect(journal.operations).toEqual([
      "wechat.code2session",
      "verifier.verify",
      "accounts.find",
      "bindings.find",
      "bindings.bind",
      "sessions.create",
    ]);
  });

  test("does not ask the verifier about a code that WeChat refuses", async () => {
    const { login, withCode, asked, hasher } = loginWorld();
    expect(refusalOf(await login({ ...withCode(alice, zhangsan), code: "made up" }))).toBe("invalid_code");
    expect(asked).toEqual([]);
    expect(hasher.checked).toEqual([]);
  });

  test("binds an identity again that was unbound before", async () => {
    const { login, withCode, bindings } = loginWorld();
    bindings.put(alice, { userId: "user-2" });
    bindings.unbind(alice, noon - 1);
    expect(await login(withCode(alice, zhangsan))).toMatchObject({ userId: "user-1", newBinding: true });
  });

  test("is two bindings for the same openid under two AppIds", async () => {
    const { login, withCode, bindings } = loginWorld();
    await login(withCode(alice, zhangsan));
    expect(await login(withCode({ ...alice, appId: cafe }, lisi))).toMatchObject({
      userId: "user-2",
      newBinding: true,
    });
    expect(bindings.of(alice)?.userId).toBe("user-1");
  });
});

describe("the verifier", () => {
  test("gets username and password as typed, and the AppId", async () => {
    const { login, withCode, asked } = loginWorld();
    const typed = { username: " ＺｈａｎｇＳａｎ ", password: " pwd123456 " };
    await login(withCode(alice, typed));
    expect(asked).toEqual([{ ...typed, appId: shop }]);
  });

  test("is asked once in a login", async () => {
    const { login, withCode, asked, hasher } = loginWorld();
    await login(withCode(alice, zhangsan));
    expect(asked).toHaveLength(1);
    expect(hasher.checked).toHaveLength(1);
  });
});

describe("a wrong password", () => {
  test.each([
    ["of a known user", mistyped],
    ["of an unknown user", { username: "nobody", password: "pwd123456" }],
  ])("%s is refused with a ticket that this guess has cost an attempt", async (_whose, credentials) => {
    const { login, withCode, tickets, bindings, sessions } = loginWorld();
    const person = { ...alice, unionid: "uAlice" };
    const result = await login(withCode(person, credentials));
    expect(told(result)).toEqual({ refused: "invalid_credentials", bindTicket: expect.any(String) });
    expect(tickets.items.get(ticketHash(ticketIn(result)))).toEqual({
      person,
      attemptsLeft: 4,
      expiresAt: noon / 1000 + 600,
    });
    expect(bindings.items.size + sessions.rows.size).toBe(0);
  });

  test("does the same work as an unknown user", async () => {
    const known = loginWorld();
    const unknown = loginWorld();
    await known.login(known.withCode(alice, mistyped));
    await unknown.login(unknown.withCode(alice, { ...mistyped, username: "nobody" }));
    expect(unknown.journal.operations).toEqual(known.journal.operations);
    expect(unknown.hasher.checked).toHaveLength(known.hasher.checked.length);
  });
});

describe("with credentials in the call, credentials decide", () => {
  test("wrong ones are refused although the identity is bound", async () => {
    const { login, withCode, bindings, sessions } = loginWorld();
    bindings.put(alice);
    const before = bindings.of(alice);
    expect(refusalOf(await login(withCode(alice, mistyped)))).toBe("invalid_credentials");
    expect(bindings.of(alice)).toEqual(before);
    expect(sessions.rows.size).toBe(0);
  });

  test("right ones of the same account log in, and bind nothing", async () => {
    const { login, withCode, bindings, journal, sessions } = loginWorld();
    bindings.put(alice);
    expect(await login(withCode(alice, zhangsan))).toMatchObject({ userId: "user-1", newBinding: false });
    expect(journal.operations).not.toContain("bindings.bind");
    expect(sessions.rows.size).toBe(1);
  });

  test("right ones of another account are refused, and nothing is bound to anybody else", async () => {
    const { login, withCode, bindings, sessions, journal } = loginWorld();
    bindings.put(alice);
    const before = structuredClone(bindings.items);
    expect(told(await login(withCode(alice, lisi)))).toEqual({ refused: "already_bound" });
    expect(bindings.items).toEqual(before);
    expect(bindings.accounts.size).toBe(0);
    expect(sessions.rows.size).toBe(0);
    expect(journal.operations).not.toContain("bindings.bind");
  });

  test("after an unbind the other account may have the identity", async () => {
    const { login, withCode, bindings, time } = loginWorld();
    bindings.put(alice);
    bindings.unbind(alice, time.now);
    time.now += 1;
    expect(await login(withCode(alice, lisi))).toMatchObject({ userId: "user-2", newBinding: true });
  });

  test("a bound identity's new unionid is remembered", async () => {
    const { login, withCode, bindings } = loginWorld();
    bindings.put(alice);
    await login(withCode({ ...alice, unionid: "uAlice" }, zhangsan));
    expect(bindings.of(alice)?.unionid).toBe("uAlice");
  });
});

describe("binding", () => {
  test("meets another account that was faster, and is refused", async () => {
    const { login, withCode, bindings, sessions, journal } = loginWorld();
    journal.meanwhile("bindings.bind", () => bindings.put(alice, { userId: "user-2" }));
    expect(told(await login(withCode(alice, zhangsan)))).toEqual({ refused: "already_bound" });
    expect(bindings.of(alice)?.userId).toBe("user-2");
    expect(sessions.rows.size).toBe(0);
  });

  test("meets the same pair that was faster, and logs in", async () => {
    const { login, withCode, bindings, journal } = loginWorld();
    journal.meanwhile("bindings.bind", () => bindings.put(alice));
    expect(loggedIn(await login(withCode(alice, zhangsan))).userId).toBe("user-1");
  });

  test("has one winner when two accounts want one identity at the same time", async () => {
    const { login, withCode, bindings, sessions } = loginWorld();
    const wishes = Array.from({ length: 32 }, (_, i) => withCode(alice, i % 2 === 0 ? zhangsan : lisi));
    const results = await Promise.all(wishes.map(login));
    const winners = new Set(results.flatMap((result) => ("userId" in result ? [result.userId] : [])));
    expect(winners.size).toBe(1);
    expect([...winners]).toEqual([bindings.of(alice)?.userId]);
    expect(results.map(refusalOf).filter((refusal) => refusal === "already_bound")).toHaveLength(16);
    expect(sessions.rows.size).toBe(16);
  });

  test("gives an account a second identity, unless the owner allows one only", async () => {
    const lenient = loginWorld();
    await lenient.login(lenient.withCode(alice, zhangsan));
    expect(loggedIn(await lenient.login(lenient.withCode(bob, zhangsan))).userId).toBe("user-1");

    const strict = loginWorld({ oneIdentityPerApp: true });
    await strict.login(strict.withCode(alice, zhangsan));
    expect(told(await strict.login(strict.withCode(bob, zhangsan)))).toEqual({
      refused: "account_already_bound",
    });
    expect(strict.bindings.of(bob)).toBeUndefined();
    expect(strict.sessions.rows.size).toBe(1);
    // Another mini-program is another matter.
    expect(loggedIn(await strict.login(strict.withCode({ ...bob, appId: cafe }, zhangsan))).userId).toBe(
      "user-1",
    );
  });

  test("is refused for an account that is disabled where its bindings are kept", async () => {
    const { login, withCode, bindings, sessions } = loginWorld();
    bindings.putAccount("user-1", { disabled: true });
    expect(told(await login(withCode(alice, zhangsan)))).toEqual({ refused: "account_disabled" });
    expect(bindings.items.size + sessions.rows.size).toBe(0);
  });
});

describe("account_disabled", () => {
  test("is said by the verifier after the right password, with neither ticket nor binding nor session", async () => {
    const { login, withCode, accounts, tickets, bindings, sessions } = loginWorld();
    accounts.put({ ...zhangsan, userId: "user-1", disabled: true });
    expect(told(await login(withCode(alice, zhangsan)))).toEqual({ refused: "account_disabled" });
    expect(tickets.items.size + bindings.items.size + sessions.rows.size).toBe(0);
  });

  test("is not said after a wrong password", async () => {
    const { login, withCode, accounts } = loginWorld();
    accounts.put({ ...zhangsan, userId: "user-1", disabled: true });
    expect(refusalOf(await login(withCode(alice, mistyped)))).toBe("invalid_credentials");
  });

  test("is said to a bound identity that is disabled, after the right password", async () => {
    const { login, withCode, bindings, sessions } = loginWorld();
    bindings.put(alice, { userId: "user-1", disabled: true });
    expect(told(await login(withCode(alice, zhangsan)))).toEqual({ refused: "account_disabled" });
    expect(sessions.rows.size).toBe(0);
  });
});

describe("whatever ends access ends the logins under way", () => {
  const cases = [
    ["one millisecond before the entry: it goes on", noon - 1, undefined],
    ["at the entry: it goes on", noon, undefined],
    ["one millisecond after the entry: a new code is needed", noon + 1, "access_changed"],
  ] as const;

  test.each(cases)(
    "a bound identity's sessions are valid from %s",
    async (_when, sessionsValidFrom, refusal) => {
      const { login, withCode, bindings, sessions, journal, time } = loginWorld();
      bindings.put(alice, { userId: "user-1", sessionsValidFrom });
      journal.meanwhile("wechat.code2session", () => {
        time.now = noon + 5_000;
      });
      expect(refusalOf(await login(withCode(alice, zhangsan)))).toBe(refusal);
      expect(sessions.rows.size).toBe(refusal === undefined ? 1 : 0);
    },
  );

  test.each(cases)(
    "an unbound identity's sessions are valid from %s",
    async (_when, sessionsValidFrom, refusal) => {
      const { login, withCode, bindings, sessions, journal, time } = loginWorld();
      bindings.put(alice, { disabled: false, sessionsValidFrom });
      journal.meanwhile("wechat.code2session", () => {
        time.now = noon + 5_000;
      });
      expect(refusalOf(await login(withCode(alice, zhangsan)))).toBe(refusal);
      expect(sessions.rows.size).toBe(refusal === undefined ? 1 : 0);
      expect(bindings.of(alice)?.userId).toBe(refusal === undefined ? "user-1" : undefined);
    },
  );

  test.each(cases)("an account's bindings are valid from %s", async (_when, bindsValidFrom, refusal) => {
    const { login, withCode, bindings, sessions, journal, time } = loginWorld();
    bindings.putAccount("user-1", { bindsValidFrom });
    journal.meanwhile("verifier.verify", () => {
      time.now = noon + 5_000;
    });
    expect(refusalOf(await login(withCode(alice, zhangsan)))).toBe(refusal);
    expect(sessions.rows.size).toBe(refusal === undefined ? 1 : 0);
  });

  test("an unbind while the password is checked wins over the login that found it right", async () => {
    const { login, withCode, bindings, sessions, journal } = loginWorld();
    bindings.put(alice);
    journal.meanwhile("verifier.verify", () => bindings.unbind(alice, noon));
    expect(await login(withCode(alice, zhangsan))).toMatchObject({ refused: "access_changed" });
    expect(bindings.of(alice)?.userId).toBeUndefined();
    expect(sessions.rows.size).toBe(0);
  });

  test("a session of a first login counts from its entry too", async () => {
    const { login, withCode, sessions, journal, time } = loginWorld();
    journal.meanwhile("verifier.verify", () => {
      time.now = noon + 5_000;
    });
    loggedIn(await login(withCode(alice, zhangsan)));
    expect([...sessions.rows.values()]).toMatchObject([
      { createdAt: noon, expiresAt: noon / 1000 + sessionLifetimeSeconds },
    ]);
  });
});

test("the openid is WeChat's: whatever identity a request claims is not bound", async () => {
  const { login, withCode, bindings, sessions } = loginWorld();
  const claims = { ...withCode(bob, zhangsan), openid: alice.openid, unionid: "uAlice", userId: "user-2" };
  expect(loggedIn(await login(claims)).userId).toBe("user-1");
  expect([...bindings.items.keys()]).toEqual([hex(identityKey(bob))]);
  expect(bindings.of(bob)?.unionid).toBeUndefined();
  expect([...sessions.rows.values()].map((session) => hex(session.identityKey))).toEqual([
    hex(identityKey(bob)),
  ]);
});
