import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createLogin } from "../../client/weapp-login.ts";
import { sample } from "../../local/sample.ts";
import { rejection } from "../support/fake-wx.ts";
import { type StackOnLaptop, startStackOnLaptop } from "../support/stack-on-laptop.ts";
import { wxOverFetch } from "../support/wx-over-fetch.ts";

const { username, password, userId } = sample;

let stack: StackOnLaptop;
beforeAll(async () => {
  stack = await startStackOnLaptop();
});
afterAll(() => stack.close());

/** A phone of somebody, with the SDK on it. */
function phone(user: string) {
  const wx = wxOverFetch(() => stack.simulator.login(user));
  return { wx, ...createLogin({ baseUrl: stack.laptop.url, wx }) };
}

test("bind, call, be revoked, come back silently, log out, unbind", async () => {
  const { wx, request, bind, login, logout, unbind, session, on } = phone("alice");
  const needsBinding = vi.fn();
  on("needsBinding", needsBinding);
  expect(await rejection(request({ path: "/hello" }))).toMatchObject({
    code: "binding_required",
    action: "bind",
    status: 409,
    requestId: expect.any(String),
  });
  expect(needsBinding).toHaveBeenCalledOnce();
  expect(await rejection(bind({ username, password: "mistyped" }))).toMatchObject({
    code: "invalid_credentials",
    action: "fix_credentials",
  });
  expect(await bind({ username, password })).toMatchObject({ userId, newBinding: true });
  expect(stack.simulator.exchanges).toBe(1);

  const hello = () => request({ path: "/hello" });
  expect(await hello()).toMatchObject({ statusCode: 200, data: { userId } });

  await stack.admin({ action: "sessions.revoke", of: { userId } });
  const answers = await Promise.all(Array.from({ length: 10 }, hello));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(answers.map(() => 200));
  expect(stack.simulator.exchanges).toBe(2);

  await stack.admin({ action: "sessions.revoke", of: { userId } });
  expect(await rejection(request({ path: "/session", method: "DELETE" }))).toMatchObject({
    code: "session_refused",
    status: 403,
  });

  const { sessionId } = await login();
  await logout();
  expect((await stack.call("GET /hello", { session: sessionId })).status).toBe(403);
  expect(await rejection(hello())).toMatchObject({ code: "logged_out" });

  await login();
  await unbind();
  expect(session()).toBeUndefined();
  expect(await rejection(login())).toMatchObject({ code: "binding_required" });
  expect(wx.requests.join()).not.toMatch(/\?|bearer|pwd/i);
});

test("two phones of one person: logging out everywhere ends the other's session too", async () => {
  const one = phone("bob");
  const other = phone("bob");
  await one.bind({ username, password });
  const { sessionId } = await other.login();
  await one.logout({ everywhere: true });
  expect((await stack.call("GET /hello", { session: sessionId })).status).toBe(403);
});
