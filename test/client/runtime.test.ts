import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLogin, type Wx } from "../../client/weapp-login.ts";
import { fakeWx, never, rejection } from "../support/fake-wx.ts";

// What runtimes do that their documentation does not say.

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

test.each([
  ["a request", ({ request }: ReturnType<typeof createLogin>) => request({ path: "/orders" })],
  ["an upload", ({ uploadFile }) => uploadFile({ path: "/photos", filePath: "wxfile://1", name: "photo" })],
  ["a download", ({ downloadFile }) => downloadFile({ path: "/bill.pdf", timeout: 15_000 })],
  ["a logout everywhere", ({ logout }) => logout({ everywhere: true })],
  ["an unbinding", ({ unbind }) => unbind()],
])("%s whose callbacks are never called is rejected a second after its time", async (_, call) => {
  const { options } = fakeWx(({ route }) => (route === "POST /login" ? undefined : never));
  const login = createLogin(options);
  await login.login();
  const rejected = rejection(call(login));
  const settled = vi.fn();
  rejected.then(settled);
  await pass(15_999);
  expect(settled).not.toHaveBeenCalled();
  await pass(45_001);
  expect(await rejected).toMatchObject({ code: "network_timeout", action: "retry" });
});

test("a logout that is never answered has ended the session here at once, and ends itself", async () => {
  const { options } = fakeWx(({ route }) => (route === "DELETE /session" ? never : undefined));
  const login = createLogin(options);
  await login.login();
  const left = login.logout();
  expect(login.session()).toBeUndefined();
  await pass(16_000);
  await left;
});

test("what is never answered is taken out of the runtime's queue: it would be sent after all", async () => {
  const { options } = fakeWx();
  const abort = vi.fn();
  const wx = { ...options.wx, request: () => ({ abort }) };
  const failed = rejection(createLogin({ ...options, wx, timeout: 2_000 }).login());
  await pass(3_000);
  await failed;
  expect(abort).toHaveBeenCalledOnce();
});

test("the session of a login that was given up is ended when it is answered after all", async () => {
  const answered = Promise.withResolvers<void>();
  const fake = fakeWx(({ route }) =>
    route === "POST /login" && fake.phone.codes === 1
      ? answered.promise.then(() => fake.openSession())
      : undefined,
  );
  const login = createLogin(fake.options);
  const failed = rejection(login.login());
  await pass(16_000);
  expect(await failed).toMatchObject({ code: "network_timeout" });
  await login.login();
  answered.resolve();
  await pass(0);
  expect([...fake.alive]).toEqual(["session-1"]);
  expect(fake.seen.at(-1)).toMatchObject({ route: "DELETE /session", session: "session-2" });
});

test("callbacks that come twice, and both of them, count once", async () => {
  const { options, phone, alive } = fakeWx();
  const { wx } = options;
  const twice: Wx = {
    ...wx,
    login: (call) =>
      wx.login({
        ...call,
        success(it) {
          call.success(it);
          call.success({ code: "another" });
          call.fail({ errMsg: "login:fail " });
        },
      }),
    request: (call) =>
      wx.request({
        ...call,
        success(it) {
          call.success(it);
          call.success(it);
          call.fail({ errMsg: "request:fail timeout" });
        },
      }),
  };
  const login = createLogin({ ...options, wx: twice });
  expect(await login.request({ path: "/orders" })).toMatchObject({ statusCode: 200 });
  expect(phone.codes).toBe(1);
  expect([...alive]).toEqual(["session-1"]);
});

test("success without an argument is a failure, at once, and not a time-out", async () => {
  const { options, phone } = fakeWx();
  const { wx } = options;
  // As a runtime calls that knows no types.
  const empty = ({ success }: { success: unknown }) => {
    if (typeof success === "function") queueMicrotask(() => success());
  };
  const broken = createLogin({ ...options, wx: { ...wx, login: empty }, retryDelays: [] });
  expect(await rejection(broken.login())).toMatchObject({ code: "wx_login_failed", action: "retry" });
  expect(phone.codes).toBe(0);
  const login = createLogin({ ...options, wx: { ...wx, request: empty } });
  expect(await rejection(login.login())).toMatchObject({ name: "LoginError", code: "network_failed" });
});

test("Taro's calls fail and reject: no rejection is left over", async () => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  try {
    const { options } = fakeWx();
    const failing = ({ fail }: { fail(error: { errMsg: string }): void }) => {
      const error = { errMsg: "request:fail " };
      fail(error);
      return Promise.reject(error);
    };
    const login = createLogin({ ...options, wx: { ...options.wx, request: failing } });
    expect(await rejection(login.login())).toMatchObject({ code: "network_failed" });
    expect(await rejection(login.request({ path: "/orders" }))).toMatchObject({ code: "network_failed" });
    const mute = createLogin({
      ...options,
      wx: { ...options.wx, login: () => Promise.reject({ errMsg: "login:fail timeout" }) },
    });
    expect(await rejection(mute.login())).toMatchObject({ code: "network_timeout" });
    vi.useRealTimers();
    await new Promise((resolve) => setTimeout(resolve));
    expect(unhandled).not.toHaveBeenCalled();
  } finally {
    process.off("unhandledRejection", unhandled);
  }
});

test("a login finds its place in the runtime's queue of ten, behind any number of slow downloads", async () => {
  const { options, phone, revoke, count } = fakeWx(({ route }) =>
    route === "GET /film" ? never : undefined,
  );
  const { wx } = options;
  const queue: (() => void)[] = [];
  let busy = 0;
  // WeChat's own: ten at a time; what waits is not sent, and its time-out runs.
  const queued = <
    C extends { success(it: never): void; fail(it: { errMsg: string }): void; timeout?: number },
  >(
    send: (call: C) => unknown,
  ) => {
    return (call: C) => {
      const expired = setTimeout(() => call.fail({ errMsg: "request:fail timeout" }), call.timeout ?? 60_000);
      const free = () => {
        clearTimeout(expired);
        busy--;
        queue.shift()?.();
      };
      const run = () => {
        busy++;
        send({
          ...call,
          success(it: never) {
            free();
            call.success(it);
          },
        });
      };
      if (busy < 10) run();
      else queue.push(run);
    };
  };
  const login = createLogin({
    ...options,
    wx: { ...wx, request: queued(wx.request), downloadFile: queued(wx.downloadFile) },
  });
  await login.login();
  const films = Array.from({ length: 12 }, () => rejection(login.downloadFile({ path: "/film" })));
  revoke();
  phone.now += 3_600_000;
  expect(await login.login()).toMatchObject({ sessionId: "session-2" });
  expect(count("GET /film")).toBe(9);
  await pass(130_000);
  for (const film of await Promise.all(films)) expect(film).toMatchObject({ code: "network_timeout" });
});
