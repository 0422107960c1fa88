import { describe, expect, test } from "vitest";
import type { Verification } from "../../../contract/account-verifier.ts";
import type { AccountVerifier } from "../../../functions/core/account-verifier.ts";
import { authorize } from "../../../functions/core/authorize.ts";
import { ticketHash } from "../../../functions/core/bind-ticket.ts";
import { identityKey } from "../../../functions/core/identity.ts";
import { login as loginWith } from "../../../functions/core/login.ts";
import type { LoginRequest } from "../../../functions/core/login-attempt.ts";
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

  test("asks for nothing that it has not: no ticket, no device", async () => {
    const { login, withCode, bindings } = loginWorld();
    const { bind } = bindings;
    bindings.bind = (asked) => {
      expect(asked).not.toHaveProperty("ticket");
      expect(asked.session).not.toHaveProperty("device");
      return bind(asked);
    };
    loggedIn(await login(withCode(alice, zhangsan)));
    expect.assertions(2);
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

  test("exchanges the code before it looks at the password, and reads the identity before that", async () => {
    const { login, withCode, journal } = loginWorld({
      limits: { perIdentity: 0, perSourceIp: 0, perUsername: 0 },
    });
    await login(withCode(alice, zhangsan));
    expect(journal.operations).toEqual([
      "wechat.exchange",
      "bindings.find",
      "verifier.verify",
      "accounts.find",
      "accounts.importedHashes",
      "bindings.bind",
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
    await bindings.unbind(alice, "user-2");
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
    const before = bindings.items;
    expect(told(await login(withCode(alice, lisi)))).toEqual({ refused: "already_bound" });
    expect(bindings.items).toEqual(before);
    expect(bindings.accounts.has("user-2")).toBe(false);
    expect(sessions.rows.size).toBe(0);
    expect(journal.operations).not.toContain("bindings.bind");
  });

  test("after an unbind the other account may have the identity", async () => {
    const { login, withCode, bindings } = loginWorld();
    bindings.put(alice);
    await bindings.unbind(alice);
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
  test.each(["verifier.verify", "bindings.bind"] as const)(
    "an identity that was ended at %s is not bound",
    async (operation) => {
      const { login, withCode, bindings, sessions, journal, revocations } = loginWorld();
      bindings.put(alice, { disabled: false });
      journal.meanwhile(operation, () => revocations.endSessions(identityKey(alice)));
      expect(told(await login(withCode(alice, zhangsan)))).toEqual({ refused: "access_changed" });
      expect(bindings.of(alice)?.userId).toBeUndefined();
      expect(sessions.rows.size).toBe(0);
    },
  );

  test.each([
    ["earlier than the account has seen: refused", 6, "access_changed"],
    ["as the account has seen it: bound", 7, undefined],
    ["later than the account has seen: bound, and remembered", 8, undefined],
  ])("a password that was verified under a generation %s", async (_what, generation, refusal) => {
    const { login, withCode, bindings, deps } = loginWorld();
    bindings.putAccount("user-9", { generation: 7 });
    const verifier = { verify: async () => ({ userId: "user-9", generation }) };
    const result = await loginWith(withCode(alice, zhangsan), { ...deps, verifier });
    expect(refusalOf(result)).toBe(refusal);
    expect(bindings.accountItem("user-9")?.generation).toBe(Math.max(7, generation));
    expect(refusalOf(await login(withCode(alice)))).toBe(refusal && "binding_required");
  });

  describe.each([
    ["a verifier that says no generation", {}],
    ["an owner's verifier that says generations", { generation: 3 }],
  ])("%s", (_what, says) => {
    const withOwners = () => {
      const world = loginWorld();
      const verifier: AccountVerifier = {
        async verify() {
          await world.journal.reach("verifier.verify");
          return { userId: "user-9", ...says };
        },
        isOwners: true,
      };
      const attempt = (request: LoginRequest) => loginWith(request, { ...world.deps, verifier });
      return { ...world, attempt };
    };

    test("is asked twice before a bind, the second time after the fence was read", async () => {
      const { attempt, withCode, journal } = withOwners();
      loggedIn(await attempt(withCode(alice, zhangsan)));
      const asked = journal.operations.filter((it) => it.startsWith("verifier") || it.startsWith("bindings"));
      expect(asked).toEqual([
        "bindings.find",
        "verifier.verify",
        "bindings.fenceOf",
        "verifier.verify",
        "bindings.bind",
      ]);
    });

    test("is asked once where the identity is bound already", async () => {
      const { attempt, withCode, journal, bindings } = withOwners();
      bindings.put(alice, { userId: "user-9" });
      loggedIn(await attempt(withCode(alice, zhangsan)));
      expect(journal.operations.filter((it) => it === "verifier.verify")).toHaveLength(1);
    });

    test("cannot bind once the account was fenced off after its fence was read", async () => {
      const { attempt, withCode, journal, revocations, bindings, sessions } = withOwners();
      journal.meanwhile("bindings.bind", () => revocations.fence("user-9"));
      expect(told(await attempt(withCode(alice, zhangsan)))).toEqual({ refused: "access_changed" });
      expect(bindings.of(alice)).toBeUndefined();
      expect(sessions.rows.size).toBe(0);
    });

    test("decides by its second answer", async () => {
      const { withCode, deps } = loginWorld();
      const answers: Verification[] = [{ userId: "user-9", ...says }, { refused: "invalid_credentials" }];
      const verifier = {
        isOwners: true,
        verify: async () => answers.shift() ?? answers[0] ?? { userId: "" },
      };
      const result = await loginWith(withCode(alice, zhangsan), { ...deps, verifier });
      expect(refusalOf(result)).toBe("invalid_credentials");
    });

    test("binds nobody where its second answer is another account", async () => {
      const { withCode, deps, bindings } = loginWorld();
      const answers: Verification[] = [{ userId: "user-9", ...says }, { userId: "user-8" }];
      const verifier = { isOwners: true, verify: async () => answers.shift() ?? { userId: "" } };
      const result = await loginWith(withCode(alice, zhangsan), { ...deps, verifier });
      expect(refusalOf(result)).toBe("access_changed");
      expect(bindings.of(alice)).toBeUndefined();
    });
  });

  test("an unbind while the password is checked ends the session that comes of it", async () => {
    const { login, withCode, bindings, journal, read, time } = loginWorld();
    bindings.put(alice);
    journal.meanwhile("verifier.verify", () => bindings.unbind(alice));
    const { sessionId } = loggedIn(await login(withCode(alice, zhangsan)));
    expect(bindings.of(alice)?.userId).toBeUndefined();
    expect(await authorize(sessionId, read, () => time.now)).toBeUndefined();
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
