import { isText, LoginError, members } from "./login-error.ts";
import type { ClientCode } from "./messages.ts";
import type { Answer, AnyAnswer, Callbacks, Wx, WxRequest } from "./wx.ts";

/** The code of one `wx.login`, good for one exchange. */
export function freshCode(wx: Wx, timeout: number): Promise<string> {
  return call<{ code: string }>((callbacks) => wx.login({ timeout, ...callbacks }), {
    timeout,
    otherwise: "wx_login_failed",
    isResult: ({ code }) => isText(code),
  }).then(({ code }) => code);
}

/**
 * One request; resolves for every HTTP status. `late` is given what is answered after the promise was rejected, because
 * it may have to be undone.
 */
export function send<A extends AnyAnswer>(
  start: (callbacks: Callbacks<A>) => unknown,
  timeout: number,
  late?: (answer: A) => void,
): Promise<A> {
  return call(start, {
    timeout,
    otherwise: "network_failed",
    isResult: ({ statusCode }) => typeof statusCode === "number",
    late,
  });
}

/** `wx.request`, as above. */
export function sendRequest(
  wx: Wx,
  options: WxRequest & { readonly timeout: number },
  late?: (answer: Answer) => void,
): Promise<Answer> {
  return send((callbacks) => wx.request({ ...options, ...callbacks }), options.timeout, late);
}

/**
 * A call of the runtime as a promise that settles whatever the runtime does: its callbacks come twice, late, without
 * an argument, or never. Rejects with a LoginError.
 */
function call<T>(
  start: (callbacks: Callbacks<T>) => unknown,
  {
    timeout,
    otherwise,
    isResult,
    late,
  }: {
    readonly timeout: number;
    /** What a failure is that is neither a time-out nor an interruption. */
    readonly otherwise: ClientCode;
    readonly isResult: (result: Record<string, unknown>) => boolean;
    readonly late?: ((result: T) => void) | undefined;
  },
): Promise<T> {
  return new Promise((resolve, reject) => {
    let ended: "well" | "badly" | undefined;
    let task: unknown;
    const fail = (error: unknown) => {
      ended = ended ?? "badly";
      clearTimeout(timer);
      const { errMsg } = members(error);
      reject(failure(isText(errMsg) ? errMsg : String(error), otherwise));
    };
    const success = (result: T) => {
      if (!isResult(members(result))) return fail("no result");
      if (ended === "badly") return late?.(result);
      ended = "well";
      clearTimeout(timer);
      resolve(result);
    };
    // Later than the runtime's own, which says the same and knows better.
    const timer = setTimeout(() => {
      fail("timeout: no callback");
      abort(task);
    }, timeout + 1000);
    try {
      task = start({ success, fail });
      // Taro's calls fail and reject.
      Promise.resolve(task).catch(fail);
    } catch (error) {
      fail(error);
    }
  });
}

/** Whoever was told that it failed must not have it sent after all: it may still be in the runtime's queue. */
function abort(task: unknown): void {
  try {
    Object(task).abort?.();
  } catch {
    // Not every runtime can.
  }
}

/** The texts differ by platform and version. */
function failure(detail: string, otherwise: ClientCode): LoginError {
  const code = /interrupted/i.test(detail)
    ? "interrupted"
    : /timed?.?out|超时/i.test(detail)
      ? "network_timeout"
      : otherwise;
  return new LoginError(code, { action: "retry", detail });
}
