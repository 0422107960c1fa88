import { describe, expect, test } from "vitest";
import { readLoginRequest } from "../../../functions/login/request.ts";
import { type ApiRequest, apiEvent, jsonEvent } from "../../support/api-event.ts";
import { cafe, shop, zhangsan } from "../../support/fakes.ts";

const one = { appIds: [shop], passwords: true };
const several = { appIds: [shop, cafe], passwords: true };
const withoutPasswords = { appIds: [shop], passwords: false };

const code = "0a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P";
const bindTicket = "A".repeat(43);
const sourceIp = "203.0.113.7";

const read = (body: unknown, deployment = one, request: ApiRequest = {}) =>
  readLoginRequest(jsonEvent(body, request), deployment);

describe("a login request is", () => {
  test("a code", () => {
    expect(read({ code })).toStrictEqual({ code, appId: shop, sourceIp });
  });

  test("a code, a username and a password", () => {
    expect(read({ code, ...zhangsan })).toStrictEqual({ code, appId: shop, sourceIp, credentials: zhangsan });
  });

  test("a bind ticket, a username and a password", () => {
    expect(read({ bindTicket, ...zhangsan })).toStrictEqual({ bindTicket, sourceIp, credentials: zhangsan });
  });

  test("taken as typed: nothing is trimmed, folded or normalised", () => {
    const typed = { username: " ＺｈａｎｇＳａｎ ", password: " \t密码\u00a0" };
    expect(read({ code: " c ", ...typed })).toMatchObject({ code: " c ", credentials: typed });
  });

  test("read from base64 as well", () => {
    const body = Buffer.from(JSON.stringify({ code, ...zhangsan })).toString("base64");
    const event = { ...jsonEvent(body), isBase64Encoded: true };
    expect(readLoginRequest(event, one)).toMatchObject({ code, credentials: zhangsan });
  });
});

test("a request without any header is refused for its type, and breaks nothing", () => {
  const { headers: _, ...event } = jsonEvent({ code });
  expect(readLoginRequest(event, one)).toMatchObject({ refused: "unsupported_media_type" });
});

describe("a request that breaks a rule is refused, and the field is named", () => {
  test.each<[why: string, body: unknown, fields: string[]]>([
    ["nothing", {}, ["code"]],
    ["credentials alone", zhangsan, ["code"]],
    ["a username without a password", { code, username: "zhangsan" }, ["password"]],
    ["a password without a username", { code, password: "pwd123456" }, ["username"]],
    ["a ticket with a username alone", { bindTicket, username: "zhangsan" }, ["password"]],
    ["a ticket with a password alone", { bindTicket, password: "pwd123456" }, ["username"]],
    ["a ticket alone", { bindTicket }, ["username", "password"]],
    [
      "a username of nothing but white space",
      { code, username: " \u3000", password: "pwd123456" },
      ["username"],
    ],
    [
      "a username that normalising makes too long for a key",
      { code, username: "\ufdfa".repeat(128), password: "pwd123456" },
      ["username"],
    ],
    // WeChat would say that there is none, which is an alarm.
    ["a code of nothing but white space", { code: " \t\u3000" }, ["code"]],
    ["a code and a ticket", { code, bindTicket, ...zhangsan }, ["code", "bindTicket"]],
    ["a code and a ticket without credentials", { code, bindTicket }, ["code", "bindTicket"]],
    ["a code in the ticket's place", { bindTicket: code, ...zhangsan }, ["bindTicket"]],
    ["a SessionId in the ticket's place", { bindTicket: "A".repeat(64), ...zhangsan }, ["bindTicket"]],
    ["a ticket with padding", { bindTicket: `${"A".repeat(42)}=`, ...zhangsan }, ["bindTicket"]],
    ["a ticket with a line break", { bindTicket: `${bindTicket}\n`, ...zhangsan }, ["bindTicket"]],
    ["an AppId that is not served here", { code, appId: cafe }, ["appId"]],
    ["an AppId in another case", { code, appId: shop.toUpperCase() }, ["appId"]],
    ["__proto__", '{"code":"c","__proto__":{"appId":"wx"}}', ["__proto__"]],
    ["constructor", { code, constructor: 1 }, ["constructor"]],
  ])("%s", (_why, body, fields) => {
    expect(read(body)).toMatchObject({
      refused: "invalid_request",
      detail: expect.any(String),
      fields,
    });
  });

  const complete: Record<string, Record<string, unknown>> = {
    code: { code },
    bindTicket: { bindTicket, ...zhangsan },
    appId: { code, appId: shop },
    username: { code, ...zhangsan },
    password: { code, ...zhangsan },
  };
  const wrong: [what: string, value: unknown][] = [
    ["null", null],
    ["a number", 42],
    ["a boolean", false],
    ["an array", ["abc"]],
    ["an object", { code: "abc" }],
    ["empty", ""],
    ["with U+0000 in it", "a\0b"],
    ["U+0000 alone", "\0"],
    ["with a high surrogate alone", "a\ud83d"],
    ["with a low surrogate alone", "\ude00a"],
    ["with surrogates in the wrong order", "\ude00\ud83d"],
  ];
  test.each(
    Object.keys(complete).flatMap((name) => wrong.map(([what, value]) => [name, what, value] as const)),
  )("%s: %s", (name, _what, value) => {
    expect(read({ ...complete[name], [name]: value })).toMatchObject({
      refused: "invalid_request",
      fields: [name],
    });
  });

  test.each([
    ["null", null, "The field code must be a string."],
    ["empty", "", "The field code is empty."],
    ["too long", "c".repeat(129), "The field code may have at most 128 characters."],
    ["with U+0000 in it", "a\0b", "The field code holds characters that are not allowed."],
  ])("in words, without what was sent: a code that is %s", (_what, wrongCode, detail) => {
    expect(read({ code: wrongCode })).toEqual({ refused: "invalid_request", detail, fields: ["code"] });
  });

  test("the first of several is said", () => {
    const { password: _, ...rest } = { ...zhangsan, code: "", appId: null };
    expect(read(rest)).toMatchObject({ fields: ["code"] });
    expect(read({ ...rest, code })).toMatchObject({ fields: ["appId"] });
  });

  test.each([[" "], ["\u00a0"], ["\ufffd"], ["\ud83d\ude00"], ["张三"]])(
    "but a password may be what it is: %j",
    (password) => {
      expect(read({ code, username: "zhangsan", password })).toMatchObject({
        credentials: { username: "zhangsan", password },
      });
    },
  );

  test.each([
    ["code", 128, { code: "c".repeat(128) }],
    ["username", 128, { code, ...zhangsan, username: "u".repeat(128) }],
    ["username", 128, { code, ...zhangsan, username: "张".repeat(128) }],
    ["username", 128, { code, ...zhangsan, username: "😀".repeat(128) }],
    ["password", 256, { code, ...zhangsan, password: "p".repeat(256) }],
    ["password", 256, { code, ...zhangsan, password: "😀".repeat(256) }],
  ])("%s may have %i characters, and not one more", (name, _longest, body) => {
    expect(read(body)).toMatchObject({ code: body.code });
    const longer: Record<string, string> = { ...body };
    longer[name] += "x";
    expect(read(longer)).toMatchObject({ refused: "invalid_request", fields: [name] });
  });

  test.each(["appId", "bindTicket"])(
    "%s may have 128 characters before it is compared with anything",
    (name) => {
      const long = (length: number) => read({ code, ...zhangsan, [name]: "x".repeat(length) });
      expect(long(129)).toMatchObject({
        detail: expect.stringContaining("128 characters"),
        fields: [name],
      });
      expect(long(128)).toMatchObject({ detail: expect.not.stringContaining("128 characters") });
    },
  );

  test.each([
    ["no content type", apiEvent({ body: "{}" }), "unsupported_media_type"],
    [
      "a form",
      apiEvent({ headers: { "content-type": "application/x-www-form-urlencoded" }, body: "code=c" }),
      "unsupported_media_type",
    ],
    ["4097 bytes", jsonEvent({ code: "c".repeat(4096) }), "payload_too_large"],
    ["an array", jsonEvent([{ code }]), "invalid_request"],
    ["no body", apiEvent({ headers: { "content-type": "application/json" } }), "invalid_request"],
  ])("%s is refused before any field is looked at", (_what, event, refused) => {
    expect(readLoginRequest(event, one)).toMatchObject({ refused });
  });

  test("nothing that was sent is repeated in a refusal", () => {
    const canary = "canary-123";
    for (const body of [
      { code, username: canary },
      { code, password: canary },
      { bindTicket: canary, username: canary, password: canary },
      { code, appId: canary },
      { code: [canary] },
      { code: canary.repeat(100) },
      `{"code":"${canary}`,
    ]) {
      expect(JSON.stringify(read(body))).not.toContain(canary);
    }
  });
});

describe("the AppId", () => {
  test("need not be sent where one mini-program is served, and may be", () => {
    expect(read({ code })).toMatchObject({ appId: shop });
    expect(read({ code, appId: shop })).toMatchObject({ appId: shop });
  });

  test("must be sent where several are served", () => {
    expect(read({ code, appId: cafe }, several)).toMatchObject({ appId: cafe });
    expect(read({ code, appId: shop }, several)).toMatchObject({ appId: shop });
    expect(read({ code }, several)).toMatchObject({ refused: "invalid_request", fields: ["appId"] });
  });

  test.each(["toString", "length", "0", "wx", `${shop} `])(
    "is served or not, by its whole name: %j",
    (appId) => {
      expect(read({ code, appId }, several)).toMatchObject({ fields: ["appId"] });
    },
  );

  test("of a ticket is the ticket's own, whatever is sent with it", () => {
    expect(read({ bindTicket, ...zhangsan, appId: cafe }, several)).toStrictEqual({
      bindTicket,
      sourceIp,
      credentials: zhangsan,
    });
  });
});

describe("where nobody knows passwords", () => {
  test("a code alone is a login request", () => {
    expect(read({ code }, withoutPasswords)).toStrictEqual({ code, appId: shop, sourceIp });
  });

  test.each([
    ["with a code", { code, ...zhangsan }],
    ["with a ticket", { bindTicket, ...zhangsan }],
  ])("credentials %s are refused, and named", (_what, body) => {
    expect(read(body, withoutPasswords)).toMatchObject({
      refused: "invalid_request",
      fields: ["username", "password"],
    });
  });
});

describe("what a request cannot say", () => {
  test("is who somebody is: other fields are ignored", () => {
    const claims = {
      openid: "oAlice",
      unionid: "uAlice",
      userId: "user-1",
      sessionId: "A".repeat(64),
      sourceIp: "198.51.100.1",
      credentials: zhangsan,
      enteredAt: 0,
    };
    expect(read({ code, ...claims })).toStrictEqual({ code, appId: shop, sourceIp });
  });

  test("is where it comes from: the gateway knows, and no header does", () => {
    const headers = {
      "x-forwarded-for": "198.51.100.1",
      "x-real-ip": "198.51.100.1",
      forwarded: "for=198.51.100.1",
      "x-source-ip": "198.51.100.1",
    };
    expect(read({ code }, one, { headers, sourceIp: "203.0.113.99" })).toStrictEqual({
      code,
      appId: shop,
      sourceIp: "203.0.113.99",
    });
  });

  test("is anything in a header or a query: they are not read", () => {
    const fields = { code, ...zhangsan, bindTicket, appId: cafe, openid: "oAlice" };
    expect(read({}, one, { headers: fields, query: fields })).toMatchObject({
      fields: ["code"],
    });
    expect(read({ code: "c" }, one, { headers: fields, query: fields })).toStrictEqual({
      code: "c",
      appId: shop,
      sourceIp,
    });
  });
});

test("the device is read from the User-Agent where it can be", () => {
  const phone =
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) " +
    "Mobile/15E148 MicroMessenger/8.0.49(0x18003137) NetType/WIFI Language/zh_CN";
  expect(read({ code }, one, { headers: { "user-agent": phone } })).toMatchObject({
    device: "iPhone, WeChat 8.0.49",
  });
  expect(read({ bindTicket, ...zhangsan }, one, { headers: { "user-agent": phone } })).toMatchObject({
    device: "iPhone, WeChat 8.0.49",
  });
  expect(read({ code }, one, { headers: { "user-agent": "curl/8" } })).not.toHaveProperty("device");
});
