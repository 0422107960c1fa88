import { afterEach, expect, test, vi } from "vitest";
import { createLogin, errorOf } from "../../client/weapp-login.ts";
import { type FakeAnswer, fakeWx, gate, noon, problem, rejection } from "../support/fake-wx.ts";

const credentials = { username: "a", password: "b" };
const day = 86_400;

afterEach(() => {
  vi.useRealTimers();
});

const limited = (retryAfter: string, header: Readonly<Record<string, string>> = {}) =>
  problem(429, "rate_limited", "wait", {}, { "Retry-After": retryAfter, ...header });
const withPassword = ({ data }: { data: unknown }) => Object.keys(Object(data)).includes("password");

test.each([
  [0, 30],
  [1, 30],
  [29_000, 1],
  [29_999, 1],
])("Retry-After: %i ms later a login is rejected here, with %i s left", async (passed, left) => {
  const { options, phone, seen } = fakeWx(({ route }) =>
    route === "POST /login" ? limited("30") : undefined,
  );
  const { login, bind } = createLogin(options);
  expect(await rejection(login())).toMatchObject({ code: "rate_limited", action: "wait", retryAfter: 30 });
  phone.now = noon + passed;
  for (const call of [login(), bind(credentials)]) {
    expect(await rejection(call)).toMatchObject({
      name: "LoginError",
      code: "rate_limited",
      action: "wait",
      status: 429,
      requestId: "r-1",
      retryAfter: left,
    });
  }
  expect({ codes: phone.codes, calls: seen.length }).toEqual({ codes: 1, calls: 1 });
});

test.each([30_000, -1])("Retry-After: the server is asked again %i ms later", async (passed) => {
  let answered = false;
  const { options, phone } = fakeWx(() => {
    if (answered) return undefined;
    answered = true;
    return limited("30");
  });
  const { login } = createLogin(options);
  await rejection(login());
  // Being turned away here must not prolong it.
  phone.now = noon + 29_500;
  await rejection(login());
  phone.now = noon + passed;
  expect(await login()).toMatchObject({ sessionId: "session-1" });
});

test("too many passwords hold up further passwords, not silent logins", async () => {
  const { options, count } = fakeWx((seen) =>
    withPassword(seen) ? problem(429, "too_many_attempts", "wait", {}, { "Retry-After": "600" }) : undefined,
  );
  const { login, bind } = createLogin(options);
  await rejection(bind(credentials));
  expect(await rejection(bind(credentials))).toMatchObject({ code: "too_many_attempts", retryAfter: 600 });
  expect(count("POST /login")).toBe(1);
  expect(await login()).toMatchObject({ sessionId: "session-1" });
});

test.each([
  ["Sun, 01 Mar 2026 12:00:30 GMT", undefined, 30],
  // By the server's clock, which says what the date means.
  ["Sun, 01 Mar 2026 20:00:30 GMT", "Sun, 01 Mar 2026 20:00:00 GMT", 30],
  ["Sun, 01 Mar 2026 11:59:00 GMT", undefined, undefined],
  ["99999999999", undefined, day],
  ["Fri, 01 Mar 2126 12:00:00 GMT", undefined, day],
  ["30", undefined, 30],
  ["0", undefined, 0],
  ["-1", undefined, undefined],
  ["soon", undefined, undefined],
  ["", undefined, undefined],
])("Retry-After: %s (at %s) is %s seconds", async (retryAfter, date, seconds) => {
  const header = { "Retry-After": retryAfter, ...(date && { Date: date }) };
  expect(errorOf({ statusCode: 503, data: {}, header }, noon)?.retryAfter).toBe(seconds);
});

test("a Retry-After with a date holds up logins until then", async () => {
  const { options, phone, count } = fakeWx(() =>
    phone.now === noon ? limited("Sun, 01 Mar 2026 12:00:30 GMT") : undefined,
  );
  const { login } = createLogin(options);
  await rejection(login());
  phone.now += 29_999;
  expect(await rejection(login())).toMatchObject({ code: "rate_limited", retryAfter: 1 });
  expect(count("POST /login")).toBe(1);
  phone.now += 1;
  expect(await login()).toMatchObject({ sessionId: "session-1" });
});

test("a server that says a number out of this world locks nobody out: after an hour it is asked again", async () => {
  const { options, phone, count } = fakeWx(() => (phone.now === noon ? limited("99999999999") : undefined));
  const { login } = createLogin(options);
  expect(await rejection(login())).toMatchObject({ retryAfter: day });
  phone.now += 3_599_999;
  expect(await rejection(login())).toMatchObject({ retryAfter: day - 3_599 });
  expect(count("POST /login")).toBe(1);
  phone.now += 1;
  expect(await login()).toMatchObject({ sessionId: "session-1" });
});

test.each(["a logout", "a restart", "another copy of the SDK"])("it outlives %s", async (what) => {
  const { options, phone, count } = fakeWx(() => (phone.now === noon ? limited("30") : undefined));
  const first = createLogin(options);
  await rejection(first.login());
  if (what === "a logout") await first.logout();
  const { login } = what === "a logout" ? first : createLogin(options);
  phone.now += 10_000;
  expect(await rejection(login())).toMatchObject({ code: "rate_limited", action: "wait", retryAfter: 20 });
  expect(count("POST /login")).toBe(1);
  phone.now += 20_000;
  expect(await login()).toMatchObject({ sessionId: "session-1" });
});

test("it is heard though the login that met it was ended by a logout", async () => {
  const slow = gate();
  const { options, count, storage } = fakeWx(() => slow.opened.then((): FakeAnswer => limited("30")));
  const login = createLogin(options);
  const ended = rejection(login.login());
  await vi.waitFor(() => expect(count("POST /login")).toBe(1));
  await login.logout();
  slow.open();
  await ended;
  await vi.waitFor(() =>
    expect([...storage.values()]).toMatchObject([{ waits: { logins: { code: "rate_limited" } } }]),
  );
  expect(await rejection(login.login())).toMatchObject({ code: "rate_limited" });
  expect(count("POST /login")).toBe(1);
});

test("a shorter one does not end a longer one", async () => {
  const { options, phone, count } = fakeWx((seen) =>
    withPassword(seen)
      ? problem(429, "too_many_attempts", "wait", {}, { "Retry-After": "600" })
      : phone.now === noon
        ? limited("5")
        : undefined,
  );
  const { login, bind } = createLogin(options);
  await rejection(bind(credentials));
  await rejection(login());
  phone.now += 10_000;
  expect(await login()).toMatchObject({ sessionId: "session-1" });
  expect(await rejection(bind(credentials))).toMatchObject({ code: "too_many_attempts", retryAfter: 590 });
  expect(count("POST /login")).toBe(3);
});

test("too many invalid codes hold up silent logins, too: they were what there was too many of", async () => {
  const { options, count } = fakeWx(() =>
    problem(429, "too_many_attempts", "wait", {}, { "Retry-After": "600" }),
  );
  const { login, bind } = createLogin(options);
  await rejection(login());
  for (const call of [login(), bind(credentials)]) {
    expect(await rejection(call)).toMatchObject({ code: "too_many_attempts" });
  }
  expect(count("POST /login")).toBe(1);
});

test.each([
  [{ logins: 7 }],
  [{ logins: { code: "x", action: "wait", from: "now", until: null } }],
  [[]],
  ["{"],
])("%j in storage is no wait", async (waits) => {
  const { options, storage } = fakeWx();
  storage.set("weapp-login:https://api.example.com", { version: 1, waits });
  expect(await createLogin(options).login()).toMatchObject({ sessionId: "session-1" });
});
