import { isText, LoginError, members } from "./login-error.ts";
import type { ClientCode } from "./messages.ts";
import type { Answer, Wx, WxRequest } from "./wx.ts";

/** `wx.request`; resolves for every HTTP status, rejects with a LoginError when there was no answer. */
export function send(wx: Wx, options: WxRequest): Promise<Answer> {
  return called("network_failed", (success, fail) => wx.request({ ...options, success, fail }));
}

/** The code of one `wx.login`, good for one exchange. */
export function freshCode(wx: Wx, timeout: number): Promise<string> {
  return called("wx_login_failed", (resolve, fail) =>
    wx.login({
      timeout,
      success: ({ code }) => (code ? resolve(code) : fail({ errMsg: "no code" })),
      fail,
    }),
  );
}

/** What fails, or is thrown at once, becomes a LoginError. */
function called<T>(
  otherwise: ClientCode,
  start: (resolve: (value: T) => void, fail: (error: { errMsg: string }) => void) => unknown,
): Promise<T> {
  return new Promise<T>(start).catch((error: unknown) => {
    const { errMsg } = members(error);
    throw unanswered(isText(errMsg) ? errMsg : String(error), otherwise);
  });
}

/** For callbacks that never come, a second after `timeout`: others wait for this one, and would for ever. */
export function within<T>(timeout: number, what: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(unanswered("no callback", "network_timeout")), timeout + 1000);
    const stop = () => clearTimeout(timer);
    what.then(resolve, reject).then(stop);
  });
}

/** The texts differ by platform and version. */
function unanswered(detail: string, otherwise: ClientCode): LoginError {
  const code = /interrupted/i.test(detail)
    ? "interrupted"
    : /timed?.?out|超时/i.test(detail)
      ? "network_timeout"
      : otherwise;
  return new LoginError(code, { action: "retry", detail });
}
