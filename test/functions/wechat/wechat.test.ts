import { describe, expect, test } from "vitest";
import type { RefusalCode } from "../../../contract/errors.ts";
import { codeExchange } from "../../../functions/core/code-exchange.ts";
import { isRefusal } from "../../../functions/core/refusal.ts";
import { type WeChatSettings, weChat } from "../../../functions/wechat/wechat.ts";
import { codeHash } from "../../../simulator/request-log.ts";
import type { Trouble } from "../../../simulator/trouble.ts";
import { serverForThisTest } from "../../support/server.ts";
import { settableSecrets, shop, solo, weChatForThisTest } from "../../support/wechat.ts";

const noon = Date.UTC(2026, 2, 1, 12);
/** Time enough on any machine for what is to be answered. */
const patient = 30_000;
const rid = /^[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$/;

async function client(settings: Partial<WeChatSettings> = {}) {
  const simulator = await weChatForThisTest();
  const secrets = settableSecrets(shop.secret);
  const wechat = weChat({ baseUrl: simulator.url, now: () => noon, deadlineMs: patient, ...settings });
  const exchangeCode = codeExchange({ wechat, appSecrets: secrets });
  return {
    simulator,
    secrets,
    exchangeCode,
    exchange: (code = simulator.login("alice")) => exchangeCode(shop.appId, code),
    sent: () => simulator.requests.map((request) => request.codeHash),
  };
}

/** What one login comes to while WeChat is in this trouble, and how often its code was sent. */
async function troubled(trouble: Trouble, settings: Partial<WeChatSettings> = {}) {
  const { simulator, exchange } = await client(settings);
  const code = simulator.login("alice");
  simulator.trouble(trouble);
  const result = await exchange(code);
  const sent = simulator.requests.filter((request) => request.codeHash === codeHash(code)).length;
  return { result, sent, paths: simulator.requests.map(({ path }) => path) };
}

/** What a login comes to when something in WeChat's place answers so. */
async function answered(body: unknown, status = 200, headers: Record<string, string> = {}) {
  const baseUrl = await serverForThisTest((_, response) => {
    response.writeHead(status, headers).end(typeof body === "string" ? body : JSON.stringify(body));
  });
  const { exchange } = await client({ baseUrl });
  return exchange();
}

describe("a person", () => {
  test("is the appId that was asked for, the openid, and the unionid where WeChat knows one", async () => {
    const { simulator, exchangeCode } = await client();
    const [inShop] = simulator.user("alice").identities;
    expect(inShop?.unionid).toBeDefined();
    expect(await exchangeCode(shop.appId, simulator.login("alice"))).toEqual({
      person: { appId: shop.appId, openid: inShop?.openid, unionid: inShop?.unionid },
    });
  });

  test("has no unionid where the mini-program belongs to no Open Platform account", async () => {
    const { simulator, secrets, exchangeCode } = await client();
    secrets.now = solo.secret;
    const inSolo = simulator.user("alice").identities[1];
    expect(await exchangeCode(solo.appId, simulator.login("alice", solo.appId))).toEqual({
      person: { appId: solo.appId, openid: inSolo?.openid },
    });
  });

  test("does not bring the session_key along", async () => {
    const { simulator, exchange } = await client();
    const exchanged = await exchange();
    expect(simulator.sessionKey("alice")).toBeDefined();
    expect(JSON.stringify(exchanged)).not.toContain(simulator.sessionKey("alice"));
  });

  test("comes with the session_key where that is asked for, and is not its holder", async () => {
    const { simulator, exchange } = await client({ withSessionKey: true });
    const exchanged = await exchange();
    const sessionKey = simulator.sessionKey("alice");
    expect(exchanged).toMatchObject({ person: { appId: shop.appId }, sessionKey });
    expect(JSON.stringify({ ...exchanged, sessionKey: undefined })).not.toContain(sessionKey);
  });

  test.each<Trouble>([
    { errcode: 0 },
    { errcode: "0" },
    { contentType: "application/json" },
    { contentType: "text/html; charset=utf-8" },
    { drip: { bytes: 20, everyMs: 1 } },
  ])("comes all the same with %j", async (trouble) => {
    const { result } = await troubled(trouble);
    expect(result).toMatchObject({ person: { appId: shop.appId, openid: expect.any(String) } });
  });

  test.each([
    ["openid", "o", true],
    ["openid", "o".repeat(128), true],
    ["openid", "o".repeat(129), false],
    ["openid", "", false],
    ["openid", 28, false],
    ["openid", null, false],
    ["openid", ["o"], false],
  ])("has an %s of 1 to 128 characters: %j", async (name, value, isPerson) => {
    const result = await answered({ session_key: "k", [name]: value });
    expect(result).toEqual(
      isPerson
        ? { person: { appId: shop.appId, openid: value } }
        : { refused: "wechat_unavailable", facts: { why: "no openid" } },
    );
  });

  test.each(["", "u".repeat(129), 28, null])("has no unionid where WeChat sends %j", async (unionid) => {
    expect(await answered({ openid: "o-alice", unionid })).toEqual({
      person: { appId: shop.appId, openid: "o-alice" },
    });
  });
});

const alarm = true;
const rows: [errcode: number, code: RefusalCode, more?: { alarm?: true; retryAfter?: number }][] = [
  [-1, "wechat_busy"],
  [40029, "invalid_code"],
  [40163, "invalid_code"],
  [40226, "wechat_user_blocked"],
  // Noon in UTC is eight in the evening in China.
  [45009, "quota_exhausted", { retryAfter: 4 * 3_600 }],
  [45011, "rate_limited", { retryAfter: 60 }],
  [50002, "wechat_user_blocked"],
  [40013, "not_configured", { alarm }],
  [40125, "not_configured", { alarm }],
  [40164, "not_configured", { alarm }],
  [40229, "wechat_unavailable"],
  [40230, "not_configured", { alarm }],
  [40234, "not_configured", { alarm }],
  [40240, "not_configured", { alarm }],
  [40241, "wechat_unavailable"],
  [40243, "not_configured", { alarm }],
  [48001, "not_configured", { alarm }],
  [41002, "not_configured", { alarm }],
  [41004, "not_configured", { alarm }],
  [41008, "wechat_unavailable", { alarm }],
  [40002, "wechat_unavailable"],
  [99999, "wechat_unavailable"],
];

describe.each(rows)("errcode %i is %s", (errcode, code, { retryAfter, ...more } = {}) => {
  test.each([errcode, String(errcode)])("as %j, with its rid, and the code is sent once", async (sentAs) => {
    const { result, sent } = await troubled({ errcode: sentAs });
    expect(result).toEqual({
      refused: code,
      ...(retryAfter !== undefined && { retryAfter }),
      facts: { errcode, rid: expect.stringMatching(rid), ...more },
    });
    expect(sent).toBe(1);
  });
});

test.each([
  ["a second before midnight", "2026-03-01T15:59:59.000Z", 1],
  ["half a second before it", "2026-03-01T15:59:59.500Z", 1],
  ["at midnight, when the day begins", "2026-03-01T16:00:00.000Z", 86_400],
  ["a second after it", "2026-03-01T16:00:01.000Z", 86_399],
  ["at midnight in UTC, when it is eight there", "2026-03-02T00:00:00.000Z", 16 * 3_600],
])("the day's quota comes back at midnight in China: %s", async (_, instant, retryAfter) => {
  const { result } = await troubled({ errcode: 45009 }, { now: () => Date.parse(instant) });
  expect(result).toMatchObject({ refused: "quota_exhausted", retryAfter });
});

describe("WeChat's own verdicts", () => {
  test("a code that was used", async () => {
    const { simulator, exchange } = await client();
    const code = simulator.login("alice");
    await exchange(code);
    expect(await exchange(code)).toMatchObject({ refused: "invalid_code", facts: { errcode: 40163 } });
  });

  test("a code that it never gave", async () => {
    const { exchange } = await client();
    expect(await exchange("made up")).toMatchObject({ refused: "invalid_code", facts: { errcode: 40029 } });
  });

  test("a person it takes for a risk", async () => {
    const { simulator, exchange } = await client();
    simulator.user("alice", { blocked: true });
    expect(await exchange()).toMatchObject({ refused: "wechat_user_blocked", facts: { errcode: 40226 } });
  });
});

describe("no answer that can be read", () => {
  test.each<[what: string, trouble: Trouble, why: string | RegExp]>([
    ["HTTP 500", { status: 500 }, "HTTP 500"],
    ["HTTP 502", { status: 502 }, "HTTP 502"],
    ["HTTP 429", { status: 429 }, "HTTP 429"],
    ["an HTML page", { body: "html" }, "not JSON"],
    ["truncated JSON", { body: "truncated" }, "not JSON"],
    ["more than 64 KiB", { body: "oversize" }, "over 64 KiB"],
    ["a success without openid", { body: "no_openid" }, "no openid"],
    ["a connection that ends before the answer", { drop: "before" }, "ECONNRESET"],
    ["a connection that ends within the answer", { drop: "after" }, "ECONNRESET"],
  ])("%s: wechat_unavailable, and the code is sent once", async (_, trouble, why) => {
    const { result, sent } = await troubled(trouble);
    expect(result).toEqual({ refused: "wechat_unavailable", facts: { why } });
    expect(sent).toBe(1);
  });

  test.each([301, 302, 303, 307, 308])(
    "a redirect (%i) is not followed: the secret is in the URL",
    async (status) => {
      const { result, paths } = await troubled({ status });
      expect(result).toEqual({ refused: "wechat_unavailable", facts: { why: `HTTP ${status}` } });
      expect(paths).toEqual(["/sns/jscode2session"]);
    },
  );

  test.each([
    ["null", null, "not an object"],
    ["a list", [], "no openid"],
    ["a string", '"ok"', "not an object"],
    ["a number", 0, "not an object"],
    ["nothing", "", "not JSON"],
    ["no fields", {}, "no openid"],
    ["an errcode in words", { errcode: "busy", openid: "o-alice" }, "errcode is not a number"],
    ["an errcode with a fraction", { errcode: 0.5, openid: "o-alice" }, "errcode is not a number"],
    ["an errcode in an object", { errcode: {}, openid: "o-alice" }, "errcode is not a number"],
  ])("%s", async (_, body, why) => {
    expect(await answered(body)).toEqual({ refused: "wechat_unavailable", facts: { why } });
  });

  test.each([
    [64 * 1024, "is read"],
    [64 * 1024 + 1, "is not"],
  ])("a body of %i bytes %s", async (size, expected) => {
    const body = JSON.stringify({ openid: "o-alice" }).padEnd(size);
    expect(await answered(body)).toEqual(
      expected === "is read"
        ? { person: { appId: shop.appId, openid: "o-alice" } }
        : { refused: "wechat_unavailable", facts: { why: "over 64 KiB" } },
    );
  });

  test("nobody listens", async () => {
    const simulator = await weChatForThisTest();
    const { exchange } = await client({ baseUrl: simulator.url });
    await simulator.close();
    const why = "ECONNREFUSED";
    expect(await exchange()).toEqual({ refused: "wechat_unavailable", facts: { why } });
  });
});

describe("WeChat takes longer than the deadline", () => {
  test.each<[string, Trouble]>([
    ["for its first byte", { latencyMs: 60_000 }],
    ["for the last byte, although each comes in time", { drip: { bytes: 1, everyMs: 5 } }],
  ])("%s: wechat_timeout, and the code is sent once", async (_, trouble) => {
    const { result, sent } = await troubled(trouble, { deadlineMs: 200 });
    expect(result).toEqual({ refused: "wechat_timeout" });
    expect(sent).toBe(1);
  });

  test("hangs up, so that nobody waits for the rest", async () => {
    const { simulator, exchange } = await client({ deadlineMs: 200 });
    simulator.trouble({ latencyMs: 60_000, times: 1 });
    await exchange();
    await expect.poll(() => simulator.openConnections()).toBe(0);
  });

  test("the deadline is for both tries together where the secret was renewed", async () => {
    const { simulator, secrets, exchange } = await client({ deadlineMs: 300 });
    secrets.next = "another";
    simulator.trouble({ errcode: 40125, latencyMs: 200, times: 1 });
    simulator.trouble({ contentType: "text/plain", latencyMs: 200, times: 1 });
    expect(await exchange()).toEqual({ refused: "wechat_timeout" });
  });
});

describe("the secret is refused (40125)", () => {
  const refusal = (refused: RefusalCode) => ({
    refused,
    facts: { errcode: 40125, rid: expect.stringMatching(rid), alarm },
  });

  test("a renewed one is tried, once, with the same code", async () => {
    const { simulator, secrets, exchange, sent } = await client();
    simulator.app(shop.appId, { secret: "rotated" });
    secrets.next = "rotated";
    const code = simulator.login("alice");
    expect(await exchange(code)).toMatchObject({ person: { appId: shop.appId, openid: expect.any(String) } });
    expect(sent()).toEqual([codeHash(code), codeHash(code)]);
    expect(simulator.exchanges).toBe(1);
    expect(secrets.renewals).toEqual([shop.appId]);
  });

  test("a renewed one that is refused too is not configured, and no third is asked for", async () => {
    const { simulator, secrets, exchange, sent } = await client();
    simulator.app(shop.appId, { secret: "rotated" });
    secrets.next = "wrong as well";
    expect(await exchange()).toMatchObject(refusal("not_configured"));
    expect(sent()).toHaveLength(2);
    expect(secrets.renewals).toHaveLength(1);
  });

  test.each([
    ["unchanged", shop.secret],
    ["gone", undefined],
  ])("one that is %s is not tried again", async (_, next) => {
    const { simulator, secrets, exchange, sent } = await client();
    simulator.app(shop.appId, { secret: "rotated" });
    secrets.next = next;
    expect(await exchange()).toMatchObject(refusal("not_configured"));
    expect(sent()).toHaveLength(1);
    expect(secrets.renewals).toHaveLength(1);
  });

  test.each([
    ["a login", "alice"],
    ["a made-up code that WeChat looked at", undefined],
  ])(
    "where %s proved that it worked before, a rotation is under way: no reason to contact support",
    async (_, user) => {
      const { simulator, exchange } = await client();
      await exchange(user === undefined ? "made up" : simulator.login(user));
      simulator.app(shop.appId, { secret: "rotated" });
      expect(await exchange()).toEqual(refusal("wechat_unavailable"));
      expect(await exchange()).toEqual(refusal("wechat_unavailable"));
    },
  );

  test("what worked before for one mini-program proves nothing for another", async () => {
    const { simulator, exchangeCode, exchange } = await client();
    await exchange();
    const code = simulator.login("alice", solo.appId);
    expect(await exchangeCode(solo.appId, code)).toMatchObject(refusal("not_configured"));
  });

  test("an outage proves nothing about the secret", async () => {
    const { simulator, exchange } = await client();
    simulator.app(shop.appId, { secret: "rotated" });
    simulator.trouble({ errcode: -1, times: 1 });
    simulator.trouble({ status: 500, times: 1 });
    await exchange();
    await exchange();
    expect(await exchange()).toMatchObject(refusal("not_configured"));
  });

  test("where WeChat had accepted it when it was stored, it is a rotation from the first call on", async () => {
    const { simulator, secrets, exchange } = await client();
    secrets.proven = true;
    simulator.app(shop.appId, { secret: "rotated" });
    expect(await exchange()).toEqual(refusal("wechat_unavailable"));
  });

  test("a renewed one that WeChat had accepted, and that is refused too, is a rotation as well", async () => {
    const { simulator, secrets, exchangeCode } = await client();
    secrets.next = "accepted once";
    const renewed = secrets.renewed;
    secrets.renewed = (appId) => {
      secrets.proven = true;
      return renewed.call(secrets, appId);
    };
    simulator.app(shop.appId, { secret: "rotated" });
    expect(await exchangeCode(shop.appId, simulator.login("alice"))).toEqual(refusal("wechat_unavailable"));
  });

  test("when the new secret arrives, logins work again", async () => {
    const { simulator, secrets, exchange } = await client();
    await exchange();
    simulator.app(shop.appId, { secret: "rotated" });
    expect(isRefusal(await exchange())).toBe(true);
    secrets.next = "rotated";
    expect(isRefusal(await exchange())).toBe(false);
    expect(isRefusal(await exchange())).toBe(false);
    expect(secrets.renewals).toHaveLength(2);
  });
});

test("without a secret it is not configured, and WeChat is never called", async () => {
  const { simulator, secrets, exchange } = await client();
  secrets.now = undefined;
  expect(await exchange()).toEqual({
    refused: "not_configured",
    facts: { why: expect.stringContaining("no AppSecret"), alarm },
  });
  expect(simulator.requests).toEqual([]);
  expect(simulator.connections).toEqual([]);
});

test("one exchange is one GET with exactly WeChat's four parameters", async () => {
  const seen: unknown[] = [];
  const baseUrl = await serverForThisTest(({ method, url = "" }, response) => {
    const { pathname, searchParams } = new URL(url, "http://localhost");
    seen.push([method, pathname, Object.fromEntries(searchParams)]);
    response.end('{"openid":"o-alice"}');
  });
  const { exchange } = await client({ baseUrl });
  await exchange("a code with & = + and 中文");
  expect(seen).toEqual([
    [
      "GET",
      "/sns/jscode2session",
      {
        appid: shop.appId,
        secret: shop.secret,
        js_code: "a code with & = + and 中文",
        grant_type: "authorization_code",
      },
    ],
  ]);
});

describe("no fact repeats what is secret", () => {
  const troubles: Trouble[] = [
    ...rows.map(([errcode]) => ({ errcode })),
    { status: 500 },
    { status: 302 },
    { body: "html" },
    { body: "truncated" },
    { body: "oversize" },
    { body: "no_openid" },
    { drop: "before" },
    { drop: "after" },
  ];

  test.each(troubles)("with %j", async (trouble) => {
    const { simulator, exchange } = await client();
    const code = simulator.login("alice");
    simulator.trouble(trouble);
    const facts = JSON.stringify(await exchange(code));
    for (const secret of [
      shop.secret,
      code,
      simulator.url,
      "jscode2session",
      simulator.sessionKey("alice") ?? code,
    ]) {
      expect(facts).not.toContain(secret);
    }
  });

  test.each([
    [
      "a refusal",
      (url: string) => JSON.stringify({ errcode: 40029, errmsg: `${url}, rid: 1a2b-3c4d ${url}` }),
    ],
    ["a page", (url: string) => `<html>${url}</html>`],
    ["an errcode", (url: string) => JSON.stringify({ errcode: url })],
  ])("even if WeChat quotes the request in %s", async (_, answer) => {
    const baseUrl = await serverForThisTest(({ url = "" }, response) => response.end(answer(url)));
    const { exchange } = await client({ baseUrl });
    const facts = JSON.stringify(await exchange("the-code"));
    for (const secret of [shop.secret, "the-code", "jscode2session"]) expect(facts).not.toContain(secret);
  });
});
