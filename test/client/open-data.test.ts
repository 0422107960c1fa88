/// <reference types="miniprogram-api-typings" />
import { expect, expectTypeOf, test, vi } from "vitest";
import { type OpenData, openData } from "../../client/open-data.ts";
import { createLogin, LoginError, messageFor } from "../../client/weapp-login.ts";
import { type FakeAnswer, fakeWx, gate, problem, rejection } from "../support/fake-wx.ts";

const route = "POST /open-data";
const steps = { encryptedData: "encrypted", iv: "iv" };
const stale = problem(409, "session_key_stale", "new_code");

/**
 * A phone whose data is encrypted under the key of its last wx.login (`data-1`), and a server that knows the key of the
 * code that it was sent last. Its answers to open data wait for `slow`, if there is one.
 */
function phoneWithSteps(
  answer?: (session: string | undefined) => FakeAnswer | undefined,
  slow?: Promise<void>,
) {
  let known: unknown;
  const fake = fakeWx(({ route: to, session, data }) => {
    if (to === "POST /login") known = Object(data).code;
    if (to !== route || !fake.alive.has(session ?? "")) return undefined;
    const fits = String(known).replace("code", "data") === Object(data).encryptedData;
    const given =
      answer?.(session) ?? (fits ? { statusCode: 200, data: { data: { stepInfoList: [] } } } : stale);
    return slow ? slow.then(() => given) : given;
  });
  const getWeRunData = vi.fn(async () => ({
    errMsg: "getWeRunData:ok",
    encryptedData: `data-${fake.phone.codes}`,
    iv: "iv",
    cloudID: "1",
  }));
  return { ...fake, getWeRunData, login: createLogin(fake.options) };
}

test("WeChat's own calls fit", () => {
  expectTypeOf<WechatMiniprogram.GetWeRunDataSuccessCallbackResult>().toExtend<OpenData>();
  expectTypeOf<WechatMiniprogram.GetGroupEnterInfoSuccessCallbackResult>().toExtend<OpenData>();
  expectTypeOf<WechatMiniprogram.GetUserInfoSuccessCallbackResult>().toExtend<OpenData>();
});

test("without a session it logs in first and fetches then: the data fits the key", async () => {
  const { login, getWeRunData, seen, phone } = phoneWithSteps();
  expect(await openData(login, getWeRunData)).toEqual({ stepInfoList: [] });
  expect(getWeRunData).toHaveBeenCalledOnce();
  expect(seen.at(-1)).toEqual({
    route,
    session: "session-1",
    data: { encryptedData: "data-1", iv: "iv" },
  });
  expect(phone.codes).toBe(1);
});

test.each<[string, OpenData, object]>([
  ["a pair", { ...steps, errMsg: "ok" } as OpenData, steps],
  ["the other pair", { rawData: "{}", signature: "s" }, { rawData: "{}", signature: "s" }],
  ["both, as wx.getUserInfo gives them", { ...steps, rawData: "{}", signature: "s" } as OpenData, steps],
])("%s is sent, and nothing else", async (_, data, expected) => {
  const { options, seen } = fakeWx((it) =>
    it.route === route ? { statusCode: 200, data: { data: { nickName: "微信用户" } } } : undefined,
  );
  expect(await openData(createLogin(options), data)).toEqual({ nickName: "微信用户" });
  expect(seen.at(-1)?.data).toEqual(expected);
});

test("a stale key: one login, and the data is fetched again", async () => {
  const { login, getWeRunData, phone, seen } = phoneWithSteps();
  await login.login();
  // Another wx.login, whose code the server was never sent.
  phone.codes++;
  expect(await openData(login, getWeRunData)).toEqual({ stepInfoList: [] });
  expect(
    seen.slice(1).map(({ route: to, session, data }) => [to, session, Object(data).encryptedData]),
  ).toEqual([
    [route, "session-1", "data-2"],
    ["POST /login", undefined, undefined],
    [route, "session-2", "data-3"],
  ]);
});

test("a stale key is tried once more only, with one login", async () => {
  const { login, getWeRunData, phone, count } = phoneWithSteps(() => stale);
  await login.login();
  const error = await rejection(openData(login, getWeRunData));
  expect(error).toBeInstanceOf(LoginError);
  expect(error).toMatchObject({ code: "session_key_stale", action: "new_code", status: 409 });
  expect(messageFor("session_key_stale", "zh")).toBe("登录凭证已失效，请重新操作");
  expect({ codes: phone.codes, calls: count(route), fetched: getWeRunData.mock.calls.length }).toEqual({
    codes: 2,
    calls: 2,
    fetched: 2,
  });
});

test("a plain object is sent again as it is", async () => {
  const { login, seen, phone } = phoneWithSteps((session) =>
    session === "session-1" ? stale : { statusCode: 200, data: { data: { openGId: "g" } } },
  );
  await login.login();
  expect(await openData(login, steps)).toEqual({ openGId: "g" });
  expect(seen.filter((it) => it.route === route).map(({ data }) => data)).toEqual([steps, steps]);
  expect(phone.codes).toBe(2);
});

test("several at once share the login", async () => {
  const { login, getWeRunData, phone } = phoneWithSteps((session) =>
    session === "session-1" ? stale : undefined,
  );
  await login.login();
  const all = await Promise.all([1, 2, 3].map(() => openData(login, getWeRunData)));
  expect(all).toHaveLength(3);
  expect(phone.codes).toBe(2);
});

test.each(["before it is fetched", "while it is fetched", "while the stale key is answered"])(
  "a logout %s is a logout: nothing is sent after it, and nobody is logged in",
  async (when) => {
    const slow = gate();
    const { login, getWeRunData, phone, count } = phoneWithSteps(() => stale, slow.opened);
    await login.login();
    if (when === "before it is fetched") await login.logout();
    const fetched = async () => {
      if (when === "while it is fetched") await slow.opened;
      return getWeRunData();
    };
    const result = rejection(openData(login, fetched));
    if (when === "while the stale key is answered") await vi.waitFor(() => expect(count(route)).toBe(1));
    await login.logout();
    slow.open();
    expect(await result).toMatchObject({ code: "logged_out" });
    expect(login.session()).toBeUndefined();
    expect(phone.codes).toBe(1);
    expect(count(route)).toBe(when === "while the stale key is answered" ? 1 : 0);
  },
);

test.each([
  [{ errMsg: "getWeRunData:fail auth deny" }, "user_denied", "retry"],
  [
    { errMsg: "getWeRunData:fail privacy permission is not authorized", errno: 104 },
    "privacy_not_agreed",
    "retry",
  ],
  [{ errMsg: "getWeRunData:fail", errno: 112 }, "privacy_not_declared", "fix_request"],
  [{ errMsg: "getWeRunData:fail system error" }, "open_data_failed", "retry"],
])("%j of the runtime is a LoginError", async (failure, code, action) => {
  const { options, count } = fakeWx();
  const login = createLogin(options);
  const error = await rejection(openData(login, () => Promise.reject(failure)));
  expect(error).toBeInstanceOf(LoginError);
  expect(error).toMatchObject({ code, action });
  expect(String(error)).toContain(failure.errMsg);
  expect(count(route)).toBe(0);
});

test("what else the function rejects with is passed on", async () => {
  const login = createLogin(fakeWx().options);
  const mistake = new TypeError("wx.getWeRunDate is not a function");
  const fails = () => {
    throw mistake;
  };
  expect(await rejection(openData(login, fails))).toBe(mistake);
});

test("an answer without data is none", async () => {
  const { options } = fakeWx((it) =>
    it.route === route ? { statusCode: 200, data: { data: "x" } } : undefined,
  );
  expect(await rejection(openData(createLogin(options), steps))).toMatchObject({
    code: "unexpected_answer",
    action: "retry",
  });
});

test("a 409 of a function of your own with the action new_code is answered likewise, and no other is", async () => {
  const answers = [stale, problem(409, "taken", "fix_request")];
  const { options, count, phone } = fakeWx(({ route: to }) =>
    to === "GET /x" ? answers[count("GET /x") - 1] : undefined,
  );
  const { request } = createLogin(options);
  expect(await request({ path: "/x" })).toMatchObject({ data: { code: "taken" } });
  expect({ calls: count("GET /x"), codes: phone.codes }).toEqual({ calls: 2, codes: 2 });
  expect(await request({ path: "/x", method: "POST" })).toMatchObject({ statusCode: 200 });
});
