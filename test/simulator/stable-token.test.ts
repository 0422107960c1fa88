import { describe, expect, test } from "vitest";
import type { WeChatSimulator } from "../../simulator/simulator.ts";
import {
  accessToken,
  askForToken,
  cafe,
  call,
  errcodeOf,
  exchange,
  noon,
  shop,
  simulate,
  wire,
} from "../support/simulator.ts";

/** What WeChat thinks of an access_token: with a good one it is the openid that is missing. */
async function fate(simulator: WeChatSimulator, token: string) {
  const path = `/wxa/checksession?access_token=${token}`;
  const errcode = errcodeOf(await call(simulator, "GET", path));
  return errcode === 41009 ? "good" : errcode;
}

const force = { force_refresh: true };
const minutes = (count: number) => noon + count * 60_000;

describe("an access_token", () => {
  test("has 512 characters and lives for 7200 seconds", async () => {
    const { simulator, time } = await simulate();
    const answer = await askForToken(simulator);
    expect(answer.json).toEqual({ access_token: expect.stringMatching(/^[\w-]{512}$/), expires_in: 7200 });
    time.now = noon + 100_500;
    expect((await askForToken(simulator)).json).toMatchObject({ expires_in: 7099 });
  });

  test("is the same for every caller of an app, and another's in another app", async () => {
    const { simulator } = await simulate();
    const tokens = await Promise.all(Array.from({ length: 8 }, () => accessToken(simulator)));
    expect(new Set(tokens).size).toBe(1);
    const others = await askForToken(simulator, wire(cafe));
    expect(others.json).not.toMatchObject({ access_token: tokens[0] });
  });

  test.each([
    ["a millisecond before its last 5 minutes", minutes(115) - 1, "the same", "good"],
    ["at its last 5 minutes", minutes(115), "another", "good"],
    ["a millisecond before its end", minutes(120) - 1, "another", "good"],
    ["at its end", minutes(120), "another", 42001],
  ])("%s", async (_when, now, next, old) => {
    const { simulator, time } = await simulate();
    const first = await accessToken(simulator);
    time.now = now;
    const second = await accessToken(simulator);
    expect(second === first ? "the same" : "another").toBe(next);
    expect([await fate(simulator, first), await fate(simulator, second)]).toEqual([old, "good"]);
  });

  test("may live for 345 seconds, with a successor from 45 on; both work to the end of the first", async () => {
    const { simulator, time } = await simulate({ apps: [{ ...shop, tokenLifetimeSeconds: 345 }] });
    const first = await accessToken(simulator);
    time.now = noon + 44_999;
    expect((await askForToken(simulator)).json).toEqual({ access_token: first, expires_in: 300 });
    time.now = noon + 45_000;
    const second = await askForToken(simulator);
    expect(second.json).toMatchObject({ expires_in: 345 });
    expect(Object(second.json).access_token).not.toBe(first);
    time.now = noon + 344_999;
    expect([await fate(simulator, first), await fate(simulator, Object(second.json).access_token)]).toEqual([
      "good",
      "good",
    ]);
    time.now = noon + 345_000;
    expect(await fate(simulator, first)).toBe(42001);
  });

  test("keeps the lifetime that it was given out with", async () => {
    const { simulator, time } = await simulate();
    const first = await accessToken(simulator);
    simulator.app(shop.appId, { tokenLifetimeSeconds: 345 });
    time.now = minutes(115);
    expect((await askForToken(simulator)).json).toMatchObject({ expires_in: 345 });
    expect(await fate(simulator, first)).toBe("good");
  });

  test("ends by the clock of the controls, too", async () => {
    const { simulator } = await simulate();
    const token = await accessToken(simulator);
    const answer = await call(simulator, "POST", "/_sim/clock", { forwardSeconds: 7200 });
    expect(answer.json).toEqual({ now: "2025-01-15T14:00:00.000Z" });
    expect(await fate(simulator, token)).toBe(42001);
  });

  test("is 40001 if it was made up, and 41001 if there is none", async () => {
    const { simulator } = await simulate();
    expect([await fate(simulator, "made-up"), await fate(simulator, "")]).toEqual([40001, 41001]);
  });
});

describe("a forced refresh", () => {
  test("ends every token of the app at once, and nobody else's", async () => {
    const { simulator, time } = await simulate();
    const [first, cafes] = [await accessToken(simulator), await askForToken(simulator, wire(cafe))];
    time.now = minutes(116);
    const second = await accessToken(simulator);
    const third = await askForToken(simulator, force);
    expect(third.json).toMatchObject({ expires_in: 7200 });
    expect([await fate(simulator, first), await fate(simulator, second)]).toEqual([40001, 40001]);
    expect(await accessToken(simulator)).toBe(Object(third.json).access_token);
    expect(await fate(simulator, Object(cafes.json).access_token)).toBe("good");
  });

  test.each([
    ["a millisecond before 30 seconds", 29_999, 45011],
    ["at 30 seconds", 30_000, undefined],
  ])("after another, %s", async (_when, later, errcode) => {
    const { simulator, time } = await simulate();
    await askForToken(simulator, force);
    const token = await accessToken(simulator);
    time.now = noon + later;
    expect(errcodeOf(await askForToken(simulator, force))).toBe(errcode);
    expect(await fate(simulator, token)).toBe(errcode === undefined ? 40001 : "good");
  });

  test("works 20 times a day; the next begins at midnight in China", async () => {
    const { simulator, time } = await simulate();
    const errcodes: unknown[] = [];
    for (let count = 0; count < 21; count += 1) {
      time.now = minutes(count);
      errcodes.push(errcodeOf(await askForToken(simulator, force)));
    }
    expect(errcodes).toEqual([...Array.from({ length: 20 }, () => undefined), 45009]);
    expect(errcodeOf(await askForToken(simulator))).toBeUndefined();
    time.now = Date.UTC(2025, 0, 15, 16) - 1;
    expect(errcodeOf(await askForToken(simulator, force))).toBe(45009);
    time.now += 1;
    expect(errcodeOf(await askForToken(simulator, force))).toBeUndefined();
  });
});

describe("a refusal", () => {
  test.each([
    [41002, "no appid", { appid: null }],
    [41004, "no secret", { secret: null }],
    [40002, "no grant_type", { grant_type: null }],
    [40002, "another grant_type", { grant_type: "authorization_code" }],
    [40013, "an unknown appid", { appid: "wxffffffffffffffff" }],
    [40013, "an appid that is no string", { appid: 7 }],
    [40125, "another app's secret", { secret: cafe.secret }],
    [47001, "a force_refresh that is neither true nor false", { force_refresh: "true" }],
  ])("%i: %s", async (errcode, _what, changes) => {
    const { simulator } = await simulate();
    expect(errcodeOf(await askForToken(simulator, changes))).toBe(errcode);
  });

  test.each([
    [44002, ""],
    [47001, `grant_type=client_credential&appid=${shop.appId}`],
    [47001, "[]"],
    [47001, "null"],
  ])("%i: the body %j", async (errcode, body) => {
    const { simulator } = await simulate();
    expect(errcodeOf(await call(simulator, "POST", "/cgi-bin/stable_token", body))).toBe(errcode);
  });

  test("40164, with the address: a caller who is not on the app's list; no other call is asked about it", async () => {
    const { simulator } = await simulate();
    const token = await accessToken(simulator);
    simulator.app(shop.appId, { ipAllowlist: ["203.0.113.7"] });
    const answer = await askForToken(simulator);
    expect(answer.json).toEqual({
      errcode: 40164,
      errmsg: expect.stringMatching(
        /^invalid ip 127\.0\.0\.1 ipv6 ::ffff:127\.0\.0\.1, not in whitelist rid: [0-9a-f-]{26}$/,
      ),
    });
    expect(errcodeOf(await askForToken(simulator, { secret: "wrong" }))).toBe(40125);
    expect(errcodeOf(await askForToken(simulator, wire(cafe)))).toBeUndefined();
    expect(errcodeOf(await exchange(simulator, simulator.login("alice")))).toBeUndefined();
    expect(await fate(simulator, token)).toBe("good");
    simulator.app(shop.appId, { ipAllowlist: ["203.0.113.7", "127.0.0.1"] });
    expect(await accessToken(simulator)).toBe(token);
  });

  test("45009: beyond the day's quota, for the calls with the token as well", async () => {
    const { simulator } = await simulate();
    simulator.app(shop.appId, { callsPerDay: 1 });
    const token = await accessToken(simulator);
    expect(errcodeOf(await askForToken(simulator))).toBe(45009);
    expect([await fate(simulator, token), await fate(simulator, token)]).toEqual(["good", 45009]);
  });

  test("43002: a GET", async () => {
    const { simulator } = await simulate();
    expect(errcodeOf(await call(simulator, "GET", "/cgi-bin/stable_token"))).toBe(43002);
  });

  test("40125: the secret before a rotation", async () => {
    const { simulator } = await simulate();
    simulator.app(shop.appId, { secret: "rotated" });
    expect(errcodeOf(await askForToken(simulator))).toBe(40125);
    expect(errcodeOf(await askForToken(simulator, { secret: "rotated" }))).toBeUndefined();
  });
});
