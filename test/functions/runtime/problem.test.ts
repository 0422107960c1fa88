import { describe, expect, test } from "vitest";
import { type Action, type ErrorCode, errors } from "../../../contract/errors.ts";
import { problem } from "../../../functions/runtime/problem.ts";
import { bodyOf } from "../../support/api-event.ts";

/** What callers were promised. A change here is a change for every client that is out there. */
const promised: readonly [code: ErrorCode, status: number, atLogin: Action, elsewhere: Action][] = [
  ["invalid_request", 400, "fix_request", "fix_request"],
  ["payload_too_large", 413, "fix_request", "fix_request"],
  ["unsupported_media_type", 415, "fix_request", "fix_request"],
  ["method_not_allowed", 405, "fix_request", "fix_request"],
  ["invalid_code", 401, "new_code", "new_code"],
  ["invalid_ticket", 401, "new_code", "new_code"],
  ["invalid_credentials", 401, "fix_credentials", "fix_credentials"],
  ["invalid_phone_code", 401, "new_phone_code", "new_phone_code"],
  ["binding_required", 409, "bind", "bind"],
  ["already_bound", 409, "unbind_first", "unbind_first"],
  ["access_changed", 409, "new_code", "new_code"],
  ["account_already_bound", 409, "contact_support", "contact_support"],
  ["phone_number_taken", 409, "contact_support", "contact_support"],
  ["session_key_stale", 409, "new_code", "new_code"],
  ["account_disabled", 403, "contact_support", "contact_support"],
  ["wechat_user_blocked", 403, "contact_support", "contact_support"],
  ["too_many_attempts", 429, "wait", "wait"],
  ["rate_limited", 429, "wait", "wait"],
  ["wechat_busy", 503, "new_code", "retry"],
  ["wechat_unavailable", 503, "new_code", "retry"],
  ["wechat_timeout", 504, "new_code", "retry"],
  ["quota_exhausted", 503, "wait", "wait"],
  ["store_unavailable", 503, "new_code", "retry"],
  ["internal_error", 500, "new_code", "retry"],
  ["not_configured", 503, "contact_support", "contact_support"],
];

const event = { headers: {}, requestContext: { requestId: "request-1" } };

test("every code that there is was promised, and no other", () => {
  expect(promised.map(([code]) => code).sort()).toEqual(Object.keys(errors).sort());
});

describe.each(promised)("%s", (code, status, atLogin, elsewhere) => {
  test(`is ${status} with the action ${atLogin} at login and ${elsewhere} elsewhere`, () => {
    expect(problem(event, code).statusCode).toBe(status);
    expect(bodyOf(problem(event, code))).toMatchObject({ code, status, action: atLogin });
    expect(bodyOf(problem(event, code, {}, "login"))).toMatchObject({ action: atLogin });
    expect(bodyOf(problem(event, code, {}, "elsewhere"))).toMatchObject({
      code,
      status,
      action: elsewhere,
    });
  });

  test("is a problem as RFC 9457 has it, which nobody may cache", () => {
    const answer = problem(event, code);
    expect(answer.headers).toEqual({
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "content-language": "en",
    });
    expect(bodyOf(answer)).toEqual({
      type: expect.stringMatching(new RegExp(`^urn:.+:${code}$`)),
      title: expect.stringMatching(/^\S.{9,}\S$/),
      status,
      code,
      action: atLogin,
      requestId: "request-1",
    });
  });
});

describe("an answer", () => {
  test("says in a header when to come back, in whole seconds", () => {
    const answer = problem(event, "too_many_attempts", { retryAfter: 120 });
    expect(answer.headers).toMatchObject({ "retry-after": "120" });
  });

  test("says in a header which method is allowed", () => {
    const answer = problem(event, "method_not_allowed", { allow: "POST" });
    expect(answer.headers).toMatchObject({ allow: "POST" });
  });

  test("carries the detail, the fields at fault and the bind ticket in its body", () => {
    const details = { detail: "Look here.", fields: ["code"], bindTicket: "a ticket" };
    expect(bodyOf(problem(event, "invalid_request", details))).toMatchObject(details);
  });

  test.each(["en", "zh"])(
    "has the title of its code in %s, so that two codes are never told alike",
    (language) => {
      const answers = promised.map(([code]) =>
        problem({ ...event, headers: { "accept-language": language } }, code),
      );
      expect(new Set(answers.map((answer) => bodyOf(answer).title)).size).toBe(promised.length);
      for (const answer of answers) {
        expect(answer.headers).toMatchObject({ "content-language": language });
        expect(/[\u4e00-\u9fff]/.test(String(bodyOf(answer).title))).toBe(language === "zh");
      }
    },
  );

  test("is told in English where the event has no headers", () => {
    const { requestContext } = event;
    expect(problem({ requestContext }, "internal_error").headers).toMatchObject({ "content-language": "en" });
  });

  test.each([
    ["zh-CN,zh;q=0.9,en;q=0.8", "zh"],
    ["zh", "zh"],
    ["ZH-Hant-TW", "zh"],
    ["zh_CN", "en"],
    ["en;q=0.5, zh-CN;q=0.501", "zh"],
    ["en-US,en;q=0.9,zh-CN;q=0.8", "en"],
    ["fr, zh;q=0.1", "zh"],
    ["zh;q=0", "en"],
    ["fr", "en"],
    ["*", "en"],
    ["", "en"],
    ["zha", "en"],
  ])("is told to who accepts %o in %s", (accepted, language) => {
    const answer = problem({ ...event, headers: { "accept-language": accepted } }, "invalid_code");
    expect(answer.headers).toMatchObject({ "content-language": language });
  });
});
