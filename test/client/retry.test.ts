import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLogin } from "../../client/weapp-login.ts";
import { errors } from "../../contract/errors.ts";
import { Fail, type FakeAnswer, fakeWx, forbidden, problem, rejection } from "../support/fake-wx.ts";

const credentials = { username: "zhangsan", password: "pwd123456" };
const busy = problem(503, "wechat_busy", "new_code");
const invalidCode = problem(401, "invalid_code", "new_code");
const invalidTicket = problem(401, "invalid_ticket", "new_code");
const bindingRequired = problem(409, "binding_required", "bind", { bindTicket: "ticket-1" });
const gateways = (statusCode: number): FakeAnswer => ({ statusCode, data: { message: "Words" } });

beforeEach(() => {
  vi.useFakeTimers();
  // The middle of the jitter: waits are as long as the delays.
  vi.spyOn(Math, "random").mockReturnValue(0.5);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
/** Longer than the default waits together, shorter than any timeout. */
const bothWaits = 5_000;

/** A server whose logins meet these answers first, and then succeed. */
function failing(...answers: readonly (FakeAnswer | Fail)[]) {
  const left = [...answers];
  const fake = fakeWx(({ route }) => (route === "POST /login" ? left.shift() : undefined));
  return {
    ...fake,
    /** How often wx.login and POST /login were called. */
    tries: () => ({ codes: fake.phone.codes, sent: fake.count("POST /login") }),
    sent: () => fake.seen.map(({ data }) => data),
  };
}

const always = (answer: FakeAnswer | Fail) => failing(...Array(9).fill(answer));

test("a login that fails in passing is tried again with a fresh code each time, and succeeds", async () => {
  const { options, sent } = failing(busy, busy);
  const login = createLogin(options).login();
  await pass(bothWaits);
  expect(await login).toMatchObject({ sessionId: "session-1" });
  expect(sent()).toEqual([{ code: "code-1" }, { code: "code-2" }, { code: "code-3" }]);
});

test.each([
  [0, 500, 1_500],
  [0.5, 1_000, 3_000],
  [0.999, 1_499, 4_497],
])("with jitter %d the waits are %i and %i ms", async (random, first, second) => {
  vi.spyOn(Math, "random").mockReturnValue(random);
  const { options, tries } = always(busy);
  const failed = rejection(createLogin(options).login());
  await pass(first - 1);
  expect(tries()).toEqual({ codes: 1, sent: 1 });
  await pass(1);
  expect(tries()).toEqual({ codes: 2, sent: 2 });
  await pass(second - 1);
  expect(tries()).toEqual({ codes: 2, sent: 2 });
  await pass(1);
  expect(await failed).toMatchObject({ code: "wechat_busy" });
  expect(tries()).toEqual({ codes: 3, sent: 3 });
});

test("each wait has a jitter of its own", async () => {
  vi.spyOn(Math, "random").mockReturnValueOnce(0).mockReturnValueOnce(0.5);
  const { options, tries } = always(busy);
  const failed = rejection(createLogin(options).login());
  await pass(500 + 2_999);
  expect(tries().codes).toBe(2);
  await pass(1);
  await failed;
  expect(tries().codes).toBe(3);
});

const inPassing = [
  "wechat_busy",
  "wechat_unavailable",
  "wechat_timeout",
  "store_unavailable",
  "internal_error",
  "invalid_code",
];
const beforeThePassword = ["wechat_busy", "wechat_unavailable", "wechat_timeout", "invalid_code"];

test.each(
  Object.entries(errors).map(([code, { status, action }]) => ({
    code,
    status,
    action,
    tried: inPassing.includes(code) ? 3 : 1,
    withPassword: beforeThePassword.includes(code) ? 3 : 1,
  })),
)(
  "$status $code of the server is met $tried time(s), with a password $withPassword, and then reported",
  async (row) => {
    const { options, tries } = always(problem(row.status, row.code, row.action));
    const failed = rejection(createLogin(options).login());
    await pass(bothWaits);
    expect(await failed).toMatchObject({ code: row.code, action: row.action, status: row.status });
    expect(tries()).toEqual({ codes: row.tried, sent: row.tried });

    const binding = always(problem(row.status, row.code, row.action));
    const notBound = rejection(createLogin(binding.options).bind(credentials));
    await pass(bothWaits);
    expect(await notBound).toMatchObject({ code: row.code });
    expect(binding.tries()).toEqual({ codes: row.withPassword, sent: row.withPassword });
  },
);

test.each<[what: string, tried: number, answer: FakeAnswer | Fail]>([
  ["the gateway's 500", 3, gateways(500)],
  ["the gateway's 503", 3, gateways(503)],
  ["the gateway's 504", 3, gateways(504)],
  ["a proxy's 502 in HTML", 3, { statusCode: 502, data: "<html>" }],
  ["a 500 of yours that says retry", 3, problem(500, "no_luck", "retry")],
  ["a 503 that says when to come back", 1, { ...busy, header: { "Retry-After": "30" } }],
  ["the day's quota", 1, { ...problem(503, "quota_exhausted", "wait"), header: { "Retry-After": "14400" } }],
  ["an invalid code that says so", 1, { ...invalidCode, header: { "Retry-After": "30" } }],
  ["a 503 of a newer server with an action of its own", 1, problem(503, "moved", "update_app")],
  ["the gateway's 404", 1, gateways(404)],
  ["the gateway's throttling", 1, gateways(429)],
  ["a firewall's 403", 1, forbidden],
  ["200 without a session", 1, { statusCode: 200, data: "<html>" }],
  ["no network", 1, new Fail("request:fail ")],
  ["no answer in time", 1, new Fail("request:fail timeout")],
])("%s is met %i time(s)", async (_, tried, answer) => {
  const { options, tries } = always(answer);
  const failed = rejection(createLogin(options).login());
  if (tried > 1) await pass(bothWaits);
  expect(await failed).toMatchObject({ name: "LoginError" });
  await pass(bothWaits);
  expect(tries()).toEqual({ codes: tried, sent: tried });
});

test("a wx.login that fails is called once more, and no more", async () => {
  const { options, phone, tries } = failing();
  phone.loginFails = "login:fail system error";
  const failed = rejection(createLogin(options).login());
  await pass(bothWaits);
  expect(await failed).toMatchObject({ code: "wx_login_failed" });
  expect(tries()).toEqual({ codes: 2, sent: 0 });
});

test.each(["login:fail timeout", "login:fail interrupted"])("'%s' is reported at once", async (errMsg) => {
  const { options, phone, tries } = failing();
  phone.loginFails = errMsg;
  await rejection(createLogin(options).login());
  await pass(bothWaits);
  expect(tries()).toEqual({ codes: 1, sent: 0 });
});

test("a network that goes away between two tries is reported at once", async () => {
  const { options, tries } = failing(busy, new Fail("request:fail "));
  const failed = rejection(createLogin(options).login());
  await pass(1_000);
  expect(await failed).toMatchObject({ code: "network_failed" });
  await pass(bothWaits);
  expect(tries()).toEqual({ codes: 2, sent: 2 });
});

test.each<{ retryDelays: readonly number[]; tried: number }>([
  { retryDelays: [], tried: 1 },
  { retryDelays: [10], tried: 2 },
  { retryDelays: [10, 20, 30], tried: 4 },
])("with $retryDelays as delays a login is tried $tried time(s)", async ({ retryDelays, tried }) => {
  const { options, tries } = always(busy);
  const failed = rejection(createLogin({ ...options, retryDelays }).login());
  if (tried > 1) await pass(60);
  expect(await failed).toMatchObject({ code: "wechat_busy" });
  expect(tries()).toEqual({ codes: tried, sent: tried });
});

test("the login after one that failed has all its tries again", async () => {
  const { options, tries } = failing(busy, busy, busy, busy, busy);
  const { login } = createLogin(options);
  const failed = rejection(login());
  await pass(bothWaits);
  await failed;
  const again = login();
  await pass(bothWaits);
  expect(await again).toMatchObject({ sessionId: "session-1" });
  expect(tries()).toEqual({ codes: 6, sent: 6 });
});

test("fifty requests share the tries of one login, also those that come during a wait", async () => {
  const { options, tries, count } = failing(busy, busy);
  const { request } = createLogin(options);
  const ask = () => Array.from({ length: 25 }, () => request({ path: "/orders" }));
  const answers = ask();
  await pass(500);
  answers.push(...ask());
  await pass(bothWaits);
  expect((await Promise.all(answers)).every(({ statusCode }) => statusCode === 200)).toBe(true);
  expect({ ...tries(), orders: count("GET /orders") }).toEqual({ codes: 3, sent: 3, orders: 50 });
});

test("a request whose session was refused does not notice that the silent login failed in passing", async () => {
  let answers: FakeAnswer[] = [];
  const { options, revoke, count } = fakeWx(({ route }) =>
    route === "POST /login" ? answers.shift() : undefined,
  );
  const { login, request } = createLogin(options);
  await login();
  revoke();
  answers = [busy];
  const answer = request({ path: "/orders" });
  await pass(bothWaits);
  expect(await answer).toMatchObject({ statusCode: 200, data: { session: "session-2" } });
  expect(count("GET /orders")).toBe(2);
});

test("listeners hear of the last failure, once", async () => {
  const { options } = failing(busy, invalidCode, bindingRequired);
  const login = createLogin(options);
  const heard = vi.fn();
  login.on("needsBinding", heard);
  login.on("loggedOut", heard);
  const failed = rejection(login.login());
  await pass(1_000);
  expect(heard).not.toHaveBeenCalled();
  await pass(bothWaits);
  expect(await failed).toMatchObject({ code: "binding_required" });
  expect(heard.mock.calls).toMatchObject([[{ code: "binding_required" }]]);
});

test("a bind with a code is tried again with a fresh one; a double tap during the wait joins it", async () => {
  const { options, sent } = failing(busy);
  const { bind } = createLogin(options);
  const first = bind(credentials);
  await pass(500);
  const second = bind({ ...credentials });
  await pass(bothWaits);
  expect(await second).toBe(await first);
  expect(sent()).toEqual([
    { code: "code-1", ...credentials },
    { code: "code-2", ...credentials },
  ]);
});

test.each([
  ["still good", [busy], { bindTicket: "ticket-1" }],
  ["used up by the try whose answer was an error", [busy, invalidTicket], { code: "code-2" }],
])("a bind with a ticket sends it again: it is %s", async (_, answers, last) => {
  const { options, sent } = failing(bindingRequired, ...answers);
  const { login, bind } = createLogin(options);
  await rejection(login());
  const bound = bind(credentials);
  await pass(bothWaits);
  expect(await bound).toMatchObject({ sessionId: "session-1" });
  expect(sent().slice(1, 3)).toEqual(Array(2).fill({ bindTicket: "ticket-1", ...credentials }));
  expect(sent().at(-1)).toEqual({ ...last, ...credentials });
});

test("a logout ends the wait: the login is rejected at once, and nothing is sent any more", async () => {
  const { options, tries, storage } = always(busy);
  const login = createLogin(options);
  const waiting = [login.login(), login.request({ path: "/orders" })].map(rejection);
  await pass(500);
  await login.logout();
  for (const error of waiting) expect(await error).toMatchObject({ code: "logged_out" });
  await pass(bothWaits);
  expect(tries()).toEqual({ codes: 1, sent: 1 });
  expect([...storage.values()]).toMatchObject([{ out: true }]);
});

test("a login after a logout during a wait is a new one, with all its tries", async () => {
  const { options, tries } = failing(busy, busy, busy);
  const login = createLogin(options);
  const before = rejection(login.login());
  await pass(500);
  await login.logout();
  const after = login.login();
  expect(await before).toMatchObject({ code: "logged_out" });
  await pass(bothWaits);
  expect(await after).toMatchObject({ sessionId: "session-1" });
  expect(tries()).toEqual({ codes: 4, sent: 4 });
});

test("a failure in passing that arrives after a logout is not tried again", async () => {
  const answered = Promise.withResolvers<FakeAnswer>();
  const { options, phone } = fakeWx(() => answered.promise);
  const login = createLogin(options);
  const waiting = rejection(login.login());
  await pass(500);
  await login.logout();
  answered.resolve(busy);
  expect(await waiting).toMatchObject({ code: "logged_out" });
  await pass(bothWaits);
  expect(phone.codes).toBe(1);
});
