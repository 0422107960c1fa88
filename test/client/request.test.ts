import { expect, test } from "vitest";
import { createLogin, errorOf, type Method } from "../../client/weapp-login.ts";
import { Fail, type FakeAnswer, fakeWx, forbidden, gate, problem, rejection } from "../support/fake-wx.ts";

const fifty = Array.from({ length: 50 }, (_, index) => index);

test("fifty parallel requests without a session cost one wx.login and one POST /login", async () => {
  const { options, phone, count } = fakeWx();
  const { request } = createLogin(options);
  const answers = await Promise.all(fifty.map((n) => request({ path: `/orders/${n}` })));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual(fifty.map(() => 200));
  expect({ codes: phone.codes, logins: count("POST /login") }).toEqual({ codes: 1, logins: 1 });
});

test("a revoked session: one silent login, and each safe request once more", async () => {
  const { options, phone, revoke, seen, count } = fakeWx();
  const login = createLogin(options);
  await login.login();
  revoke();
  const answers = await Promise.all(fifty.map((n) => login.request({ path: `/orders/${n}` })));
  expect(answers.every(({ statusCode }) => statusCode === 200)).toBe(true);
  expect({ codes: phone.codes, logins: count("POST /login") }).toEqual({ codes: 2, logins: 2 });
  for (const n of fifty) {
    const sessions = seen.filter(({ route }) => route === `GET /orders/${n}`).map(({ session }) => session);
    // Those that still waited for their turn were sent once.
    expect(sessions.slice(-2)).toEqual(sessions.length === 2 ? ["session-1", "session-2"] : ["session-2"]);
  }
});

test("401 for a missing session is a refusal like 403", async () => {
  let first = true;
  const { options, phone } = fakeWx(({ route }) => {
    if (route !== "GET /orders" || !first) return undefined;
    first = false;
    return { statusCode: 401, data: { message: "Unauthorized" } };
  });
  const { login, request } = createLogin(options);
  await login();
  phone.now += 60_000;
  expect(await request({ path: "/orders" })).toMatchObject({ statusCode: 200 });
  expect(phone.codes).toBe(2);
});

test.each<{ method: Method; replay?: boolean; sent: number }>([
  { method: "GET", sent: 2 },
  { method: "HEAD", sent: 2 },
  { method: "POST", sent: 1 },
  { method: "PUT", sent: 1 },
  { method: "DELETE", sent: 1 },
  { method: "POST", replay: true, sent: 2 },
  { method: "GET", replay: false, sent: 1 },
])(
  "after a refused session $method (replay: $replay) has been sent $sent time(s)",
  async ({ sent, ...rest }) => {
    const { options, revoke, count } = fakeWx();
    const { login, request } = createLogin(options);
    await login();
    revoke();
    const asked = request({ path: "/orders", ...rest });
    if (sent === 2) await asked;
    else {
      expect(await rejection(asked)).toMatchObject({
        code: "session_refused",
        action: "retry",
        status: 403,
        detail: `${rest.method} /orders was not sent again: say replay: true if safe`,
      });
    }
    expect(count(`${rest.method} /orders`)).toBe(sent);
  },
);

test("the request after one that was not sent again logs in first", async () => {
  const { options, revoke, seen } = fakeWx();
  const { login, request } = createLogin(options);
  await login();
  revoke();
  await rejection(request({ path: "/orders", method: "POST" }));
  expect(await request({ path: "/orders", method: "POST" })).toMatchObject({ statusCode: 200 });
  expect(seen.map(({ route, session }) => `${route} ${session ?? ""}`)).toEqual([
    "POST /login ",
    "POST /orders session-1",
    "POST /login ",
    "POST /orders session-2",
  ]);
});

test.each(["works", "fails"])(
  "a late 403 of an old session does not clear the newer one (storage %s)",
  async (how) => {
    const late = gate();
    const { options, revoke, phone, storage } = fakeWx(({ route, session }) =>
      route === "GET /slow" && session === "session-1" ? late.opened.then(() => forbidden) : undefined,
    );
    if (how === "fails") {
      options.wx.setStorageSync = () => {
        throw new Error("the storage is full");
      };
    }
    const login = createLogin(options);
    await login.login();
    const slow = login.request({ path: "/slow" });
    revoke();
    await login.request({ path: "/orders" });
    late.open();
    expect(await slow).toMatchObject({ statusCode: 200, data: { session: "session-2" } });
    expect(login.session()?.sessionId).toBe("session-2");
    expect([...storage.values()]).toMatchObject(how === "fails" ? [] : [{ sessionId: "session-2" }]);
    expect(phone.codes).toBe(2);
  },
);

test("a newer session of another instance is taken from storage, not deleted", async () => {
  const { options, revoke, phone } = fakeWx();
  const one = createLogin(options);
  await one.login();
  const other = createLogin(options);
  revoke();
  await other.request({ path: "/orders" });
  expect(await one.request({ path: "/orders" })).toMatchObject({ data: { session: "session-2" } });
  expect(phone.codes).toBe(2);
});

test.each<FakeAnswer>([
  { statusCode: 404, data: { message: "Not Found" } },
  { statusCode: 429, data: { message: "Too Many Requests" } },
  { statusCode: 500, data: { message: "Internal Server Error" } },
  { statusCode: 503, data: { message: "Service Unavailable" } },
  problem(503, "store_unavailable", "retry"),
  problem(403, "not_your_order", "fix_request"),
  { statusCode: 401, data: '{"code":"second_factor"}' },
])("$statusCode $data is the caller's to look at and keeps the session", async (answer) => {
  const { options, phone, count } = fakeWx(({ route }) => (route === "GET /orders" ? answer : undefined));
  const login = createLogin(options);
  await login.login();
  expect(await login.request({ path: "/orders" })).toMatchObject({
    statusCode: answer.statusCode,
    data: answer.data,
  });
  expect(login.session()?.sessionId).toBe("session-1");
  expect({ codes: phone.codes, sent: count("GET /orders") }).toEqual({ codes: 1, sent: 1 });
});

test.each([
  ["request:fail timeout", "network_timeout"],
  ["request:fail 请求超时。", "network_timeout"],
  ["request:fail The request timed out.", "network_timeout"],
  [
    "request:fail errcode:-118 cronet_error_code:-118 error_msg:net::ERR_CONNECTION_TIMED_OUT",
    "network_timeout",
  ],
  ["request:fail interrupted", "interrupted"],
  ["request:fail url not in domain list", "network_failed"],
])("'%s' is %s: retry, with the session kept and nothing sent again", async (errMsg, code) => {
  const { options, count } = fakeWx(({ route }) => (route === "GET /orders" ? new Fail(errMsg) : undefined));
  const login = createLogin(options);
  await login.login();
  expect(await rejection(login.request({ path: "/orders" }))).toMatchObject({
    code,
    action: "retry",
    detail: errMsg,
  });
  expect(login.session()?.sessionId).toBe("session-1");
  expect(count("GET /orders")).toBe(1);
});

test("what wx.request throws at once becomes a LoginError too", async () => {
  const { options } = fakeWx();
  const throwing = () => {
    throw new TypeError("parameter error");
  };
  const { login } = createLogin({ ...options, wx: { ...options.wx, request: throwing } });
  expect(await rejection(login())).toMatchObject({ name: "LoginError", code: "network_failed" });
});

test("the session travels in a header of the caller's own request, to the API only", async () => {
  const { options, seen, count } = fakeWx();
  const { request } = createLogin({ ...options, baseUrl: "https://api.example.com/" });
  await request({ path: "/orders", method: "POST", data: { n: 1 }, header: { "x-shop": "7" } });
  expect(seen[1]).toEqual({ route: "POST /orders", session: "session-1", data: { n: 1 } });
  for (const path of ["https://evil.example/", "@evil.example/", ".evil.example/", ""]) {
    expect(await rejection(request({ path }))).toMatchObject({
      code: "invalid_request",
      action: "fix_request",
    });
  }
  expect(count("POST /orders")).toBe(1);
  expect(seen.some(({ route }) => route.includes("session-") || route.includes("code-"))).toBe(false);
});

const bytes = (text: string) => new TextEncoder().encode(text).buffer;

test.each(["second_factor", "不是你的订单"])(
  "a function's own 403 in the bytes that were asked for is the caller's to look at: %s",
  async (code) => {
    const data = bytes(JSON.stringify({ code, action: "fix_request" }));
    const { options, phone, revoke } = fakeWx(({ route }) =>
      route === "GET /photo" ? { statusCode: 403, data } : undefined,
    );
    const login = createLogin(options);
    await login.login();
    revoke();
    const answer = await login.request({ path: "/photo", responseType: "arraybuffer" });
    expect(answer).toMatchObject({ statusCode: 403, data });
    expect(errorOf(answer)).toMatchObject({ code, action: "fix_request" });
    expect(phone.codes).toBe(1);
  },
);

test.each([bytes("<html>"), new Uint8Array([0xff, 0xfe]).buffer])(
  "the gateway's 403 in bytes is a refused session",
  async (data) => {
    let refused = true;
    const { options, phone, revoke } = fakeWx(({ route, session }) =>
      route === "GET /photo" && refused && session === "session-1" ? { statusCode: 403, data } : undefined,
    );
    const login = createLogin(options);
    await login.login();
    revoke();
    expect(await login.request({ path: "/photo", responseType: "arraybuffer" })).toMatchObject({
      statusCode: 200,
    });
    refused = false;
    expect(phone.codes).toBe(2);
  },
);

test.each([
  ["seconds after the login", 0, 1],
  ["later", 60_000, 2],
])(
  "a route that refuses every session (first asked %s) costs no login a poll, and is named",
  async (_, passed, logins) => {
    const { options, phone, alive, count } = fakeWx(({ route }) =>
      route === "GET /news?n=1" ? forbidden : undefined,
    );
    const login = createLogin(options);
    await login.login();
    phone.now += passed;
    for (let n = 0; n < 10; n++) {
      expect(await rejection(login.request({ path: "/news?n=1" }))).toMatchObject({
        code: "session_refused",
        action: "retry",
        status: 403,
        detail: "GET /news refuses good sessions: see its authorizer, or a firewall",
      });
      phone.now += 20_000;
    }
    expect(count("POST /login")).toBe(logins);
    expect(alive.size).toBe(logins);
    // The session is there, and other routes take it.
    expect(await login.request({ path: "/orders" })).toMatchObject({ statusCode: 200 });
    expect(count("POST /login")).toBe(logins);
  },
);

test("a server that refuses everything costs one login, not one a poll", async () => {
  const { options, phone, count } = fakeWx(({ route }) => (route === "POST /login" ? undefined : forbidden));
  const { request } = createLogin(options);
  for (let n = 0; n < 10; n++) {
    expect(await rejection(request({ path: "/news" }))).toMatchObject({ code: "session_refused" });
    phone.now += 20_000;
  }
  expect(count("POST /login")).toBe(1);
});

test("a route that is repaired is believed again, at once when it accepts", async () => {
  let broken = true;
  const { options, revoke, count } = fakeWx(({ route }) =>
    broken && route === "GET /news" ? forbidden : undefined,
  );
  const { request } = createLogin(options);
  await rejection(request({ path: "/news" }));
  broken = false;
  expect(await request({ path: "/news" })).toMatchObject({ statusCode: 200 });
  revoke();
  expect(await request({ path: "/news" })).toMatchObject({ statusCode: 200, data: { session: "session-2" } });
  expect(count("POST /login")).toBe(2);
});

test("… and after five minutes when the session is over meanwhile", async () => {
  let broken = true;
  const { options, revoke, phone, count } = fakeWx(({ route }) =>
    broken && route === "GET /news" ? forbidden : undefined,
  );
  const { request } = createLogin(options);
  await rejection(request({ path: "/news" }));
  broken = false;
  revoke();
  expect(await rejection(request({ path: "/news" }))).toMatchObject({ code: "session_refused" });
  phone.now += 240_000;
  expect(await request({ path: "/news" })).toMatchObject({ statusCode: 200 });
  expect(count("POST /login")).toBe(2);
});

test("a session that is revoked seconds after its login is replaced all the same", async () => {
  const { options, alive, count } = fakeWx();
  const { login, request } = createLogin(options);
  await login();
  alive.clear();
  expect(await request({ path: "/orders" })).toMatchObject({
    statusCode: 200,
    data: { session: "session-2" },
  });
  expect({ asked: count("GET /session"), logins: count("POST /login") }).toEqual({ asked: 1, logins: 2 });
});
