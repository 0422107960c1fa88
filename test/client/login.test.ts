import { afterEach, expect, test, vi } from "vitest";
import { createLogin } from "../../client/weapp-login.ts";
import { Fail, fakeWx, forbidden, gate, never, noon, problem, rejection } from "../support/fake-wx.ts";

const key = "weapp-login:https://api.example.com";

afterEach(() => {
  vi.useRealTimers();
});

test("POST /login is a POST with JSON, and the answer is the session", async () => {
  const { options, seen } = fakeWx();
  const calls = vi.spyOn(options.wx, "request");
  const login = createLogin({ ...options, appId: "wx1" });
  expect(await login.login()).toMatchObject({ sessionId: "session-1", userId: "u_1", newBinding: false });
  expect(seen).toEqual([
    { route: "POST /login", session: undefined, data: { code: "code-1", appId: "wx1" } },
  ]);
  expect(calls.mock.calls[0]?.[0]).toMatchObject({
    method: "POST",
    header: { "content-type": "application/json" },
    timeout: 15_000,
  });
});

test("nothing is called before something is asked for", () => {
  const { options, phone, seen } = fakeWx();
  createLogin(options);
  expect({ codes: phone.codes, seen }).toEqual({ codes: 0, seen: [] });
});

test("the session is restored from storage, without a login", async () => {
  const { options, phone } = fakeWx();
  await createLogin(options).login();
  const restarted = createLogin(options);
  expect(restarted.session()?.sessionId).toBe("session-1");
  expect(await restarted.login()).toMatchObject({ sessionId: "session-1" });
  expect(await restarted.request({ path: "/orders" })).toMatchObject({ statusCode: 200 });
  expect(phone.codes).toBe(1);
});

test.each([[""], [null], ["{"], [7], [{ sessionId: 7 }], [{ sessionId: "s" }], [[]]])(
  "%j in storage is no session",
  async (stored) => {
    const { options, storage, phone } = fakeWx();
    storage.set(key, stored);
    const login = createLogin(options);
    expect(login.session()).toBeUndefined();
    await login.request({ path: "/orders" });
    expect(phone.codes).toBe(1);
  },
);

test("storage that fails costs a login at the next start, and no more", async () => {
  const { options } = fakeWx();
  const broken = () => {
    throw new Error("the storage is full");
  };
  const wx = { ...options.wx, getStorageSync: broken, setStorageSync: broken, removeStorageSync: broken };
  const login = createLogin({ ...options, wx });
  await login.login();
  expect(await login.request({ path: "/orders" })).toMatchObject({ statusCode: 200 });
  await login.logout();
  expect(login.session()).toBeUndefined();
});

// An hour, less the five seconds for a request under way.
test.each([
  [3_594_999, 1],
  [3_595_000, 2],
  [3_600_000, 2],
])("%i ms after the login, %i login(s) have been needed and none was refused", async (passed, logins) => {
  const { options, phone, count } = fakeWx();
  const { login, request, session } = createLogin(options);
  await login();
  phone.now = noon + passed;
  expect(session() === undefined).toBe(logins === 2);
  await request({ path: "/orders", method: "POST" });
  expect({ logins: count("POST /login"), sent: count("POST /orders") }).toEqual({ logins, sent: 1 });
});

test.each([-86_400_000, 86_400_000])("a phone's clock that is %i ms off does no harm", async (off) => {
  const fake = fakeWx(({ route }) =>
    route === "POST /login"
      ? { ...fake.openSession(), header: { Date: new Date(fake.phone.now).toUTCString() } }
      : undefined,
  );
  const { request, session } = createLogin({ ...fake.options, now: () => fake.phone.now + off });
  for (let n = 0; n < 3; n++) await request({ path: "/orders" });
  expect(fake.phone.codes).toBe(1);
  fake.phone.now += 3_600_000;
  expect(session()).toBeUndefined();
});

test("an expiry that cannot be right is not believed: no login before every request", async () => {
  const fake = fakeWx();
  const { request } = createLogin({ ...fake.options, now: () => noon + 86_400_000 });
  for (let n = 0; n < 3; n++) await request({ path: "/orders" });
  expect(fake.phone.codes).toBe(1);
});

test("WeChat down: every request is rejected with code and action, after one login in all", async () => {
  const { options, phone, seen } = fakeWx(({ route }) =>
    route === "POST /login" ? problem(503, "wechat_unavailable", "new_code") : undefined,
  );
  const { request } = createLogin({ ...options, retryDelays: [] });
  const errors = await Promise.all(Array.from({ length: 50 }, () => rejection(request({ path: "/orders" }))));
  for (const error of errors) {
    expect(error).toMatchObject({
      code: "wechat_unavailable",
      action: "new_code",
      status: 503,
      requestId: "r-1",
    });
  }
  expect({ codes: phone.codes, calls: seen.length }).toEqual({ codes: 1, calls: 1 });
  await rejection(request({ path: "/orders" }));
  expect({ codes: phone.codes, calls: seen.length }).toEqual({ codes: 2, calls: 2 });
});

test.each([
  ["login:fail timeout", "network_timeout"],
  ["login:fail interrupted", "interrupted"],
  ["login:fail system error", "wx_login_failed"],
])("wx.login with '%s' is %s, and the next login is a new one", async (errMsg, code) => {
  const { options, phone } = fakeWx();
  const { login } = createLogin(options);
  phone.loginFails = errMsg;
  expect(await rejection(login())).toMatchObject({ code, action: "retry", detail: errMsg });
  phone.loginFails = "";
  expect(await login()).toMatchObject({ sessionId: "session-1" });
});

test("a login whose answer got lost keeps the session there is", async () => {
  let lost = false;
  const { options, storage, phone } = fakeWx(({ route }) =>
    lost && route === "POST /login" ? new Fail("request:fail timeout") : undefined,
  );
  const login = createLogin(options);
  await login.login();
  lost = true;
  phone.now += 3_600_000;
  expect(await rejection(login.request({ path: "/orders" }))).toMatchObject({ code: "network_timeout" });
  expect(storage.get(key)).toMatchObject({ sessionId: "session-1" });
});

test.each(["wx.login", "wx.request"])(
  "%s without a callback does not hold up everybody for ever",
  async (which) => {
    vi.useFakeTimers();
    const { options, phone } = fakeWx(({ route }) => (route === "POST /login" ? never : undefined));
    phone.loginHangs = which === "wx.login";
    const { login, request } = createLogin({ ...options, timeout: 2_000 });
    const errors = [rejection(login()), rejection(request({ path: "/orders" }))];
    await vi.advanceTimersByTimeAsync(3_000);
    for (const error of errors)
      expect(await error).toMatchObject({ code: "network_timeout", action: "retry" });
  },
);

test("200 without a session is an error, not a login", async () => {
  const { options, storage } = fakeWx(({ route }) =>
    route === "POST /login" ? { statusCode: 200, data: "<html>captive portal</html>" } : undefined,
  );
  expect(await rejection(createLogin(options).login())).toMatchObject({
    code: "unexpected_answer",
    action: "retry",
  });
  expect(storage.size).toBe(0);
});

test("needsBinding once for all who waited; whoever unsubscribed hears nothing", async () => {
  const { options } = fakeWx(({ route }) =>
    route === "POST /login" ? problem(409, "binding_required", "bind", { bindTicket: "t-1" }) : undefined,
  );
  const login = createLogin(options);
  const heard = vi.fn();
  const gone = vi.fn();
  login.on("needsBinding", heard);
  login.on("needsBinding", gone)();
  await Promise.all([rejection(login.request({ path: "/a" })), rejection(login.request({ path: "/b" }))]);
  expect(heard.mock.calls).toMatchObject([[{ code: "binding_required", action: "bind" }]]);
  expect(JSON.stringify(heard.mock.calls)).not.toContain("t-1");
  expect(gone).not.toHaveBeenCalled();
});

test("loggedOut says why, when the server refuses this person", async () => {
  const { options } = fakeWx(({ route }) =>
    route === "POST /login" ? problem(403, "account_disabled", "contact_support") : undefined,
  );
  const login = createLogin(options);
  const heard = vi.fn();
  login.on("loggedOut", heard);
  await rejection(login.login());
  expect(heard.mock.calls).toMatchObject([[{ code: "account_disabled" }]]);
});

test("a firewall's 403 at login says nothing about this person: nobody is logged out", async () => {
  const { options } = fakeWx(({ route }) => (route === "POST /login" ? forbidden : undefined));
  const login = createLogin(options);
  const heard = vi.fn();
  login.on("loggedOut", heard);
  expect(await rejection(login.login())).toMatchObject({ action: "retry", status: 403 });
  expect(heard).not.toHaveBeenCalled();
});

test("the global wx is the default", async () => {
  const { options } = fakeWx();
  vi.stubGlobal("wx", options.wx);
  try {
    expect(await createLogin({ baseUrl: "https://api.example.com" }).login()).toMatchObject({
      userId: "u_1",
    });
  } finally {
    vi.unstubAllGlobals();
  }
});

test("requests that arrive during a login wait for it", async () => {
  const slow = gate();
  const fake = fakeWx(({ route }) =>
    route === "POST /login" ? slow.opened.then(() => fake.openSession()) : undefined,
  );
  const { login, request } = createLogin(fake.options);
  const logins = [login(), login()];
  const orders = request({ path: "/orders" });
  await Promise.resolve();
  expect(fake.count("GET /orders")).toBe(0);
  slow.open();
  const [one, two] = await Promise.all(logins);
  expect(one).toBe(two);
  expect(await orders).toMatchObject({ statusCode: 200, data: { session: "session-1" } });
});
