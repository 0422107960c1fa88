import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sample } from "../../local/sample.ts";
import { type StackOnLaptop, startStackOnLaptop } from "../support/stack-on-laptop.ts";

const { username, password, userId } = sample;

let stack: StackOnLaptop;
beforeAll(async () => {
  stack = await startStackOnLaptop();
});
afterAll(() => stack.close());

test("first login with password, silent login, a protected call, logout, refusal", async () => {
  const code = stack.simulator.login("alice");
  const first = await stack.login({ username: "zhangsan", password: "pwd123456", code });
  expect(first.status).toBe(200);
  expect(first.body).toEqual({
    sessionId: expect.stringMatching(/^[A-Za-z0-9_-]{64}$/),
    expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
    userId,
    newBinding: true,
  });
  expect(first.headers.get("cache-control")).toBe("no-store");

  const silent = await stack.login({ code: stack.simulator.login("alice") });
  expect(silent.status).toBe(200);
  expect(silent.body).toMatchObject({ userId, newBinding: false });
  const session = silent.body.sessionId;
  expect(session).not.toBe(first.body.sessionId);

  expect((await stack.call("GET /hello", { session })).body).toEqual({ message: `Hello, ${userId}`, userId });
  const { body } = await stack.call("GET /session", { session });
  expect(body).toEqual({
    userId,
    appId: sample.appId,
    createdAt: expect.any(String),
    expiresAt: silent.body.expiresAt,
  });
  expect(Date.parse(body.expiresAt) - Date.parse(body.createdAt)).toBeGreaterThan(86_399_000 - 1);

  expect(await stack.call("DELETE /session", { session })).toMatchObject({ status: 204, body: undefined });
  expect((await stack.call("GET /hello", { session })).status).toBe(403);
  expect((await stack.call("GET /session", { session })).status).toBe(403);
  // The other device stays in.
  expect((await stack.call("GET /hello", { session: first.body.sessionId })).status).toBe(200);
});

test("an unknown user gets a bind ticket; the ticket and the password bind and log in", async () => {
  const unknown = await stack.login({ code: stack.simulator.login("bob") });
  expect(unknown.status).toBe(409);
  expect(unknown.headers.get("content-type")).toBe("application/problem+json");
  expect(unknown.body).toMatchObject({ code: "binding_required", action: "bind", status: 409 });

  const bound = await stack.login({ bindTicket: unknown.body.bindTicket, username, password });
  expect(bound).toMatchObject({ status: 200, body: { userId, newBinding: true } });

  const again = await stack.login({ bindTicket: unknown.body.bindTicket, username, password });
  expect(again).toMatchObject({ status: 401, body: { code: "invalid_ticket", action: "new_code" } });
});

test("a mistyped password needs no new code", async () => {
  const wrong = await stack.login({ code: stack.simulator.login("carol"), username, password: "pwd12345" });
  expect(wrong).toMatchObject({
    status: 401,
    body: { code: "invalid_credentials", action: "fix_credentials" },
  });
  const { bindTicket } = wrong.body;

  const stillWrong = await stack.login({ bindTicket, username, password: "pwd1234567" });
  expect(stillWrong).toMatchObject({ status: 401, body: { code: "invalid_credentials", bindTicket } });

  const right = await stack.login({ bindTicket, username, password });
  expect(right).toMatchObject({ status: 200, body: { userId, newBinding: true } });
});

test("a ticket is good for five guesses", async () => {
  const { body } = await stack.login({ code: stack.simulator.login("guesser") });
  for (let guess = 1; guess <= 5; guess++) {
    const answer = await stack.login({ bindTicket: body.bindTicket, username, password: `guess ${guess}` });
    expect(answer.body.code).toBe("invalid_credentials");
  }
  const answer = await stack.login({ bindTicket: body.bindTicket, username, password });
  expect(answer.body.code).toBe("invalid_ticket");
});

test("the same code twice is refused the second time", async () => {
  const code = stack.simulator.login("alice");
  expect((await stack.login({ code })).status).toBe(200);
  const again = await stack.login({ code });
  expect(again).toMatchObject({ status: 401, body: { code: "invalid_code", action: "new_code" } });
});

describe("with credentials in the call, credentials decide", () => {
  test("a wrong password is refused although the identity is bound", async () => {
    const answer = await stack.login({ code: stack.simulator.login("alice"), username, password: "wrong" });
    expect(answer).toMatchObject({ status: 401, body: { code: "invalid_credentials" } });
  });

  test("the right password of the same account logs in", async () => {
    const answer = await stack.login({ code: stack.simulator.login("alice"), username, password });
    expect(answer).toMatchObject({ status: 200, body: { userId, newBinding: false } });
  });
});

test("a GET on /login is told to use POST", async () => {
  const answer = await stack.call("GET /login");
  expect(answer.status).toBe(405);
  expect(answer.headers.get("allow")).toBe("POST");
  expect(answer.body).toMatchObject({ code: "method_not_allowed", action: "fix_request" });
  expect(answer.body.detail).toContain("method: 'POST'");
});

test("an error has its title in the language of whoever asks", async () => {
  const headers = { "accept-language": "zh-CN,zh;q=0.9,en;q=0.8" };
  const answer = await stack.call("GET /login", { headers });
  expect(answer.headers.get("content-language")).toBe("zh");
  expect(answer.body).toMatchObject({ title: "该地址不支持此请求方法", code: "method_not_allowed" });
});

test("without a session the gateway says 401, and with a dead one 403", async () => {
  expect(await stack.call("GET /hello")).toMatchObject({ status: 401, body: { message: "Unauthorized" } });
  const session = "A".repeat(64);
  expect(await stack.call("GET /hello", { session })).toMatchObject({
    status: 403,
    body: { message: "Forbidden" },
  });
});
