import { expect, test, vi } from "vitest";
import { createLogin, type Login, type Wx } from "../../client/weapp-login.ts";
import { Fail, type FakeAnswer, fakeWx, forbidden, gate, problem, rejection } from "../support/fake-wx.ts";

test("ends the session here and on the server, and says so", async () => {
  const { options, alive, count } = fakeWx();
  const login = createLogin(options);
  const heard = vi.fn();
  login.on("loggedOut", heard);
  await login.login();
  await login.logout();
  expect(login.session()).toBeUndefined();
  expect([...alive]).toEqual([]);
  expect(count("DELETE /session")).toBe(1);
  expect(heard.mock.calls).toEqual([[undefined]]);
});

test("requests do not log the person in again behind their back, not even after a restart", async () => {
  const { options, phone } = fakeWx();
  const login = createLogin(options);
  await login.login();
  await login.logout();
  for (const { request } of [login, createLogin(options)]) {
    expect(await rejection(request({ path: "/orders" }))).toMatchObject({
      code: "logged_out",
      action: "new_code",
    });
  }
  expect(phone.codes).toBe(1);
  await login.login();
  expect(await login.request({ path: "/orders" })).toMatchObject({ statusCode: 200 });
  expect(createLogin(options).session()?.sessionId).toBe("session-2");
});

test("neither does a mistyped password; a request during the login that does waits for it", async () => {
  const { options, phone } = fakeWx(({ data }) =>
    Object.keys(Object(data)).includes("password")
      ? problem(401, "invalid_credentials", "fix_credentials")
      : undefined,
  );
  const login = createLogin(options);
  await login.logout();
  await rejection(login.bind({ username: "a", password: "b" }));
  expect(await rejection(login.request({ path: "/orders" }))).toMatchObject({ code: "logged_out" });
  const [, answer] = await Promise.all([login.login(), login.request({ path: "/orders" })]);
  expect(answer).toMatchObject({ statusCode: 200 });
  expect(phone.codes).toBe(2);
});

test("a bind that was waiting for its turn is not sent any more", async () => {
  const slow = gate();
  const fake = fakeWx(({ route }) =>
    route === "POST /login" ? slow.opened.then(() => fake.openSession()) : undefined,
  );
  const login = createLogin(fake.options);
  const silent = rejection(login.login());
  const bound = rejection(login.bind({ username: "a", password: "b" }));
  await vi.waitFor(() => expect(fake.count("POST /login")).toBe(1));
  await login.logout();
  slow.open();
  for (const error of [silent, bound]) expect(await error).toMatchObject({ code: "logged_out" });
  expect(fake.count("POST /login")).toBe(1);
});

test.each<[string, FakeAnswer | Fail]>([
  ["is out of reach", new Fail("request:fail timeout")],
  ["has ended the session already", forbidden],
  ["is broken", problem(503, "store_unavailable", "retry")],
])("ends the session here though the server %s", async (_, answer) => {
  const { options, phone } = fakeWx(({ route }) => (route === "DELETE /session" ? answer : undefined));
  const login = createLogin(options);
  await login.login();
  await login.logout();
  expect(login.session()).toBeUndefined();
  expect(phone.codes).toBe(1);
});

test("while a login is under way: its session is not kept, and is ended on the server", async () => {
  const slow = gate();
  const fake = fakeWx(({ route }) =>
    route === "POST /login" ? slow.opened.then(() => fake.openSession()) : undefined,
  );
  const login = createLogin(fake.options);
  const waiting = [login.login(), login.request({ path: "/orders" })].map(rejection);
  await vi.waitFor(() => expect(fake.count("POST /login")).toBe(1));
  await login.logout();
  slow.open();
  for (const error of waiting) expect(await error).toMatchObject({ code: "logged_out" });
  expect(login.session()).toBeUndefined();
  expect([...fake.storage.values()]).toMatchObject([{ out: true }]);
  await vi.waitFor(() => expect([...fake.alive]).toEqual([]));
  expect(fake.count("GET /orders")).toBe(0);
});

test("between wx.login and POST /login: the code is not sent", async () => {
  const { options, seen } = fakeWx();
  const login = createLogin(options);
  const waiting = rejection(login.login());
  await login.logout();
  expect(await waiting).toMatchObject({ code: "logged_out" });
  expect(seen).toEqual([]);
});

test("a login after a logout does not join the one from before it, nor wait for it", async () => {
  const slow = gate();
  const fake = fakeWx(({ route }) =>
    route === "POST /login" && fake.phone.codes === 1
      ? slow.opened.then(() => fake.openSession())
      : undefined,
  );
  const login = createLogin(fake.options);
  const before = rejection(login.login());
  await vi.waitFor(() => expect(fake.count("POST /login")).toBe(1));
  await login.logout();
  expect(await before).toMatchObject({ code: "logged_out" });
  const [after, orders] = await Promise.all([login.login(), login.request({ path: "/orders" })]);
  expect(after).toMatchObject({ sessionId: "session-1" });
  expect(orders).toMatchObject({ statusCode: 200, data: { session: "session-1" } });
  slow.open();
  // What the first one opened after all is ended.
  await vi.waitFor(() => expect(fake.count("DELETE /session")).toBe(1));
  expect([...fake.alive]).toEqual(["session-1"]);
  expect(login.session()?.sessionId).toBe("session-1");
});

test("a login after a logout takes the code that the one from before it has asked for", async () => {
  const { options, phone, seen } = fakeWx();
  const slow: (() => void)[] = [];
  const wx: Wx = {
    ...options.wx,
    login: (call) => options.wx.login({ ...call, success: (it) => slow.push(() => call.success(it)) }),
  };
  const login = createLogin({ ...options, wx });
  const before = rejection(login.login());
  await vi.waitFor(() => expect(slow).toHaveLength(1));
  await login.logout();
  const after = login.login();
  slow[0]?.();
  expect(await before).toMatchObject({ code: "logged_out" });
  expect(await after).toMatchObject({ sessionId: "session-1" });
  expect(phone.codes).toBe(1);
  expect(seen.map(({ data }) => data)).toEqual([{ code: "code-1" }]);
});

test("a binding_required that arrives after a logout is heard by nobody", async () => {
  const slow = gate();
  const { options, count } = fakeWx(() =>
    slow.opened.then(() => problem(409, "binding_required", "bind", { bindTicket: "t" })),
  );
  const login = createLogin(options);
  const heard = vi.fn();
  login.on("needsBinding", heard);
  const before = rejection(login.login());
  await vi.waitFor(() => expect(count("POST /login")).toBe(1));
  await login.logout();
  slow.open();
  expect(await before).toMatchObject({ code: "logged_out" });
  expect(heard).not.toHaveBeenCalled();
});

test.each([
  ["logout everywhere", "DELETE /sessions"],
  ["unbind", "DELETE /binding"],
])("%s is done on the server first, with a new session if need be", async (what, route) => {
  const { options, alive, count } = fakeWx();
  const login = createLogin(options);
  await login.login();
  alive.clear();
  await (what === "unbind" ? login.unbind() : login.logout({ everywhere: true }));
  expect({ asked: count(route), logins: count("POST /login") }).toEqual({ asked: 2, logins: 2 });
  expect(login.session()).toBeUndefined();
  expect(await rejection(login.request({ path: "/orders" }))).toMatchObject({ code: "logged_out" });
});

test.each<[string, FakeAnswer | Fail, string]>([
  ["a broken server", problem(503, "store_unavailable", "retry"), "store_unavailable"],
  ["no network", new Fail("request:fail "), "network_failed"],
])("%s: neither has happened, the session is still there, and the caller knows", async (_, answer, code) => {
  const { options } = fakeWx(({ route }) =>
    route === "DELETE /sessions" || route === "DELETE /binding" ? answer : undefined,
  );
  const login = createLogin(options);
  await login.login();
  expect(await rejection(login.unbind())).toMatchObject({ code, action: "retry" });
  expect(await rejection(login.logout({ everywhere: true }))).toMatchObject({ code, action: "retry" });
  expect(login.session()?.sessionId).toBe("session-1");
});

test.each([
  ["logout()", "somebody else's", "u_2"],
  ["logout()", "the same person's", "u_1"],
  ["unbind()", "somebody else's", "u_2"],
])("a request from before %s is not sent under the next login, %s", async (how, _, userId) => {
  const late = gate();
  const fake = fakeWx(({ route, data }) => {
    if (route === "POST /orders") return late.opened.then(() => forbidden);
    if (!Object.keys(Object(data)).includes("password")) return undefined;
    const { data: session } = fake.openSession(true);
    return { statusCode: 200, data: { ...Object(session), userId } };
  });
  const login = createLogin(fake.options);
  await login.login();
  const order = rejection(login.request({ path: "/orders", method: "POST", replay: true }));
  await (how === "unbind()" ? login.unbind() : login.logout());
  await login.bind({ username: "a", password: "b" });
  late.open();
  expect(await order).toMatchObject({ code: "logged_out" });
  expect(fake.count("POST /orders")).toBe(1);
  expect(login.session()).toMatchObject({ sessionId: "session-2" });
});

test("nor is one that waited for its turn, nor one whose account became another without a logout", async () => {
  const slow = gate();
  const fake = fakeWx(({ route, data }) => {
    if (route === "GET /slow") return slow.opened.then(() => ({ statusCode: 200 }));
    if (route !== "POST /login") return undefined;
    const { data: session } = fake.openSession();
    const userId = Object.keys(Object(data)).includes("password") ? "u_2" : "u_1";
    return { statusCode: 200, data: { ...Object(session), userId } };
  });
  const login = createLogin(fake.options);
  await login.login();
  const nine = Array.from({ length: 9 }, () => login.request({ path: "/slow" }));
  const tenth = rejection(login.request({ path: "/orders", method: "POST" }));
  await login.bind({ username: "a", password: "b" });
  slow.open();
  await Promise.all(nine);
  expect(await tenth).toMatchObject({ code: "logged_out" });
  expect(fake.count("POST /orders")).toBe(0);
  expect(await login.request({ path: "/orders", method: "POST" })).toMatchObject({ statusCode: 200 });
});

const endings = [
  ["logout everywhere", "DELETE /sessions", (login: Login) => login.logout({ everywhere: true })],
  ["unbind", "DELETE /binding", (login: Login) => login.unbind()],
] as const;

/** A server that ends every session as soon as this route is asked, and says so only when `late` opens. */
function answeredLate(route: string) {
  const late = gate();
  const fake = fakeWx((it) => {
    if (it.route !== route) return undefined;
    fake.alive.clear();
    return late.opened.then(() => ({ statusCode: 204 }));
  });
  return { late, fake };
}

test.each(endings)(
  "%s, answered late: a poll that is refused meanwhile opens no session",
  async (_, route, end) => {
    const { late, fake } = answeredLate(route);
    const { options, alive, seen, count } = fake;
    const login = createLogin(options);
    await login.login();
    const ending = end(login);
    const polls = [rejection(login.request({ path: "/news" })), rejection(login.request({ path: "/news" }))];
    await vi.waitFor(() => expect(seen.map((it) => it.route)).toContain("GET /news"));
    // Long enough for the login that must not be.
    await new Promise(setImmediate);
    late.open();
    await ending;
    for (const poll of polls) expect(await poll).toMatchObject({ code: "logged_out" });
    expect([...alive]).toEqual([]);
    expect(count("POST /login")).toBe(1);
  },
);

test.each(endings)(
  "%s, answered late, does not throw out the login that came after it",
  async (_, route, end) => {
    const { late, fake } = answeredLate(route);
    const { options } = fake;
    const login = createLogin(options);
    await login.login();
    const ending = end(login);
    const next = login.login();
    const bound = login.bind({ username: "a", password: "b" });
    late.open();
    await ending;
    await Promise.all([next, bound]);
    expect(login.session()?.sessionId).toBe("session-3");
    expect(await login.request({ path: "/orders" })).toMatchObject({ statusCode: 200 });
  },
);

test.each(endings)("%s that a logout overtakes does not end the login after it", async (_, route, end) => {
  const late = gate();
  const { options } = fakeWx((it) =>
    it.route === route ? late.opened.then(() => ({ statusCode: 204 })) : undefined,
  );
  const login = createLogin(options);
  await login.login();
  const ending = end(login);
  const before = rejection(login.login());
  await login.logout();
  const after = login.login();
  late.open();
  await ending;
  expect(await before).toMatchObject({ code: "logged_out" });
  expect(await after).toMatchObject({ sessionId: "session-2" });
  expect(login.session()?.sessionId).toBe("session-2");
});

test.each(endings)("%s ends a session, too, that was opened behind its back", async (_, route, end) => {
  const { late, fake } = answeredLate(route);
  const login = createLogin(fake.options);
  const other = createLogin(fake.options);
  await login.login();
  const ending = end(login);
  fake.phone.now += 60_000;
  expect(await other.request({ path: "/news" })).toMatchObject({ data: { session: "session-2" } });
  late.open();
  await ending;
  expect([...fake.alive]).toEqual([]);
  expect(other.session()).toBeUndefined();
});

test("two taps on it are one", async () => {
  const { options, count } = fakeWx();
  const login = createLogin(options);
  await login.login();
  await Promise.all([login.unbind(), login.unbind()]);
  expect(count("DELETE /binding")).toBe(1);
});

test("a storage that takes nothing any more has no session after a logout, and none after a restart", async () => {
  const { options, alive } = fakeWx();
  const login = createLogin(options);
  await login.login();
  options.wx.setStorageSync = () => {
    throw new Error("the storage is full");
  };
  await login.logout();
  alive.add("session-1");
  const restarted = createLogin(options);
  expect(restarted.session()).toBeUndefined();
});

test("a mark that could not be written is written as soon as it can be", async () => {
  const { options, phone } = fakeWx();
  const { setStorageSync } = options.wx;
  const login = createLogin(options);
  await login.login();
  options.wx.setStorageSync = () => {
    throw new Error("the storage is full");
  };
  await login.logout();
  options.wx.setStorageSync = setStorageSync;
  await rejection(login.request({ path: "/orders" }));
  expect(await rejection(createLogin(options).request({ path: "/orders" }))).toMatchObject({
    code: "logged_out",
  });
  expect(phone.codes).toBe(1);
});

test("loggedOut is not said while there is a session: binding a disabled account leaves the other one", async () => {
  const { options } = fakeWx(({ data }) =>
    Object.keys(Object(data)).includes("password")
      ? problem(403, "account_disabled", "contact_support")
      : undefined,
  );
  const login = createLogin(options);
  const heard = vi.fn();
  login.on("loggedOut", heard);
  await login.login();
  expect(await rejection(login.bind({ username: "a", password: "b" }))).toMatchObject({
    code: "account_disabled",
  });
  expect(login.session()?.sessionId).toBe("session-1");
  expect(heard).not.toHaveBeenCalled();
});
