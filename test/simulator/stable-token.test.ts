import { describe, expect, test } from "vitest";
import type { WechatSimulator } from "../../simulator/simulator.ts";
import {
  accessToken,
  askForToken,
  cafe,
  call,
  errcodeOf,
  NOON,
  shop,
  simulate,
} from "../support/simulator.ts";

/** What WeChat thinks of an access_token: with a good one it is the openid that is missing. */
async function fate(simulator: WechatSimulator, token: string) {
  const path = `/wxa/checksession?access_token=${token}`;
  const errcode = errcodeOf(await call(simulator, "GET", path));
  return errcode === 41009 ? "good" : errcode;
}

const force = { force_refresh: true };
const minutes = (count: number) => NOON + count * 60_000;

describe("an access_token", () => {
  test("has 512 characters and lives for 7200 seconds", async () => {
    const { simulator, time } = await simulate();
    const answer = await askForToken(simulator);
    expect(answer.json).toEqual({ access_token: expect.stringMatching(/^[\w-]{512}$/), expires_in: 7200 });
    time.now = NOON + 100_500;
    expect((await askForToken(simulator)).json).toMatchObject({ expires_in: 7099 });
  });

  test("is the same for every caller of an app, and another's in another app", async () => {
    const { simulator } = await simulate();
    const tokens = await Promise.all(Array.from({ length: 8 }, () => accessToken(simulator)));
    expect(new Set(tokens).size).toBe(1);
    const others = await askForToken(simulator, { appid: cafe.appid, secret: cafe.secret });
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
    const [first, cafes] = [await accessToken(simulator), await askForToken(simulator, cafe)];
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
    time.now = NOON + later;
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
    [47001, `grant_type=client_credential&appid=${shop.appid}`],
    [47001, "[]"],
    [47001, "null"],
  ])("%i: the body %j", async (errcode, body) => {
    const { simulator } = await simulate();
    expect(errcodeOf(await call(simulator, "POST", "/cgi-bin/stable_token", body))).toBe(errcode);
  });

  test("43002: a GET", async () => {
    const { simulator } = await simulate();
    expect(errcodeOf(await call(simulator, "GET", "/cgi-bin/stable_token"))).toBe(43002);
  });

  test("40125: the secret before a rotation", async () => {
    const { simulator } = await simulate();
    simulator.rotateSecret(shop.appid, "rotated");
    expect(errcodeOf(await askForToken(simulator))).toBe(40125);
    expect(errcodeOf(await askForToken(simulator, { secret: "rotated" }))).toBeUndefined();
  });
});
