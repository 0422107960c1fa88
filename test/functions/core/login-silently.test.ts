import { describe, expect, test } from "vitest";
import type { RefusalCode } from "../../../contract/errors.ts";
import { authorize } from "../../../functions/core/authorize.ts";
import { ticketHash } from "../../../functions/core/bind-ticket.ts";
import { identityKey } from "../../../functions/core/identity.ts";
import { isRefusal, refused } from "../../../functions/core/refusal.ts";
import {
  alice,
  bob,
  cafe,
  hex,
  loggedIn,
  loginWorld,
  noon,
  refusalOf,
  sessionLifetimeSeconds,
  ticketIn,
  told,
  zhangsan,
} from "../../support/fakes.ts";

describe("a bound identity", () => {
  test("is logged in by a code alone", async () => {
    const { bindings, login, withCode } = loginWorld();
    bindings.put(alice);
    expect(told(await login(withCode(alice)))).toEqual({
      sessionId: expect.stringMatching(/^[A-Za-z0-9_-]{64}$/),
      expiresAt: noon / 1000 + sessionLifetimeSeconds,
      userId: "user-1",
      newBinding: false,
    });
  });

  test("takes WeChat, one read and one write, and no password check", async () => {
    const { bindings, login, withCode, journal } = loginWorld();
    bindings.put(alice);
    await login(withCode(alice));
    expect(journal.operations).toEqual(["wechat.exchange", "bindings.find", "sessions.open"]);
  });

  test("gets one session, which the authorizer allows", async () => {
    const { bindings, login, withCode, sessions, read, time } = loginWorld();
    bindings.put(alice);
    const { sessionId } = loggedIn(await login(withCode(alice)));
    expect([...sessions.rows.values()]).toEqual([
      {
        identityKey: new Uint8Array(identityKey(alice)),
        secretHash: expect.any(Uint8Array),
        userId: "user-1",
        generation: 0,
        createdAt: noon,
        expiresAt: noon / 1000 + sessionLifetimeSeconds,
      },
    ]);
    expect(await authorize(sessionId, read, () => time.now)).toMatchObject({ binding: { userId: "user-1" } });
  });

  test("gets another session at each login, and the ones before live on", async () => {
    const { bindings, login, withCode, sessions, read, time } = loginWorld();
    bindings.put(alice);
    const ids = [];
    for (let device = 1; device <= 3; device++) ids.push(loggedIn(await login(withCode(alice))).sessionId);
    expect(new Set(ids).size).toBe(3);
    expect(sessions.rows.size).toBe(3);
    for (const id of ids) expect(await authorize(id, read, () => time.now)).toBeDefined();
  });

  test("is counted from the entry: the clock goes on while WeChat thinks, createdAt does not", async () => {
    const { bindings, login, withCode, sessions, journal, time } = loginWorld();
    bindings.put(alice);
    journal.meanwhile("wechat.exchange", () => {
      time.now = noon + 2_500;
    });
    const { expiresAt } = loggedIn(await login(withCode(alice)));
    expect([...sessions.rows.values()].map(({ createdAt }) => createdAt)).toEqual([noon]);
    expect(expiresAt).toBe(noon / 1000 + sessionLifetimeSeconds);
  });

  test("has the device it came from noted with the session", async () => {
    const { bindings, login, withCode, sessions } = loginWorld();
    bindings.put(alice);
    await login({ ...withCode(alice), device: "iPhone, WeChat 8.0.49" });
    await login(withCode(alice));
    expect([...sessions.rows.values()].map(({ device }) => device)).toEqual([
      "iPhone, WeChat 8.0.49",
      undefined,
    ]);
  });

  test("is told that the account is disabled, and gets neither session nor ticket", async () => {
    const { bindings, login, withCode, sessions, tickets } = loginWorld();
    bindings.put(alice, { userId: "user-1", disabled: true });
    expect(told(await login(withCode(alice)))).toEqual({ refused: "account_disabled" });
    expect(sessions.rows.size + tickets.items.size).toBe(0);
  });

  test("that is disabled but has no account any more stays out", async () => {
    const { bindings, login, withCode } = loginWorld();
    bindings.put(alice, { disabled: true });
    expect(refusalOf(await login(withCode(alice)))).toBe("account_disabled");
    expect(refusalOf(await login(withCode(alice, zhangsan)))).toBe("account_disabled");
  });

  test("logs in under one AppId only: the same openid under another is nobody", async () => {
    const { bindings, login, withCode } = loginWorld();
    bindings.put(alice);
    expect(refusalOf(await login(withCode({ ...alice, appId: cafe })))).toBe("binding_required");
  });

  test("logs in while a stranger has used up the username's attempts", async () => {
    const { bindings, login, withCode } = loginWorld({ limits: { perUsername: 2 } });
    bindings.put(alice);
    for (let guess = 1; guess <= 3; guess++) {
      await login(withCode(bob, { ...zhangsan, password: `guess ${guess}` }));
    }
    expect(refusalOf(await login(withCode(bob, zhangsan)))).toBe("too_many_attempts");
    expect(loggedIn(await login(withCode(alice))).userId).toBe("user-1");
  });
});

describe("whatever ends the sessions of an identity", () => {
  test.each([
    ["while WeChat is asked counts as before the login", "wechat.exchange", true],
    ["before the read counts as before the login", "bindings.find", true],
    ["after the read ends its session, as if it had come just after", "sessions.open", false],
  ] as const)("%s", async (_when, operation, isAllowed) => {
    const { bindings, login, withCode, read, journal, revocations, time } = loginWorld();
    bindings.put(alice);
    journal.meanwhile(operation, () => revocations.endSessions(identityKey(alice)));
    const { sessionId } = loggedIn(await login(withCode(alice)));
    expect((await authorize(sessionId, read, () => time.now)) !== undefined).toBe(isAllowed);
  });

  test.each([-3_600_000, -5_000, 5_000, 3_600_000])(
    "holds and lets in again at once, also for a clock that is %i ms off",
    async (offset) => {
      const { bindings, login, withCode, read, revocations, time } = loginWorld();
      bindings.put(alice);
      const before = loggedIn(await login(withCode(alice))).sessionId;
      await revocations.endSessions(identityKey(alice));
      time.now = noon + offset;
      const after = loggedIn(await login(withCode(alice))).sessionId;
      expect(await authorize(before, read, () => noon)).toBeUndefined();
      expect(await authorize(after, read, () => noon)).toBeDefined();
    },
  );

  test("unbinds it while WeChat is asked: it gets a ticket as any unbound identity", async () => {
    const { bindings, login, withCode, journal } = loginWorld();
    bindings.put(alice);
    journal.meanwhile("wechat.exchange", () => bindings.unbind(alice));
    expect(refusalOf(await login(withCode(alice)))).toBe("binding_required");
  });
});

describe("an identity without an account", () => {
  test.each([
    ["that nobody has seen", undefined],
    ["that was unbound", { disabled: false, generation: 4 }],
  ])("%s gets a bind ticket and no session", async (_which, binding) => {
    const { bindings, login, withCode, tickets, sessions, counters } = loginWorld();
    if (binding) bindings.put(alice, binding);
    const result = await login(withCode(alice));
    expect(told(result)).toEqual({ refused: "binding_required", bindTicket: expect.any(String) });
    expect(tickets.items.get(ticketHash(ticketIn(result)))).toEqual({
      person: alice,
      attemptsLeft: 5,
      expiresAt: noon / 1000 + 600,
    });
    expect(sessions.rows.size + counters.counts.size).toBe(0);
    expect(bindings.of(alice)?.userId).toBeUndefined();
  });

  test("keeps its unionid with the ticket", async () => {
    const { login, withCode, tickets } = loginWorld();
    const person = { ...alice, unionid: "uAlice" };
    const ticket = ticketIn(await login(withCode(person)));
    expect(tickets.items.get(ticketHash(ticket))?.person).toEqual(person);
  });
});

describe("the unionid", () => {
  test.each([
    ["is remembered when WeChat sends it for the first time", undefined, "uAlice", "uAlice"],
    ["is replaced when WeChat sends another", "uOld", "uAlice", "uAlice"],
    ["is not written again when it is known", "uAlice", "uAlice", undefined],
    ["is not taken away when WeChat does not send it", "uAlice", undefined, undefined],
    ["is not written when there is none", undefined, undefined, undefined],
  ])("%s", async (_what, known, sent, written) => {
    const { bindings, login, withCode, journal } = loginWorld();
    bindings.put(alice, { userId: "user-1", ...(known && { unionid: known }) });
    loggedIn(await login(withCode({ ...alice, ...(sent && { unionid: sent }) })));
    expect(journal.operations.includes("bindings.rememberUnionid")).toBe(written !== undefined);
    expect(bindings.of(alice)?.unionid).toBe(written ?? known);
  });

  test("is not written for a login that is refused", async () => {
    const { bindings, login, withCode, journal } = loginWorld();
    bindings.put(alice, { userId: "user-1", disabled: true });
    expect(isRefusal(await login(withCode({ ...alice, unionid: "uAlice" })))).toBe(true);
    expect(journal.operations).not.toContain("bindings.rememberUnionid");
  });

  test("is never a login key: the same unionid under another openid is nobody", async () => {
    const { bindings, login, withCode } = loginWorld();
    bindings.put(alice, { userId: "user-1", unionid: "uSame" });
    expect(refusalOf(await login(withCode({ ...bob, unionid: "uSame" })))).toBe("binding_required");
  });
});

describe("a code", () => {
  test("that WeChat does not know is refused before anything is read", async () => {
    const { login, withCode, journal } = loginWorld();
    expect(told(await login({ ...withCode(alice), code: "made up" }))).toEqual({ refused: "invalid_code" });
    expect(journal.operations).toEqual(["wechat.exchange", "counters.charge", "counters.read"]);
  });

  test("gives one session, however many send it at once", async () => {
    const { bindings, login, withCode, sessions, wechat } = loginWorld();
    bindings.put(alice);
    const request = withCode(alice);
    const results = await Promise.all(Array.from({ length: 64 }, () => login(request)));
    expect(results.map(refusalOf).filter((refusal) => refusal === undefined)).toHaveLength(1);
    expect(results.map(refusalOf).filter((refusal) => refusal === "invalid_code")).toHaveLength(63);
    expect(sessions.rows.size).toBe(1);
    expect(wechat.exchanges).toBe(1);
  });

  test("is exchanged for the AppId of the request", async () => {
    const { bindings, login, withCode, wechat } = loginWorld();
    bindings.put(alice);
    expect(refusalOf(await login({ ...withCode(alice), appId: cafe }))).toBe("invalid_code");
    expect(wechat.exchanges).toBe(0);
  });

  test.each<RefusalCode>([
    "invalid_code",
    "wechat_user_blocked",
    "rate_limited",
    "wechat_busy",
    "wechat_unavailable",
    "wechat_timeout",
    "not_configured",
  ])(
    "that WeChat answers with %s is refused just so, with its facts, and nothing else happens",
    async (code) => {
      const { login, wechat, withCode, journal } = loginWorld();
      const refusal = refused(code, { retryAfter: 60, facts: { errcode: 1, rid: "some-rid" } });
      const request = { ...withCode(alice, zhangsan), code: wechat.code(refusal) };
      expect(await login(request)).toMatchObject(refusal);
      const counted = code === "invalid_code" ? ["counters.charge", "counters.read"] : [];
      expect(journal.operations).toEqual(["wechat.exchange", ...counted]);
    },
  );
});

test("the openid is WeChat's: whatever identity a request claims is not looked at", async () => {
  const { bindings, login, withCode, sessions } = loginWorld();
  bindings.put(alice);
  bindings.put(bob, { userId: "user-2" });
  const claims = {
    ...withCode(bob),
    openid: alice.openid,
    openId: alice.openid,
    unionid: "uAlice",
    userId: "user-1",
    identityKey: identityKey(alice),
    sessionId: "A".repeat(64),
  };
  const { userId, sessionId } = loggedIn(await login(claims));
  expect(userId).toBe("user-2");
  expect(sessionId).not.toBe(claims.sessionId);
  expect([...sessions.rows.values()].map((session) => hex(session.identityKey))).toEqual([
    hex(identityKey(bob)),
  ]);
});
