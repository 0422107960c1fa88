import { describe, expect, test } from "vitest";
import type { PasswordQuestion, Verification } from "../../../contract/account-verifier.ts";
import type { AttemptLimits } from "../../../functions/core/attempts.ts";
import { login } from "../../../functions/core/login.ts";
import {
  alice,
  bob,
  loggedIn,
  loginWorld,
  noon,
  refusalOf,
  ticketIn,
  told,
  zhangsan,
} from "../../support/fakes.ts";

const mistyped = { ...zhangsan, password: "pwd12345" };

describe("a login with a password", () => {
  test("is charged to identity, source IP and username before the verifier is asked", async () => {
    const { login, withCode, journal, counters } = loginWorld();
    await login(withCode(alice, mistyped));
    expect(counters.asked.map(({ counter }) => counter.split("#")[0])).toEqual([
      "identity",
      "ip",
      "username",
    ]);
    expect(journal.operations.slice(0, 9)).toEqual([
      "wechat.exchange",
      ...["counters.charge", "counters.read"],
      ...["counters.charge", "counters.read", "counters.charge", "counters.read", "bindings.find"],
      "verifier.verify",
    ]);
  });

  test("is given back everything when the password is right", async () => {
    const { login, withCode, counters, journal } = loginWorld();
    loggedIn(await login(withCode(alice, zhangsan)));
    expect(journal.operations.filter((operation) => operation === "counters.charge")).toHaveLength(3);
    expect([...counters.counts.values()]).toEqual([0, 0, 0]);
  });

  test("is given back only what it was charged", async () => {
    const { login, withCode, journal } = loginWorld({ limits: { perSourceIp: 0 } });
    loggedIn(await login(withCode(alice, zhangsan)));
    expect(journal.operations.filter((operation) => operation === "counters.giveBack")).toHaveLength(2);
  });

  test("is given back nothing when the password is wrong", async () => {
    const { login, withCode, counters, journal } = loginWorld();
    await login(withCode(alice, mistyped));
    expect([...counters.counts.values()]).toEqual([1, 1, 1]);
    expect(journal.operations).not.toContain("counters.giveBack");
  });

  test("does not wipe out the wrong guesses before it", async () => {
    const { login, withCode, counters } = loginWorld();
    await login(withCode(alice, mistyped));
    await login(withCode(alice, mistyped));
    loggedIn(await login(withCode(alice, zhangsan)));
    expect([...counters.counts.values()]).toEqual([2, 2, 2]);
  });

  test("is counted the same however the username is typed", async () => {
    const { login, withCode, counters } = loginWorld();
    for (const username of ["zhangsan", " ZhangSan ", "ｚｈａｎｇｓａｎ"]) {
      await login(withCode(alice, { ...mistyped, username }));
    }
    expect(counters.counts.size).toBe(3);
    expect(counters.counted("username")).toBe(3);
  });

  test("never puts the limits in the way of whoever types it right", async () => {
    const { login, withCode } = loginWorld({ limits: { perIdentity: 1, perSourceIp: 1, perUsername: 1 } });
    for (let time = 1; time <= 5; time++) loggedIn(await login(withCode(alice, zhangsan)));
  });

  test("is charged in the window of its entry, however long WeChat takes", async () => {
    const { login, withCode, counters, journal, time } = loginWorld();
    time.now = noon + 899_999;
    journal.meanwhile("wechat.exchange", () => {
      time.now = noon + 903_000;
    });
    await login(withCode(alice, mistyped));
    expect(counters.asked.map(({ expiresAt }) => expiresAt)).toEqual(Array(3).fill(noon / 1000 + 1_800));
  });
});

describe("a login with a ticket", () => {
  test("is charged like one with a code, to the identity that the ticket stands for", async () => {
    const { login, withCode, withTicket, counters } = loginWorld();
    const ticket = ticketIn(await login(withCode(alice, mistyped)));
    const charged = counters.asked.map(({ counter }) => counter);
    counters.asked.length = 0;
    await login(withTicket(ticket, mistyped));
    expect(counters.asked.map(({ counter }) => counter)).toEqual(charged);
  });

  test("is given back its charges when the password is right, but the ticket's attempt is spent", async () => {
    const { login, withCode, withTicket, counters, tickets } = loginWorld();
    const ticket = ticketIn(await login(withCode(alice)));
    loggedIn(await login(withTicket(ticket, zhangsan)));
    expect([...counters.counts.values()]).toEqual([0, 0, 0]);
    expect(tickets.items.size).toBe(0);
  });
});

describe("an exhausted limit", () => {
  test.each([
    ["identity", { perIdentity: 2 }, 0, 0],
    ["ip", { perSourceIp: 2 }, 1, 0],
    ["username", { perUsername: 2 }, 1, 0],
  ])(
    "per %s refuses before the verifier is asked, and leaves the other of IP and username as it was",
    async (kind, limits, identity, ip) => {
      const { login, withCode, asked, hasher, counters, sessions, tickets, bindings } = loginWorld({
        limits,
      });
      await login(withCode(alice, mistyped));
      await login(withCode(alice, mistyped));
      const before = {
        identity: counters.counted("identity"),
        ip: counters.counted("ip"),
        tickets: tickets.items.size,
      };
      expect(await login(withCode(alice, zhangsan))).toMatchObject({
        refused: "too_many_attempts",
        retryAfter: 1_800,
        facts: { limit: kind },
      });
      expect(asked).toHaveLength(2);
      expect(hasher.checked).toHaveLength(2);
      expect(counters.counted("identity")).toBe(before.identity + identity);
      expect(counters.counted("ip")).toBe(before.ip + ip);
      expect(counters.counted("username")).toBe(2);
      expect(tickets.items.size).toBe(before.tickets);
      expect(sessions.rows.size + bindings.items.size).toBe(0);
    },
  );

  test("is the same answer for an unknown username", async () => {
    const guessing = async (username: string) => {
      const { login, withCode } = loginWorld({ limits: { perUsername: 1 } });
      await login(withCode(alice, { username, password: "a guess" }));
      return login(withCode(bob, { username, password: "a guess" }));
    };
    expect(told(await guessing("nobody"))).toEqual(told(await guessing("zhangsan")));
  });

  test("ends with the window after its own", async () => {
    const { login, withCode, time } = loginWorld({ limits: { perUsername: 1 } });
    await login(withCode(alice, mistyped));
    time.now = noon + 1_799_999;
    expect(refusalOf(await login(withCode(alice, zhangsan)))).toBe("too_many_attempts");
    time.now = noon + 1_800_000;
    expect(loggedIn(await login(withCode(alice, zhangsan))).userId).toBe("user-1");
  });

  test("is not exceeded by 64 guesses at once, and no hash is computed beyond it", async () => {
    const { login, withCode, hasher } = loginWorld({ limits: { perUsername: 7 } });
    const people = Array.from({ length: 64 }, (_, i) => ({ ...alice, openid: `oGuesser${i}` }));
    const results = await Promise.all(people.map((person) => login(withCode(person, mistyped))));
    expect(hasher.checked).toHaveLength(7);
    expect(results.map(refusalOf).filter((refusal) => refusal === "too_many_attempts")).toHaveLength(57);
  });

  test("does not stop silent logins, which charge nothing", async () => {
    const { login, withCode, bindings, counters } = loginWorld({
      limits: { perIdentity: 1, perSourceIp: 1, perUsername: 1 },
    });
    bindings.put(alice);
    await login(withCode(alice, mistyped));
    expect(refusalOf(await login(withCode(alice, zhangsan)))).toBe("too_many_attempts");
    const before = new Map(counters.counts);
    expect(loggedIn(await login(withCode(alice))).userId).toBe("user-1");
    expect(counters.counts).toEqual(before);
  });
});

test("limits of 0 leave guessing to the codes and tickets alone", async () => {
  const { login, withCode, asked, counters } = loginWorld({
    limits: { perIdentity: 0, perSourceIp: 0, perUsername: 0 },
  });
  for (let guess = 1; guess <= 30; guess++) {
    expect(refusalOf(await login(withCode(alice, mistyped)))).toBe("invalid_credentials");
  }
  expect(asked).toHaveLength(30);
  expect(counters.counts.size).toBe(0);
});

describe("an owner's verifier that takes many spellings for one name", () => {
  const spellings = Array.from({ length: 99 }, (_, number) => `zhangsan+${number}`);

  /** Of a mail system that ignores what comes after a plus; it says so, or not. */
  function mailSystem(says: boolean, limits: Partial<AttemptLimits> = { perUsername: 20 }) {
    const world = loginWorld({ limits });
    let asked = 0;
    const verify = async ({ username, password }: PasswordQuestion): Promise<Verification> => {
      asked += 1;
      const name = username.split("+")[0] ?? "";
      const answer: Verification =
        password === zhangsan.password
          ? { userId: "user-1", generation: 0 }
          : { refused: "invalid_credentials" };
      return { ...answer, ...(says && { countAs: name }) };
    };
    const deps = { ...world.deps, verifier: { verify } };
    const guess = (username: string, password = "a guess") =>
      login(world.withCode({ ...alice, openid: `o ${username}` }, { username, password }), deps);
    return { ...world, guess, asked: () => asked };
  }

  test("has one budget for all of them where it says what they count as", async () => {
    const { guess } = mailSystem(true);
    const answers = [];
    for (const spelling of spellings) answers.push(refusalOf(await guess(spelling)));
    expect(answers.filter((answer) => answer === "invalid_credentials")).toHaveLength(20);
    expect(answers.slice(20)).toEqual(Array(79).fill("too_many_attempts"));
    expect(refusalOf(await guess("zhangsan"))).toBe("too_many_attempts");
  });

  test("tells nobody beyond it whether a password was right", async () => {
    const { guess } = mailSystem(true);
    for (const spelling of spellings.slice(0, 20)) await guess(spelling);
    expect(refusalOf(await guess("zhangsan+right", zhangsan.password))).toBe("too_many_attempts");
  });

  test("gives back what the source IP was charged for those that its limit refuses", async () => {
    const { guess, counters } = mailSystem(true);
    for (const spelling of spellings) await guess(spelling);
    expect(counters.counted("ip")).toBe(20);
  });

  test("is charged nothing for the right password", async () => {
    const { guess, counters } = mailSystem(true);
    loggedIn(await guess("zhangsan+home", zhangsan.password));
    expect([...counters.counts.values()]).toEqual([0, 0, 0, 0]);
  });

  test("has one budget for accents, case and white space even where it says nothing", async () => {
    const { guess, asked } = mailSystem(false);
    for (const mark of ["\u0300", "\u0301", "\u0302"]) {
      for (const spelling of [
        "z#hangsan",
        "zh#angsan",
        "zha#ngsan",
        "Zhan#gsan",
        "zhang#san",
        "zhangs#an",
        "zhangsa#n",
        "ZHANGSAN#",
      ]) {
        await guess(spelling.replace("#", mark));
      }
    }
    expect(asked()).toBe(20);
  });
});
