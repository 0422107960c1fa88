import { expect, inject, test } from "vitest";
import { unbindUser } from "../../functions/core/account-administration.ts";
import {
  count,
  credentialsOf,
  eachRound,
  isLoggedIn,
  racers,
  racingLogins,
} from "../support/racing-logins.ts";

/** The two that decide who somebody is run more often than the others. */
const often = inject("winnerRounds");
/** Milliseconds. */
const long = { timeout: 3_600_000 };

const everybody = Array.from({ length: racers }, (_, index) => index);

test(
  "binding race: one identity and two accounts leave one binding, and everybody else gets 409",
  long,
  async () => {
    const { logIn, userOf, bindingOf } = await racingLogins();
    await eachRound(async (round, start) => {
      const code = `openid ${round}`;
      const names = [`zhangsan ${round}`, `lisi ${round}`];
      const results = await Promise.all(
        everybody.map((racer) =>
          start(() => logIn({ code, credentials: credentialsOf(names[racer % 2] ?? "") })),
        ),
      );
      const winner = (await bindingOf(code))?.userId;
      const loggedIn = results.filter(isLoggedIn);
      expect(loggedIn).toHaveLength(racers / 2);
      expect(new Set(loggedIn.map(({ userId }) => userId))).toEqual(new Set([winner]));
      expect(count(results, (it) => "refused" in it && it.refused === "already_bound")).toBe(racers / 2);
      for (const { sessionId } of loggedIn) expect(await userOf(sessionId)).toBe(winner);
    }, often);
  },
);

test("64 phones bind one account at the same moment: each gets its own session", async () => {
  const { logIn, userOf } = await racingLogins();
  await eachRound(async (round, start) => {
    const credentials = credentialsOf(`family ${round}`);
    const results = await Promise.all(
      everybody.map((racer) => start(() => logIn({ code: `phone ${round}-${racer}`, credentials }))),
    );
    expect(count(results, (it) => isLoggedIn(it) && it.newBinding)).toBe(racers);
    for (const { sessionId } of results.filter(isLoggedIn)) {
      expect(await userOf(sessionId)).toBe(credentials.username && `u_${credentials.username}`);
    }
  });
});

test("one identity per AppId: 64 identities of one account leave one of them bound", long, async () => {
  const { logIn, bindingOf } = await racingLogins({ oneIdentityPerApp: true });
  await eachRound(async (round, start) => {
    const name = `wangwu ${round}`;
    const results = await Promise.all(
      everybody.map((racer) =>
        start(() => logIn({ code: `openid ${round}-${racer}`, credentials: credentialsOf(name) })),
      ),
    );
    expect(count(results, isLoggedIn)).toBe(1);
    expect(count(results, (it) => "refused" in it && it.refused === "account_already_bound")).toBe(
      racers - 1,
    );
    const bound = await Promise.all(everybody.map((racer) => bindingOf(`openid ${round}-${racer}`)));
    expect(count(bound, (it) => it?.userId !== undefined)).toBe(1);
  }, often);
});

test("no accounts: 64 first logins of one identity make one account and share it", async () => {
  const { deps, logIn, bindingOf } = await racingLogins();
  Object.assign(deps, { verifier: undefined });
  await eachRound(async (round, start) => {
    const code = `openid ${round}`;
    const results = await Promise.all(everybody.map(() => start(() => logIn({ code }))));
    expect(count(results, isLoggedIn)).toBe(racers);
    expect(count(results, (it) => isLoggedIn(it) && it.newBinding)).toBe(1);
    const users = new Set(results.filter(isLoggedIn).map(({ userId }) => userId));
    expect(users).toEqual(new Set([(await bindingOf(code))?.userId]));
  });
});

test("limiter race: 64 parallel guesses never exceed the budget, and no more hashes are computed than that", async () => {
  const budget = 5;
  const { logIn, verified } = await racingLogins({ attempts: budget });
  await eachRound(async (round, start) => {
    const before = verified();
    const credentials = { username: `zhangsan ${round}`, password: "a guess" };
    const results = await Promise.all(
      everybody.map((racer) => start(() => logIn({ code: `stranger ${round}-${racer}`, credentials }))),
    );
    expect(verified() - before).toBe(budget);
    expect(count(results, (it) => "refused" in it && it.refused === "invalid_credentials")).toBe(budget);
    expect(count(results, (it) => "refused" in it && it.refused === "too_many_attempts")).toBe(
      racers - budget,
    );
  });
});

test("ticket race: a ticket used 64 times at once opens one session, within its five attempts", async () => {
  const { logIn, verified } = await racingLogins();
  await eachRound(async (round, start) => {
    const unknown = await logIn({ code: `openid ${round}` });
    const bindTicket = "refused" in unknown ? (unknown.bindTicket ?? "") : "";
    const before = verified();
    const credentials = credentialsOf(`zhangsan ${round}`);
    const results = await Promise.all(everybody.map(() => start(() => logIn({ bindTicket, credentials }))));
    expect(count(results, isLoggedIn)).toBe(1);
    expect(count(results, (it) => "refused" in it && it.refused === "invalid_ticket")).toBe(racers - 1);
    expect(verified() - before).toBeLessThanOrEqual(5);
  });
});

test("unbinding an account against 64 logins that bind it: what the tables say is what the sessions can do", async () => {
  const { logIn, userOf, bindingOf, revocations, directory } = await racingLogins();
  await eachRound(async (round, start) => {
    const name = `zhaoliu ${round}`;
    const unbinding = start(() => unbindUser(`u_${name}`, { accounts: undefined, revocations, directory }));
    const logins = everybody
      .map((racer) => ({ openid: `openid ${round}-${racer}` }))
      .map(({ openid }) =>
        start(async () => ({
          openid,
          result: await logIn({ code: openid, credentials: credentialsOf(name) }),
        })),
      );
    const results = await Promise.all(logins);
    await unbinding;
    for (const { openid, result } of results) {
      const bound = (await bindingOf(openid))?.userId !== undefined;
      if (isLoggedIn(result)) expect(await userOf(result.sessionId)).toBe(bound ? result.userId : undefined);
      else expect({ bound, refused: result.refused }).toEqual({ bound: false, refused: "access_changed" });
    }
    const left = await Promise.all(results.map(({ openid }) => bindingOf(openid)));
    const listed = await directory.identitiesOf(`u_${name}`);
    expect(listed).toHaveLength(count(left, (it) => it?.userId !== undefined));
  });
});
