/// <reference types="miniprogram-api-typings" />
import { describe, expect, expectTypeOf, test, vi } from "vitest";
import { bindPhone, type PhoneDetail, phoneNumber } from "../../client/phone.ts";
import { createLogin, LoginError, messageFor } from "../../client/weapp-login.ts";
import { Fail, type FakeAnswer, fakeWx, gate, problem, rejection, type Seen } from "../support/fake-wx.ts";

const detail = { code: "phone-1", errMsg: "getPhoneNumber:ok" };
const required = problem(409, "binding_required", "bind", { bindTicket: "ticket-1" });
const sends = (field: string, { data }: Seen) => Object.keys(Object(data)).includes(field);
/** Each test taps anew. */
let taps = 1;
const tap = (): PhoneDetail => ({ ...detail, code: `phone-${++taps}` });

/** An identity that is bound by the first phone code, or gets this answer to it. */
function unbound(answer?: FakeAnswer | Fail) {
  const fake = fakeWx((seen) => {
    if (seen.route !== "POST /login") return undefined;
    if (!sends("phoneCode", seen)) return required;
    return answer ?? fake.openSession(true);
  });
  return fake;
}

test("the detail is what WeChat's own types say it is", () => {
  expectTypeOf<WechatMiniprogram.ButtonGetPhoneNumber["detail"]>().toExtend<PhoneDetail>();
});

test.each<[what: string, detail: PhoneDetail, code: string, action: string, message: string]>([
  [
    "denied",
    { errMsg: "getPhoneNumber:fail user deny" },
    "user_denied",
    "new_phone_code",
    "您未授权，请重新操作",
  ],
  [
    "denied, elsewhere",
    { errMsg: "getPhoneNumber:fail:user cancel" },
    "user_denied",
    "new_phone_code",
    "您未授权，请重新操作",
  ],
  [
    "privacy not agreed",
    { errMsg: "getPhoneNumber:fail privacy permission is not authorized", errno: 104 },
    "privacy_not_agreed",
    "new_phone_code",
    "请先同意隐私保护指引",
  ],
  [
    "the same by its number only",
    { errMsg: "getPhoneNumber:fail", errno: 104 },
    "privacy_not_agreed",
    "new_phone_code",
    "请先同意隐私保护指引",
  ],
  [
    "not declared",
    { errMsg: "getPhoneNumber:fail api scope is not declared in the privacy agreement", errno: 112 },
    "privacy_not_declared",
    "fix_request",
    "小程序尚未声明该信息的用途，请联系客服",
  ],
  [
    "quota empty",
    { errMsg: "getPhoneNumber:fail quota exceeded", errno: 1400001 },
    "phone_quota_empty",
    "contact_support",
    "手机号验证暂不可用，请使用其他方式",
  ],
  [
    "base library before 2.21.2",
    { errMsg: "getPhoneNumber:ok", encryptedData: "…" },
    "base_library_too_old",
    "contact_support",
    "微信版本过低，请升级微信",
  ],
  [
    "no permission",
    { errMsg: "getPhoneNumber:fail no permission" },
    "phone_button_failed",
    "new_phone_code",
    "获取手机号失败，请重试",
  ],
  ["no detail", {}, "phone_button_failed", "new_phone_code", "获取手机号失败，请重试"],
])("the button, %s: nothing is sent", async (_, given, code, action, message) => {
  const { options, phone, seen } = fakeWx();
  const login = createLogin(options);
  for (const call of [bindPhone, phoneNumber]) {
    const error = await rejection(call(login, given));
    expect(error).toBeInstanceOf(LoginError);
    expect(error).toMatchObject({ code, action });
    expect(String(error)).toContain(given.errMsg ?? "");
    if (given.errno) expect(String(error)).toContain(`errno ${given.errno}`);
  }
  expect(messageFor(code, "zh")).toBe(message);
  expect({ codes: phone.codes, sent: seen.length }).toEqual({ codes: 0, sent: 0 });
});

describe("bindPhone", () => {
  test("one wx.login, sent with the phone code and nothing else of the event's", async () => {
    const { options, seen } = unbound();
    const given = { ...detail, encryptedData: "old", iv: "old", cloudID: "1" };
    expect(await bindPhone(createLogin(options), given)).toMatchObject({
      sessionId: "session-1",
      newBinding: true,
    });
    expect(seen.map(({ data }) => data)).toEqual([{ code: "code-1", phoneCode: "phone-1" }]);
  });

  test("the ticket of a silent login is used before a new code", async () => {
    const { options, phone, seen } = unbound();
    const login = createLogin(options);
    await rejection(login.login());
    const { code } = await bindPhone(login, tap()).then(() => ({ code: `phone-${taps}` }));
    expect(seen.at(-1)?.data).toEqual({ bindTicket: "ticket-1", phoneCode: code });
    expect(phone.codes).toBe(1);
  });

  test("a ticket that is not valid any more falls back to a new wx.login, with the same phone code", async () => {
    const fake = fakeWx((seen) => {
      if (!sends("phoneCode", seen)) return required;
      return sends("bindTicket", seen) ? problem(401, "invalid_ticket", "new_code") : fake.openSession();
    });
    const login = createLogin(fake.options);
    await rejection(login.login());
    const phoneCode = (await bindPhone(login, tap())) && `phone-${taps}`;
    expect(fake.seen.slice(1).map(({ data }) => data)).toEqual([
      { bindTicket: "ticket-1", phoneCode },
      { code: "code-2", phoneCode },
    ]);
  });

  test("… unless the phone code is spent: a bind that had the ticket came first", async () => {
    const fake = fakeWx((seen) =>
      sends("bindTicket", seen) ? problem(401, "invalid_ticket", "new_phone_code") : required,
    );
    const login = createLogin(fake.options);
    await rejection(login.login());
    expect(await rejection(bindPhone(login, tap()))).toMatchObject({
      code: "invalid_ticket",
      action: "new_phone_code",
    });
    expect(fake.count("POST /login")).toBe(2);
  });

  test("no account has the number: needsBinding, and a ticket for the form", async () => {
    const fake = fakeWx((seen) => (sends("password", seen) ? fake.openSession(true) : required));
    const login = createLogin(fake.options);
    const needsBinding = vi.fn();
    login.on("needsBinding", needsBinding);
    expect(await rejection(bindPhone(login, tap()))).toMatchObject({
      code: "binding_required",
      action: "bind",
    });
    expect(needsBinding).toHaveBeenCalledOnce();
    await login.bind({ username: "a", password: "b" });
    expect(fake.seen.at(-1)?.data).toEqual({ bindTicket: "ticket-1", username: "a", password: "b" });
  });

  test.each<[what: string, answer: FakeAnswer | Fail, code: string]>([
    ["a spent code", problem(401, "invalid_phone_code", "new_phone_code"), "invalid_phone_code"],
    ["WeChat, busy after it had the code", problem(503, "wechat_busy", "new_phone_code"), "wechat_busy"],
    ["WeChat, too slow", problem(504, "wechat_timeout", "new_phone_code"), "wechat_timeout"],
    [
      "a table that failed after that",
      problem(503, "store_unavailable", "new_phone_code"),
      "store_unavailable",
    ],
    ["the gateway's 503", { statusCode: 503, data: { message: "Service Unavailable" } }, "unexpected_answer"],
    ["a 200 without a session", { statusCode: 200, data: "<html>" }, "unexpected_answer"],
    ["no answer", new Fail("request:fail timeout"), "network_timeout"],
    ["no network", new Fail("request:fail "), "network_failed"],
  ])("%s: nothing is sent again, and only a new tap helps", async (_, answer, code) => {
    const { options, count } = unbound(answer);
    const login = createLogin(options);
    const given = tap();
    const error = await rejection(bindPhone(login, given));
    expect(error).toBeInstanceOf(LoginError);
    expect(error).toMatchObject({ code, action: "new_phone_code" });
    expect(await rejection(bindPhone(login, given))).toMatchObject({
      code: "invalid_phone_code",
      action: "new_phone_code",
    });
    expect(count("POST /login")).toBe(1);
    await rejection(bindPhone(login, tap()));
    expect(count("POST /login")).toBe(2);
  });

  test.each([
    ["invalid_code", 401],
    ["wechat_busy", 503],
  ])("%s before the phone code has left: a new wx.login, and the same phone code", async (code, status) => {
    vi.useFakeTimers();
    try {
      let failed = false;
      const fake = fakeWx(() => {
        if (failed) return undefined;
        failed = true;
        return problem(status, code, "new_code");
      });
      const bound = bindPhone(createLogin(fake.options), tap());
      await vi.runAllTimersAsync();
      expect(await bound).toMatchObject({ sessionId: "session-1" });
      const phoneCode = `phone-${taps}`;
      expect(fake.seen.map(({ data }) => data)).toEqual([
        { code: "code-1", phoneCode },
        { code: "code-2", phoneCode },
      ]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("a refusal from before WeChat was asked leaves the code as it was", async () => {
    let answer: FakeAnswer | undefined = problem(429, "too_many_attempts", "wait");
    const fake = fakeWx(() => answer);
    const login = createLogin(fake.options);
    const given = tap();
    expect(await rejection(bindPhone(login, given))).toMatchObject({ code: "too_many_attempts" });
    answer = undefined;
    expect(await bindPhone(login, given)).toMatchObject({ sessionId: "session-1" });
    expect(await rejection(bindPhone(login, given))).toMatchObject({ code: "invalid_phone_code" });
  });

  test.each([
    ["binding_required", "bind"],
    ["phone_number_taken", "contact_support"],
  ])("%s may have spent the code, and counts as if it had", async (code, action) => {
    const { options, count } = unbound(problem(409, code, action));
    const login = createLogin(options);
    const given = tap();
    expect(await rejection(bindPhone(login, given))).toMatchObject({ code, action });
    expect(await rejection(bindPhone(login, given))).toMatchObject({ code: "invalid_phone_code" });
    expect(count("POST /login")).toBe(1);
  });

  test("its Retry-After holds up further phone codes, and neither silent logins nor passwords", async () => {
    const wait = { ...problem(503, "quota_exhausted", "wait"), header: { "Retry-After": "600" } };
    const { options, count } = fakeWx((seen) => (sends("phoneCode", seen) ? wait : undefined));
    const login = createLogin(options);
    await rejection(bindPhone(login, tap()));
    expect(await rejection(bindPhone(login, tap()))).toMatchObject({
      code: "quota_exhausted",
      action: "wait",
      retryAfter: 600,
    });
    expect(count("POST /login")).toBe(1);
    // Also after a restart.
    expect(await rejection(bindPhone(createLogin(options), tap()))).toMatchObject({ retryAfter: 600 });
    expect(await login.bind({ username: "a", password: "b" })).toMatchObject({ sessionId: "session-1" });
    expect(await createLogin(options).login()).toMatchObject({ sessionId: "session-1" });
    expect(count("POST /login")).toBe(2);
  });

  test("a second event with the same code is a mistake; another code waits for the first", async () => {
    const slow = gate();
    const fake = fakeWx((seen) =>
      seen.route === "POST /login" ? slow.opened.then(() => fake.openSession()) : undefined,
    );
    const login = createLogin(fake.options);
    const given = tap();
    const first = bindPhone(login, given);
    expect(await rejection(bindPhone(login, { ...given }))).toMatchObject({ code: "invalid_phone_code" });
    const second = bindPhone(login, tap());
    slow.open();
    expect(await first).toMatchObject({ sessionId: "session-1" });
    expect(await second).toMatchObject({ sessionId: "session-2" });
  });

  test("a logout ends it: a session that comes late is closed", async () => {
    const slow = gate();
    const fake = fakeWx((seen) =>
      seen.route === "POST /login" ? slow.opened.then(() => fake.openSession()) : undefined,
    );
    const login = createLogin(fake.options);
    const given = tap();
    const bound = rejection(bindPhone(login, given));
    await vi.waitFor(() => expect(fake.count("POST /login")).toBe(1));
    await login.logout();
    expect(await bound).toMatchObject({ code: "logged_out" });
    slow.open();
    await vi.waitFor(() => expect(fake.count("DELETE /session")).toBe(1));
    expect(login.session()).toBeUndefined();
    expect(await rejection(bindPhone(login, given))).toMatchObject({ code: "invalid_phone_code" });
  });

  test("the phone code is kept nowhere, and is in no error", async () => {
    const { options, storage } = unbound(problem(401, "invalid_phone_code", "new_phone_code"));
    const login = createLogin(options);
    const given = tap();
    const errors = [await rejection(bindPhone(login, given)), await rejection(bindPhone(login, given))];
    const everything = JSON.stringify([errors, errors.map(String), [...storage]]);
    expect(everything).not.toContain(given.code);
  });
});

describe("phoneNumber", () => {
  const route = "POST /phone";
  const told = { statusCode: 200, data: { phoneNumber: "+8613800138000" } };

  test("is the verified number of who is logged in", async () => {
    const { options, seen } = fakeWx((it) => (it.route === route ? told : undefined));
    const given = tap();
    expect(await phoneNumber(createLogin(options), given)).toBe("+8613800138000");
    expect(seen.at(-1)).toEqual({ route, session: "session-1", data: { phoneCode: given.code } });
  });

  test("a refused session has not let the code through: after a silent login it goes out once more", async () => {
    const { options, revoke, alive, count } = fakeWx(({ route: to, session }) =>
      to === route && alive.has(session ?? "") ? told : undefined,
    );
    const login = createLogin(options);
    await login.login();
    revoke();
    expect(await phoneNumber(login, tap())).toBe("+8613800138000");
    expect(count(route)).toBe(2);
  });

  test.each<[what: string, answer: FakeAnswer | Fail, code: string]>([
    ["a spent code", problem(401, "invalid_phone_code", "new_phone_code"), "invalid_phone_code"],
    [
      "the gateway's 500",
      { statusCode: 500, data: { message: "Internal Server Error" } },
      "unexpected_answer",
    ],
    ["a 200 without a number", { statusCode: 200, data: {} }, "unexpected_answer"],
    ["no answer", new Fail("request:fail timeout"), "network_timeout"],
  ])("%s: only a new tap helps", async (_, answer, code) => {
    const { options, count } = fakeWx((it) => (it.route === route ? answer : undefined));
    const login = createLogin(options);
    const given = tap();
    for (const expected of [code, "invalid_phone_code"]) {
      expect(await rejection(phoneNumber(login, given))).toMatchObject({
        code: expected,
        action: "new_phone_code",
      });
    }
    expect(count(route)).toBe(1);
  });
});
