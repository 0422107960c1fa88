import type { Callbacks, LoginCall, Method, Wx } from "../../../client/wx.ts";
import type { VirtualTime } from "../virtual-time.ts";
import type { Fault } from "./schedule.ts";
import { type Answered, answer, problem } from "./server.ts";

/** A request on its way. */
export interface Outgoing {
  readonly method: Method;
  readonly url: string;
  readonly header: Readonly<Record<string, string>>;
  readonly data: unknown;
  readonly timeout: number;
}

/** What becomes of it. */
export interface Fate {
  /** At the server, whatever the phone hears of it. */
  readonly answer: () => Answered;
  /** An answer reaches the phone: the first word on it, or after a failure was reported. */
  readonly delivered: (answer: Answered, first: boolean) => void;
}

export interface PhoneEvents {
  /** `wx.login` is called; `over` when it has called back, or need not any more. */
  readonly asksForCode: () => { readonly freshCode: () => string; readonly over: () => void };
  readonly sends: (request: Outgoing) => Fate;
  readonly threw: (error: unknown) => void;
}

/** How storage is: taking everything, taking nothing, or failing whatever is asked. */
export interface PhoneStorage {
  state: "works" | "full" | "broken";
  readonly values: Map<string, unknown>;
}

const latency = 40;
const way: Partial<Record<Fault, number>> = { slow: 1_500, "very slow": 6_500 };
const isDone = (fault: Fault) => !/not sent|no network|interrupted|throws|rejects/.test(fault);

/** `wx` of one copy of the SDK. `isDead`: the mini-program was restarted, and nobody calls its callbacks any more. */
export function simulatedWx(
  time: VirtualTime,
  nextFault: () => Fault,
  storage: PhoneStorage,
  events: PhoneEvents,
  isDead: () => boolean,
): Wx {
  const soon = (ms: number, run: () => void) => {
    time.after(ms, () => {
      if (isDead()) return;
      try {
        run();
      } catch (error) {
        events.threw(error);
      }
    });
  };

  /** What goes wrong in the same way for every call; undefined where nothing of it does. */
  function failed<T>(fault: Fault, name: string, timeout: number, { success, fail }: Callbacks<T>): unknown {
    const text = (why: string) => ({ errMsg: `${name}:fail ${why}` });
    if (fault === "throws") throw new TypeError("parameter error");
    if (fault === "no network") soon(10, () => fail(text("")));
    else if (fault === "interrupted") soon(10, () => fail(text("interrupted")));
    else if (fault.startsWith("timeout")) soon(timeout, () => fail(text("timeout")));
    else if (fault === "nothing in success") soon(2 * latency, () => Reflect.apply(success, undefined, []));
    else if (fault === "fails and rejects") {
      return new Promise((_, reject) => {
        soon(10, () => {
          fail(text(""));
          reject(text(""));
        });
      });
    } else if (!fault.startsWith("never")) return undefined;
    return {};
  }

  /** Calls back once, or as often and as late as the fault says. */
  function succeed<T>(
    fault: Fault,
    timeout: number,
    callbacks: Callbacks<T>,
    result: (first: boolean) => T,
  ): void {
    const there = 2 * (way[fault] ?? latency);
    const fail = () => callbacks.fail({ errMsg: "fail " });
    if (fault === "fail, then success") soon(latency / 2, fail);
    soon(fault === "late" ? timeout + 5_000 : there, () => {
      callbacks.success(result(fault !== "fail, then success" && fault !== "late"));
    });
    if (fault === "twice") soon(there + 100, () => callbacks.success(result(false)));
    if (fault === "success, then fail") soon(there + 100, fail);
  }

  function login({ timeout, ...callbacks }: LoginCall): unknown {
    const drawn = nextFault();
    const fault = isOfNetwork(drawn) ? "none" : drawn;
    const { freshCode, over } = events.asksForCode();
    // A copy gives it up a moment later, and may ask anew.
    time.note(timeout + 999, over);
    const noted: Callbacks<{ code: string }> = {
      success(result) {
        over();
        callbacks.success(result);
      },
      fail(error) {
        over();
        callbacks.fail(error);
      },
    };
    if (fault === "throws") over();
    return (
      failed(fault, "login", timeout, noted) ?? succeed(fault, timeout, noted, () => ({ code: freshCode() }))
    );
  }

  function send<T>(request: Outgoing, callbacks: Callbacks<T>, shape: (answer: Answered) => T): unknown {
    const fault = nextFault();
    const fate = events.sends(request);
    let answered = inItsPlace(fault, request.url.endsWith("/login"), time.now);
    if (!answered && isDone(fault)) {
      time.note(way[fault] ?? latency, () => {
        answered = fate.answer();
      });
    }
    const result = (first: boolean) => {
      if (!answered) throw new Error(`No answer to ${request.url}`);
      fate.delivered(answered, first);
      return shape(answered);
    };
    return (
      failed(fault, "request", request.timeout, callbacks) ??
      succeed(fault, request.timeout, callbacks, result)
    );
  }

  const whole = ({ header = {}, timeout = 60_000, ...rest }: { header?: object; timeout?: number }) => ({
    header: { ...header },
    timeout,
    ...rest,
  });

  return {
    login,
    request: ({ success, fail, url, method = "GET", data, ...call }) =>
      send({ ...whole(call), url, method, data }, { success, fail }, (it) => it),
    uploadFile: ({ success, fail, url, filePath, ...call }) =>
      send({ ...whole(call), url, method: "POST", data: { id: filePath } }, { success, fail }, (it) => ({
        ...it,
        data: JSON.stringify(it.data),
      })),
    downloadFile: ({ success, fail, url, filePath, ...call }) =>
      send(
        { ...whole(call), url, method: "GET", data: { id: filePath } },
        { success, fail },
        ({ statusCode }) => ({
          statusCode,
          tempFilePath: "wxfile://1",
        }),
      ),
    getStorageSync(key) {
      if (storage.state === "broken") failStorage();
      return storage.values.get(key) ?? "";
    },
    setStorageSync(key, value) {
      if (storage.state !== "works") failStorage();
      storage.values.set(key, structuredCopy(value));
    },
    removeStorageSync(key) {
      if (storage.state === "broken") failStorage();
      storage.values.delete(key);
    },
  };

  function failStorage(): never {
    throw new Error("setStorageSync:fail");
  }
}

/** Faults that a network has and `wx.login` has not. */
function isOfNetwork(fault: Fault): boolean {
  return /gateway|html|busy|^wait/.test(fault);
}

/** What answers before the server does. */
function inItsPlace(fault: Fault, isLogin: boolean, now: number): Answered | undefined {
  if (fault === "gateway's 503") return answer(503, { message: "Service Unavailable" });
  if (fault === "gateway's 403") return answer(403, "<html>");
  if (fault === "html") return answer(isLogin ? 200 : 502, "<html>");
  if (fault === "busy") return problem(503, "wechat_busy", "new_code");
  const limited = (retryAfter: string) =>
    problem(
      429,
      "rate_limited",
      "wait",
      {},
      { "Retry-After": retryAfter, Date: new Date(now).toUTCString() },
    );
  if (fault === "wait") return limited("30");
  if (fault === "wait until a date") return limited(new Date(now + 30_000).toUTCString());
  if (fault === "wait for ever") return limited("99999999999");
  return undefined;
}

/** What is stored is a copy; of JSON, and flat enough for this. */
function structuredCopy(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
