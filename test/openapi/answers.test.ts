import { expect, test } from "vitest";
import { expectInContract, outsideContract } from "../support/openapi/answers.ts";

const json = { "content-type": "application/json", "cache-control": "no-store" };
const problemJson = {
  "content-type": "application/problem+json",
  "cache-control": "no-store",
  "content-language": "en",
};
const gateway = { "content-type": "application/json" };
const loggedIn = {
  sessionId: "A".repeat(64),
  expiresAt: "2026-11-23T13:58:44.000Z",
  userId: "u_zhangsan",
  newBinding: false,
};
const bindingRequired = {
  type: "urn:weapp-login:error:binding_required",
  title: "This WeChat identity has no account yet",
  status: 409,
  code: "binding_required",
  action: "bind",
  requestId: "request-1",
  bindTicket: "A".repeat(43),
};
const tooMany = {
  ...bindingRequired,
  type: "urn:weapp-login:error:too_many_attempts",
  status: 429,
  code: "too_many_attempts",
  action: "wait",
  bindTicket: undefined,
};

type Answer = [route: string, status: number, headers: Record<string, string>, body?: object | string];

function judge([route, status, headers, body = ""]: Answer): string[] {
  const [method = "", path = ""] = route.split(" ");
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return outsideContract(method, path, status, new Headers(headers), text);
}

test.each<Answer>([
  ["POST /login", 200, json, loggedIn],
  ["POST /login?openid=someone", 200, json, loggedIn],
  ["POST /login", 409, problemJson, bindingRequired],
  ["POST /login", 429, { ...problemJson, "retry-after": "76" }, tooMany],
  ["POST /login", 429, gateway, { message: "Too Many Requests" }],
  ["HEAD /login", 405, { ...problemJson, allow: "POST" }],
  ["DELETE /sessions/anything%20at%20all", 204, { "cache-control": "no-store" }],
  ["DELETE /sessions/a/b", 404, gateway, { message: "Not Found" }],
  ["HEAD /session", 404, gateway],
])("%s may be answered %i", (...answer) => {
  expect(judge(answer)).toEqual([]);
});

test.each<[why: string, answer: Answer, told: string]>([
  [
    "a status of another kind",
    ["POST /login", 418, json, loggedIn],
    "POST /login, 418: the status is none of",
  ],
  [
    "another content-type",
    ["POST /login", 200, { ...json, "content-type": "text/html" }, loggedIn],
    "POST /login, 200: the content-type is text/html, and none of application/json",
  ],
  [
    "a problem that calls itself plain JSON",
    ["POST /login", 409, json, bindingRequired],
    "POST /login, 409: the content-type is application/json, and none of application/problem+json",
  ],
  [
    "a member that is not described",
    ["POST /login", 200, json, { ...loggedIn, openid: "o1" }],
    'POST /login, 200: application/json: / must NOT have additional properties ("openid")',
  ],
  [
    "the same in a problem",
    ["POST /login", 409, problemJson, { ...bindingRequired, retryAfter: 1 }],
    'POST /login, 409: application/problem+json: / must NOT have unevaluated properties ("retryAfter")',
  ],
  [
    "a ticket that is missing",
    ["POST /login", 409, problemJson, { ...bindingRequired, bindTicket: undefined }],
    "POST /login, 409: application/problem+json: / must have required property 'bindTicket'",
  ],
  [
    "the action of another code",
    ["POST /login", 409, problemJson, { ...bindingRequired, action: "retry" }],
    'POST /login, 409: application/problem+json: /action must be equal to constant ("bind")',
  ],
  [
    "a code of another status",
    ["POST /login", 401, problemJson, bindingRequired],
    'POST /login, 401: application/problem+json: / value of tag "code" must be in oneOf',
  ],
  [
    "a time that is none",
    ["GET /session", 200, json, { userId: "u", appId: "wx1", createdAt: "now", expiresAt: "2026-13-23" }],
    'GET /session, 200: application/json: /createdAt must match format "date-time"',
  ],
  [
    "a credential in the list of devices",
    ["GET /sessions", 200, json, { sessions: [{ id: "A".repeat(64) }] }],
    "GET /sessions, 200: application/json: /sessions/0/id must match pattern",
  ],
  [
    "a success that may be cached",
    ["POST /login", 200, gateway, loggedIn],
    "POST /login, 200: the header Cache-Control is missing",
  ],
  [
    "a 429 that does not say how long",
    ["POST /login", 429, problemJson, tooMany],
    "POST /login, 429: the header Retry-After is missing",
  ],
  [
    "a 429 that says it in words",
    ["POST /login", 429, { ...problemJson, "retry-after": "soon" }, tooMany],
    "POST /login, 429: the header Retry-After: / must be integer",
  ],
  [
    "a 405 without the method",
    ["HEAD /login", 405, problemJson],
    "HEAD /login, 405: the header Allow is missing",
  ],
  [
    "a body where there is none",
    ["DELETE /sessions/1", 204, json, {}],
    "DELETE /sessions/{id}, 204: there must be no body",
  ],
  ["half a body", ["GET /hello", 200, json, '{"message":'], "GET /hello, 200: the body is not JSON"],
  [
    "a success of an operation that is not described",
    ["PUT /session", 200, json, {}],
    "PUT /session (not an operation), 200: the status is none of 404",
  ],
])("%s is noticed", (_, answer, told) => {
  expect(judge(answer).join("\n")).toContain(told);
});

test("whoever asks is told everything at once", () => {
  const check = () => expectInContract("POST", "/login", 200, new Headers(gateway), "{}");
  expect(check).toThrow(
    /does not allow this answer:\n- POST \/login, 200: the header Cache-Control is missing\n- POST/,
  );
});
