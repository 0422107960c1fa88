import { describe, expect, test } from "vitest";
import { authorize } from "../../../functions/core/authorize.ts";
import { ticketHash } from "../../../functions/core/bind-ticket.ts";
import {
  alice,
  type LoginWorld,
  lisi,
  loggedIn,
  loginWorld,
  noon,
  refusalOf,
  tables,
  ticketIn,
  told,
  zhangsan,
} from "../../support/fakes.ts";

const mistyped = { ...zhangsan, password: "pwd12345" };

async function withAliceTicket(settings: Parameters<typeof loginWorld>[0] = {}) {
  const world = loginWorld(settings);
  const ticket = ticketIn(await world.login(world.withCode(alice)));
  world.journal.operations.length = 0;
  return { ...world, ticket, attemptsLeft: () => attemptsLeft(world, ticket) };
}

function attemptsLeft({ tickets }: Pick<LoginWorld, "tickets">, ticket: string): unknown {
  return tickets.items.get(ticketHash(ticket))?.attemptsLeft;
}

describe("a ticket and the right password", () => {
  test("bind and log in without another code", async () => {
    const { login, withTicket, ticket, bindings, wechat, read, time } = await withAliceTicket();
    const result = loggedIn(await login(withTicket(ticket, zhangsan)));
    expect(result).toMatchObject({ userId: "user-1", newBinding: true });
    expect(bindings.of(alice)?.userId).toBe("user-1");
    expect(wechat.exchanges).toBe(1);
    expect(await authorize(result.sessionId, read, () => time.now)).toBeDefined();
  });

  test("use the ticket up: it gives one session", async () => {
    const { login, withTicket, ticket, sessions, tickets } = await withAliceTicket();
    loggedIn(await login(withTicket(ticket, zhangsan)));
    expect(tickets.items.size).toBe(0);
    expect(told(await login(withTicket(ticket, zhangsan)))).toEqual({ refused: "invalid_ticket" });
    expect(sessions.rows.size).toBe(1);
  });

  test("take an attempt, read the identity, ask the verifier, and bind", async () => {
    const { login, withTicket, ticket, journal } = await withAliceTicket({
      limits: { perIdentity: 0, perSourceIp: 0, perUsername: 0 },
    });
    await login(withTicket(ticket, zhangsan));
    expect(journal.operations).toEqual([
      "tickets.takeAttempt",
      "bindings.find",
      "verifier.verify",
      "accounts.find",
      "accounts.importedHashes",
      "bindings.bind",
    ]);
  });

  test("log in where the identity has been bound to the same account since", async () => {
    const { login, withTicket, ticket, bindings, tickets } = await withAliceTicket();
    bindings.put(alice);
    expect(await login(withTicket(ticket, zhangsan))).toMatchObject({ userId: "user-1", newBinding: false });
    expect(tickets.items.size).toBe(0);
  });

  test("are refused where the identity has been bound to another account since", async () => {
    const { login, withTicket, ticket, bindings, sessions } = await withAliceTicket();
    bindings.put(alice, { userId: "user-2" });
    expect(told(await login(withTicket(ticket, zhangsan)))).toEqual({ refused: "already_bound" });
    expect(bindings.of(alice)?.userId).toBe("user-2");
    expect(sessions.rows.size).toBe(0);
  });

  test("store the unionid that came with the code", async () => {
    const { login, withCode, withTicket, bindings } = loginWorld();
    const ticket = ticketIn(await login(withCode({ ...alice, unionid: "uAlice" })));
    await login(withTicket(ticket, zhangsan));
    expect(bindings.of(alice)?.unionid).toBe("uAlice");
  });

  test("give one session, however many send them at once", async () => {
    const { login, withTicket, ticket, sessions, asked } = await withAliceTicket();
    const results = await Promise.all(Array.from({ length: 64 }, () => login(withTicket(ticket, zhangsan))));
    expect(results.map(refusalOf).filter((refusal) => refusal === undefined)).toHaveLength(1);
    expect(results.map(refusalOf).filter((refusal) => refusal === "invalid_ticket")).toHaveLength(63);
    expect(sessions.rows.size).toBe(1);
    expect(asked.length).toBeLessThanOrEqual(5);
  });

  test("give no session where another request has consumed the ticket in between", async () => {
    const { login, withTicket, ticket, sessions, dynamoDb, journal } = await withAliceTicket();
    journal.meanwhile("bindings.bind", () =>
      dynamoDb.remove(tables.attempts, { key: `ticket#${ticketHash(ticket)}` }),
    );
    expect(told(await login(withTicket(ticket, zhangsan)))).toEqual({ refused: "invalid_ticket" });
    expect(sessions.rows.size).toBe(0);
  });
});

describe("a mistyped password", () => {
  test("gives the same ticket back and costs it an attempt", async () => {
    const { login, withTicket, ticket, attemptsLeft, tickets } = await withAliceTicket();
    expect(attemptsLeft()).toBe(5);
    expect(told(await login(withTicket(ticket, mistyped)))).toEqual({
      refused: "invalid_credentials",
      bindTicket: ticket,
    });
    expect(attemptsLeft()).toBe(4);
    expect(tickets.items.size).toBe(1);
  });

  test("does not make the ticket last longer", async () => {
    const { login, withTicket, ticket, tickets, time } = await withAliceTicket();
    time.now = noon + 300_000;
    await login(withTicket(ticket, mistyped));
    expect(tickets.items.get(ticketHash(ticket))?.expiresAt).toBe(noon / 1000 + 600);
  });

  test("is forgiven: the same ticket and the right password log in", async () => {
    const { login, withTicket, ticket } = await withAliceTicket();
    await login(withTicket(ticket, mistyped));
    expect(loggedIn(await login(withTicket(ticket, zhangsan))).userId).toBe("user-1");
  });

  test("is forgiven four times: a ticket is good for five guesses", async () => {
    const { login, withTicket, ticket, asked } = await withAliceTicket();
    for (let guess = 1; guess <= 4; guess++) {
      expect(refusalOf(await login(withTicket(ticket, mistyped)))).toBe("invalid_credentials");
    }
    expect(loggedIn(await login(withTicket(ticket, zhangsan))).userId).toBe("user-1");
    expect(asked).toHaveLength(5);
  });

  test("is not forgiven a fifth time, and the verifier is not asked any more", async () => {
    const { login, withTicket, ticket, asked } = await withAliceTicket();
    for (let guess = 1; guess <= 5; guess++) await login(withTicket(ticket, mistyped));
    expect(told(await login(withTicket(ticket, zhangsan)))).toEqual({ refused: "invalid_ticket" });
    expect(asked).toHaveLength(5);
  });

  test("is not guessed more often by 64 requests at once", async () => {
    const { login, withTicket, ticket, asked, hasher } = await withAliceTicket();
    await Promise.all(Array.from({ length: 64 }, () => login(withTicket(ticket, mistyped))));
    expect(asked).toHaveLength(5);
    expect(hasher.checked).toHaveLength(5);
  });

  test("in the call that spent the code leaves four guesses", async () => {
    const world = loginWorld();
    const ticket = ticketIn(await world.login(world.withCode(alice, mistyped)));
    for (let guess = 1; guess <= 4; guess++) {
      expect(refusalOf(await world.login(world.withTicket(ticket, mistyped)))).toBe("invalid_credentials");
    }
    expect(refusalOf(await world.login(world.withTicket(ticket, zhangsan)))).toBe("invalid_ticket");
  });
});

describe("a ticket", () => {
  test.each([
    ["one second before its end", 599_000, undefined],
    ["one millisecond before its end", 599_999, undefined],
    ["at its end", 600_000, "invalid_ticket"],
    ["48 hours late, although it is still stored", 48 * 3_600_000, "invalid_ticket"],
  ])("counts until it ends, by the clock: %s", async (_when, age, refusal) => {
    const { login, withTicket, ticket, time } = await withAliceTicket();
    time.now = noon + age;
    expect(refusalOf(await login(withTicket(ticket, zhangsan)))).toBe(refusal);
  });

  test("that nobody issued is refused before the password is looked at or counted", async () => {
    const { login, withTicket, journal } = await withAliceTicket();
    expect(told(await login(withTicket("A".repeat(43), zhangsan)))).toEqual({ refused: "invalid_ticket" });
    expect(journal.operations).toEqual(["tickets.takeAttempt"]);
  });

  test("is not known by its hash, which is what the table holds", async () => {
    const { login, withTicket, ticket } = await withAliceTicket();
    expect(refusalOf(await login(withTicket(ticketHash(ticket), zhangsan)))).toBe("invalid_ticket");
  });

  test("is no code, a code is no ticket, and a SessionId is neither", async () => {
    const { login, withCode, withTicket, ticket, wechat } = await withAliceTicket();
    expect(refusalOf(await login({ ...withCode(alice), code: ticket }))).toBe("invalid_code");
    expect(refusalOf(await login(withTicket(wechat.code(alice), zhangsan)))).toBe("invalid_ticket");
    const { sessionId } = loggedIn(await login(withTicket(ticket, zhangsan)));
    expect(refusalOf(await login({ ...withCode(alice), code: sessionId }))).toBe("invalid_code");
    expect(refusalOf(await login(withTicket(sessionId, zhangsan)))).toBe("invalid_ticket");
  });

  test("survives a right password that may not be bound, with one attempt less", async () => {
    const { login, withTicket, ticket, bindings, attemptsLeft } = await withAliceTicket();
    bindings.put(alice);
    expect(refusalOf(await login(withTicket(ticket, lisi)))).toBe("already_bound");
    expect(attemptsLeft()).toBe(4);
  });
});

describe("a login by ticket is under way from its own entry", () => {
  test("an unbind before it does not end it, for the right password has been typed after that", async () => {
    const { login, withTicket, ticket, bindings } = await withAliceTicket();
    bindings.put(alice);
    await bindings.unbind(alice);
    expect(loggedIn(await login(withTicket(ticket, zhangsan))).userId).toBe("user-1");
  });

  test("an unbind during it ends it: its session is of the generation before", async () => {
    const { login, withTicket, ticket, bindings, journal, read, time } = await withAliceTicket();
    bindings.put(alice);
    journal.meanwhile("verifier.verify", () => bindings.unbind(alice));
    const { sessionId } = loggedIn(await login(withTicket(ticket, zhangsan)));
    expect(await authorize(sessionId, read, () => time.now)).toBeUndefined();
    expect(bindings.of(alice)?.userId).toBeUndefined();
  });
});

test("the identity is the ticket's: whatever identity a request claims is not looked at", async () => {
  const { login, withTicket, ticket, bindings } = await withAliceTicket();
  const claims = { ...withTicket(ticket, zhangsan), openid: "oSomebodyElse", appId: "wxffffffffffffffff" };
  loggedIn(await login(claims));
  expect(bindings.items.size).toBe(1);
  expect(bindings.of(alice)?.userId).toBe("user-1");
});
