import { describe, expect, test } from "vitest";
import {
  askForToken,
  cafe,
  call,
  errcodeOf,
  exchange,
  exchangePath,
  field,
  noon,
  shop,
  simulate,
  solo,
  wire,
} from "../support/simulator.ts";

const rid = /, rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/;

describe("a code is exchanged", () => {
  test("for a session_key, an openid and, in a bound app, a unionid", async () => {
    const { simulator } = await simulate();
    const answer = await exchange(simulator, simulator.login("alice"));
    expect(answer.status).toBe(200);
    expect(answer.type).toBe("text/plain");
    expect(answer.json).toEqual({
      session_key: expect.stringMatching(/^[A-Za-z0-9+/]{22}==$/),
      openid: expect.stringMatching(/^o[\w-]{27}$/),
      unionid: expect.stringMatching(/^o[\w-]{27}$/),
    });
  });

  test("without a unionid in an app that has no owner", async () => {
    const { simulator } = await simulate();
    const answer = await exchange(simulator, simulator.login("alice", solo.appId), {
      appid: solo.appId,
      secret: solo.secret,
    });
    expect(Object.keys(Object(answer.json)).sort()).toEqual(["openid", "session_key"]);
  });

  test("for a new session_key each time, and only the last one is valid", async () => {
    const { simulator } = await simulate();
    expect(simulator.sessionKey("alice")).toBeUndefined();
    const first = field(await exchange(simulator, simulator.login("alice")), "session_key");
    expect(simulator.sessionKey("alice")).toBe(first);
    const second = field(await exchange(simulator, simulator.login("alice")), "session_key");
    expect(second).not.toBe(first);
    expect(simulator.sessionKey("alice")).toBe(second);
  });

  test("for the session_key of its own wx.login, so that codes exchanged in another order bring a stale one last", async () => {
    const { simulator } = await simulate();
    const [earlier, later] = [simulator.login("alice"), simulator.login("alice")];
    const present = field(await exchange(simulator, later), "session_key");
    const stale = field(await exchange(simulator, earlier), "session_key");
    expect(stale).not.toBe(present);
    expect(simulator.sessionKey("alice")).toBe(present);
  });

  test("once, however many ask at the same time", async () => {
    const { simulator } = await simulate();
    const code = simulator.login("alice");
    const answers = await Promise.all(Array.from({ length: 64 }, () => exchange(simulator, code)));
    expect(answers.filter((answer) => errcodeOf(answer) === undefined)).toHaveLength(1);
    expect(answers.filter((answer) => errcodeOf(answer) === 40163)).toHaveLength(63);
    expect(simulator.exchanges).toBe(1);
  });

  test.each([
    ["one second before 5 minutes", 299_000, undefined],
    ["at 5 minutes", 300_000, 40029],
    ["one second after 5 minutes", 301_000, 40029],
  ])("or has expired: %s, whether or not others have logged in since", async (_when, age, errcode) => {
    const { simulator, time } = await simulate();
    const [alices, bobs] = [simulator.login("alice"), simulator.login("bob")];
    time.now = noon + age;
    expect(errcodeOf(await exchange(simulator, alices))).toBe(errcode);
    simulator.login("carol");
    expect(errcodeOf(await exchange(simulator, bobs))).toBe(errcode);
  });

  test("even if the same user has been given another code since", async () => {
    const { simulator } = await simulate();
    const code = simulator.login("alice");
    simulator.login("alice");
    expect(errcodeOf(await exchange(simulator, code))).toBeUndefined();
  });
});

describe("a refusal", () => {
  test.each([
    [41002, "appid missing", "no appid", { appid: null }],
    [41002, "appid missing", "an empty appid", { appid: "" }],
    [41004, "appsecret missing", "no secret", { secret: null }],
    [41008, "missing code", "no code", { js_code: null }],
    [40002, "invalid grant_type", "no grant_type", { grant_type: null }],
    [40002, "invalid grant_type", "another grant_type", { grant_type: "client_credential" }],
    [40013, "invalid appid", "an unknown appid", { appid: "wxffffffffffffffff" }],
    [40125, "invalid appsecret", "a wrong secret", { secret: "wrong" }],
    [40125, "invalid appsecret", "another app's secret", { secret: cafe.secret }],
    [40029, "invalid code", "an unknown code", { js_code: "no-such-code" }],
    [40029, "invalid code", "a code of another app", { appid: cafe.appId, secret: cafe.secret }],
  ])(
    "%i, %s: %s; HTTP 200, text/plain, with a rid, and the code is not spent",
    async (errcode, words, _what, changes) => {
      const { simulator } = await simulate();
      const code = simulator.login("alice");
      const answer = await exchange(simulator, code, changes);
      expect(answer.status).toBe(200);
      expect(answer.type).toBe("text/plain");
      expect(answer.json).toEqual({ errcode, errmsg: expect.stringMatching(rid) });
      expect(field(answer, "errmsg").startsWith(`${words}, rid: `)).toBe(true);
      expect(simulator.exchanges).toBe(0);
      expect(errcodeOf(await exchange(simulator, code))).toBeUndefined();
    },
  );

  test("40163 for a code already used", async () => {
    const { simulator } = await simulate();
    const code = simulator.login("alice");
    await exchange(simulator, code);
    const answer = await exchange(simulator, code);
    expect(errcodeOf(answer)).toBe(40163);
    expect(field(answer, "errmsg")).toMatch(/^code been used, rid: /);
  });

  test("40226 while the user is blocked, which spends the code", async () => {
    const { simulator } = await simulate();
    simulator.user("alice", { blocked: true });
    const code = simulator.login("alice");
    expect(errcodeOf(await exchange(simulator, code))).toBe(40226);
    expect(errcodeOf(await exchange(simulator, simulator.login("bob")))).toBeUndefined();
    simulator.user("alice", { blocked: false });
    expect(errcodeOf(await exchange(simulator, code))).toBe(40163);
    expect(errcodeOf(await exchange(simulator, simulator.login("alice")))).toBeUndefined();
  });

  test("43001 for a POST", async () => {
    const { simulator } = await simulate();
    const answer = await call(simulator, "POST", exchangePath(simulator.login("alice")), {});
    expect(errcodeOf(answer)).toBe(43001);
  });

  test("404 for a path that WeChat does not have", async () => {
    const { simulator } = await simulate();
    const answer = await call(simulator, "GET", "/sns/nothing");
    expect(answer.status).toBe(404);
    expect(errcodeOf(answer)).toBe(40066);
  });
});

describe("the quota", () => {
  const outcomes = async (exchangesPerMinute: number | undefined, tries: number) => {
    const { simulator, time } = await simulate({ exchangesPerMinute });
    const codes = Array.from({ length: tries }, () => simulator.login("alice"));
    const answers = await Promise.all(codes.map((code) => exchange(simulator, code)));
    return { simulator, time, refused: answers.filter((answer) => errcodeOf(answer) === 45011).length };
  };

  test("lets a user through again in the next minute, and other users and apps all along", async () => {
    const { simulator, time, refused } = await outcomes(2, 3);
    expect(refused).toBe(1);
    expect(errcodeOf(await exchange(simulator, simulator.login("bob")))).toBeUndefined();
    expect(
      errcodeOf(await exchange(simulator, simulator.login("alice", cafe.appId), wire(cafe))),
    ).toBeUndefined();
    time.now = noon + 59_999;
    expect(errcodeOf(await exchange(simulator, simulator.login("alice")))).toBe(45011);
    time.now = noon + 60_000;
    expect(errcodeOf(await exchange(simulator, simulator.login("alice")))).toBeUndefined();
  });

  test("is 100 a minute if nothing is said", async () => {
    expect((await outcomes(undefined, 101)).refused).toBe(1);
  });

  test("is off by 0", async () => {
    expect((await outcomes(0, 120)).refused).toBe(0);
  });
});

describe("the day's quota of an app", () => {
  test("is off until it is set, counts each call by itself, and begins anew at midnight in China", async () => {
    const { simulator, time } = await simulate();
    simulator.app(shop.appId, { callsPerDay: 2 });
    const ask = async () => errcodeOf(await exchange(simulator, simulator.login("alice")));
    expect([await ask(), await ask(), await ask()]).toEqual([undefined, undefined, 45009]);
    expect(
      errcodeOf(await exchange(simulator, simulator.login("alice", cafe.appId), wire(cafe))),
    ).toBeUndefined();
    expect(errcodeOf(await askForToken(simulator))).toBeUndefined();
    time.now = Date.UTC(2025, 0, 15, 16) - 1;
    expect(await ask()).toBe(45009);
    time.now += 1;
    expect(await ask()).toBeUndefined();
    simulator.app(shop.appId, { callsPerDay: 0 });
    expect([await ask(), await ask(), await ask()]).toEqual([undefined, undefined, undefined]);
  });

  test("spends no code", async () => {
    const { simulator, time } = await simulate();
    simulator.app(shop.appId, { callsPerDay: 1 });
    await exchange(simulator, "made-up");
    time.now = Date.UTC(2025, 0, 15, 16) - 1;
    const code = simulator.login("alice");
    expect(errcodeOf(await exchange(simulator, code))).toBe(45009);
    time.now += 1;
    expect(errcodeOf(await exchange(simulator, code))).toBeUndefined();
  });
});

describe("the secret", () => {
  test("can be rotated: the old one is refused at once, and the refusal does not spend the code", async () => {
    const { simulator } = await simulate();
    const code = simulator.login("alice");
    simulator.app(shop.appId, { secret: "rotated" });
    expect(errcodeOf(await exchange(simulator, code))).toBe(40125);
    expect(errcodeOf(await exchange(simulator, code, { secret: "rotated" }))).toBeUndefined();
  });

  test("of one app does not rotate another's", async () => {
    const { simulator } = await simulate();
    simulator.app(shop.appId, { secret: "rotated" });
    expect(
      errcodeOf(await exchange(simulator, simulator.login("alice", cafe.appId), wire(cafe))),
    ).toBeUndefined();
  });

  test("can be proven with a made-up code: 40029 if good, 40125 if not", async () => {
    const { simulator } = await simulate();
    expect(errcodeOf(await exchange(simulator, "made-up"))).toBe(40029);
    expect(errcodeOf(await exchange(simulator, "made-up", { secret: "wrong" }))).toBe(40125);
  });
});
