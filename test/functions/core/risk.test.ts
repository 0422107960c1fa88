import { describe, expect, test } from "vitest";
import { login } from "../../../functions/core/login.ts";
import type { LoginRequest } from "../../../functions/core/login-attempt.ts";
import { loginWithRisk, type RiskAnswer } from "../../../functions/core/risk.ts";
import { alice, lisi, loggedIn, loginWorld, refusalOf, ticketIn, zhangsan } from "../../support/fakes.ts";

/** Logins with a limit of 3 where WeChat answers this. */
function risky(answer: RiskAnswer, settings: Parameters<typeof loginWorld>[0] = {}) {
  const world = loginWorld(settings);
  const asked: unknown[] = [];
  const ranks = {
    async ask(...about: unknown[]) {
      asked.push(about);
      world.journal.operations.push("risk.ask" as never);
      return answer;
    },
  };
  const logIn = loginWithRisk(ranks, 3);
  return { ...world, asked, login: (request: LoginRequest) => logIn(request, world.deps) };
}

describe("at a first bind by password", () => {
  test.each([0, 1, 2])("a rank of %i is let in, and logged", async (rank) => {
    const { login, withCode, asked } = risky({ rank });
    const result = await login(withCode(alice, zhangsan));
    expect(loggedIn(result)).toMatchObject({ newBinding: true, facts: { riskRank: rank } });
    expect(asked).toEqual([[alice, "203.0.113.7"]]);
  });

  test.each([3, 4])("a rank of %i is turned away, logged, and nothing is written", async (rank) => {
    const { login, withCode, bindings, sessions, counters } = risky({ rank });
    const result = await login(withCode(alice, zhangsan));
    expect(result).toMatchObject({ refused: "wechat_user_blocked", facts: { riskRank: rank } });
    expect([bindings.of(alice), sessions.rows.size]).toEqual([undefined, 0]);
    // The password was right: it costs nobody an attempt.
    expect(counters.counted("username")).toBe(0);
  });

  test.each<[string, RiskAnswer]>([
    ["too long ago", { facts: { riskErrcode: 61010 } }],
    ["not opened", { facts: { riskErrcode: 48001 } }],
    ["silent", { facts: { riskUnknown: "wechat_timeout" } }],
  ])("where WeChat is %s, people are let in, and it is logged", async (_, answer) => {
    const { login, withCode } = risky(answer);
    expect(loggedIn(await login(withCode(alice, zhangsan)))).toMatchObject({ newBinding: true, ...answer });
  });

  test("with a ticket it is the same", async () => {
    const { login, withCode, withTicket, asked } = risky({ rank: 4 });
    const ticket = ticketIn(await login(withCode(alice)));
    expect(asked).toEqual([]);
    expect(refusalOf(await login(withTicket(ticket, zhangsan)))).toBe("wechat_user_blocked");
    expect(asked).toHaveLength(1);
  });
});

test("at a first login without passwords it is asked before the account is made", async () => {
  const { login, withCode, bindings } = risky({ rank: 4 }, { verifier: "none" });
  expect(refusalOf(await login(withCode(alice)))).toBe("wechat_user_blocked");
  expect([bindings.of(alice), bindings.accounts.size]).toEqual([undefined, 0]);
});

describe("WeChat hears nothing", () => {
  test("of a silent login, which takes the steps that it always took", async () => {
    const { login, withCode, bindings, asked, journal } = risky({ rank: 4 });
    bindings.put(alice);
    loggedIn(await login(withCode(alice)));
    expect(asked).toEqual([]);
    expect(journal.operations).toEqual(["wechat.exchange", "bindings.find", "sessions.open"]);
  });

  test("of a bound identity that types its password", async () => {
    const { login, withCode, bindings, asked } = risky({ rank: 4 });
    bindings.put(alice);
    loggedIn(await login(withCode(alice, zhangsan)));
    expect(refusalOf(await login(withCode(alice, lisi)))).toBe("already_bound");
    expect(asked).toEqual([]);
  });

  test("of a wrong password", async () => {
    const { login, withCode, asked } = risky({ rank: 4 });
    expect(refusalOf(await login(withCode(alice, { ...zhangsan, password: "wrong" })))).toBe(
      "invalid_credentials",
    );
    expect(asked).toEqual([]);
  });
});

test("whoever asks before the bind is told the same", async () => {
  const { deps, withCode } = loginWorld();
  const told: unknown[] = [];
  const asksBeforeItBinds: typeof login = async (request, its) => {
    told.push(await its.risk?.(alice));
    return login(request, its);
  };
  const logIn = loginWithRisk({ ask: async () => ({ rank: 4 }) }, 3, asksBeforeItBinds);
  expect(refusalOf(await logIn(withCode(alice, zhangsan), deps))).toBe("wechat_user_blocked");
  expect(told).toEqual([{ refused: "wechat_user_blocked" }]);
});

test("within one login WeChat is asked once, whoever else asks before it", async () => {
  const { deps, withCode } = loginWorld();
  let asked = 0;
  const ranks = {
    async ask() {
      asked += 1;
      return { rank: asked };
    },
  };
  const asksBeforeItBinds: typeof login = async (request, its) => {
    expect(await its.risk?.(alice)).toBeUndefined();
    return login(request, its);
  };
  const result = await loginWithRisk(ranks, 2, asksBeforeItBinds)(withCode(alice, zhangsan), deps);
  expect(loggedIn(result).facts).toMatchObject({ riskRank: 1 });
  expect(asked).toBe(1);
});
