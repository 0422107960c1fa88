import { expect, expectTypeOf, test, vi } from "vitest";
import { openData } from "../../client/open-data.ts";
import { bindPhone } from "../../client/phone.ts";
import {
  type Action,
  type ClientCode,
  createLogin,
  errorOf,
  LoginError,
  messageFor,
  type ServerCode,
} from "../../client/weapp-login.ts";
import type { ErrorCode, Action as ServersAction } from "../../contract/errors.ts";
import { errors } from "../../contract/errors.ts";
import { problem } from "../../functions/runtime/problem.ts";
import { fakeWx, rejection } from "../support/fake-wx.ts";

const clientCodes: Readonly<Record<ClientCode, true>> = {
  network_failed: true,
  network_timeout: true,
  interrupted: true,
  wx_login_failed: true,
  session_refused: true,
  logged_out: true,
  unexpected_answer: true,
  user_denied: true,
  privacy_not_agreed: true,
  privacy_not_declared: true,
  phone_quota_empty: true,
  base_library_too_old: true,
  phone_button_failed: true,
  open_data_failed: true,
};

test("codes and actions are the server's", () => {
  expectTypeOf<ServerCode>().toEqualTypeOf<ErrorCode>();
  expectTypeOf<Action>().toEqualTypeOf<ServersAction>();
});

const event = { headers: {}, requestContext: { requestId: "r-1" } };

test.each(Object.entries(errors))("%s of the server rejects a login as a LoginError", async (code, row) => {
  const answer = problem(event, code as ErrorCode, { detail: "Why.", retryAfter: 9, bindTicket: "t" });
  const { options, storage } = fakeWx(() => ({
    statusCode: answer.statusCode ?? 0,
    // As it travels, and as some clients leave it: a string.
    data: answer.body,
    header: Object.fromEntries(
      Object.entries(answer.headers ?? {}).map(([name, value]) => [name, String(value)]),
    ),
  }));
  const error = await rejection(createLogin(options).login());
  expect(error).toBeInstanceOf(LoginError);
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: "LoginError",
    message: `${code}: Why.`,
    code,
    action: row.action,
    status: row.status,
    detail: "Why.",
    retryAfter: 9,
    requestId: "r-1",
  });
  // Nothing but how long to wait.
  expect([...storage.values()]).not.toContainEqual(expect.objectContaining({ sessionId: expect.anything() }));
});

test.each([
  [401, "session_refused", "retry"],
  [403, "session_refused", "retry"],
  [404, "unexpected_answer", "retry"],
  [413, "unexpected_answer", "fix_request"],
  [429, "unexpected_answer", "retry"],
  [500, "unexpected_answer", "retry"],
  [503, "unexpected_answer", "retry"],
  [504, "unexpected_answer", "retry"],
])("the gateway's own %i is %s: %s", (statusCode, code, action) => {
  const header = { "Apigw-Requestid": "gw-1" };
  expect(errorOf({ statusCode, data: { message: "Words" }, header })).toMatchObject({
    code,
    action,
    status: statusCode,
    detail: statusCode === 404 ? "wrong path or baseUrl" : "Words",
    requestId: "gw-1",
  });
});

test("a 404 with a code is the function's own, in its own words", () => {
  const data = { code: "no_such_order", message: "There is no such order" };
  const { code, detail } = errorOf({ statusCode: 404, data, header: {} }) ?? {};
  expect({ code, detail }).toEqual({ code: "no_such_order", detail: "There is no such order" });
});

test.each([200, 201, 204, 299])("%i is no error", (statusCode) => {
  expect(errorOf({ statusCode, data: "", header: {} })).toBeUndefined();
});

test.each([["<html>"], [""], [null], [[]], [7], [{ code: 7, action: {}, detail: [], requestId: 1 }]])(
  "a 502 with %j is an error all the same",
  (data) => {
    expect(errorOf({ statusCode: 502, data, header: {} })).toMatchObject({
      code: "unexpected_answer",
      action: "retry",
      status: 502,
    });
  },
);

test.each([...Object.keys(errors), ...Object.keys(clientCodes)])(
  "%s has a message in both languages",
  async (code) => {
    // Those that only they meet come with them.
    const login = createLogin(fakeWx().options);
    await rejection(bindPhone(login, {}));
    await rejection(openData(login, () => Promise.reject(new Error("no data"))));
    if (code !== "unexpected_answer") {
      expect(messageFor(code, "zh")).not.toBe(messageFor("unexpected_answer", "zh"));
      expect(messageFor(code, "en")).not.toBe(messageFor("unexpected_answer", "en"));
    }
    expect(messageFor(code, "zh")).toMatch(/^[\u4e00-\u9fff\uff0c]+$/);
    expect(messageFor(code, "en")).toMatch(/^[A-Z][A-Za-z .]+\.$/);
  },
);

test("words of the app's own are said, also for what the phone's button adds later, and for codes of its functions", async () => {
  // A copy of its own, because those words would stay.
  vi.resetModules();
  const { addMessages, createLogin, messageFor } = await import("../../client/weapp-login.ts");
  const { bindPhone } = await import("../../client/phone.ts");
  addMessages({
    phone_button_failed: ["请再试", "Once more."],
    album_is_full: ["相册已满", "The album is full."],
  });
  await rejection(bindPhone(createLogin(fakeWx().options), {}));
  expect(messageFor("phone_button_failed", "zh")).toBe("请再试");
  expect(messageFor("album_is_full", "en")).toBe("The album is full.");
});

test.each(["not_your_order", "toString", "__proto__", ""])(
  "%j, which it does not know, gets a general one",
  (code) => {
    expect(messageFor(code, "zh")).toBe(messageFor("unexpected_answer", "zh"));
    expect(messageFor(code, "en")).toBe(messageFor("unexpected_answer", "en"));
  },
);
