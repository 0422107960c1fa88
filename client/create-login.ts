import { send } from "./calls.ts";
import type { Credentials, PhoneCode } from "./credentials.ts";
import { endings } from "./endings.ts";
import type { Events, Login, LoginOptions } from "./login.ts";
import type { LoginError } from "./login-error.ts";
import { loginRecord } from "./record.ts";
import { type Addressed, requests, type Sending } from "./requests.ts";
import type { Session } from "./session.ts";
import { signIn } from "./sign-in.ts";
import type { AnyAnswer, Callbacks, Wx } from "./wx.ts";

// Not a property of globalThis in every version of the runtime.
declare const wx: Wx;

/** One per mini-program, made in `app.js`. It does nothing before it is asked to. */
export function createLogin(options: LoginOptions): Login {
  const { wx: runtime = wx, appId, timeout = 15_000, retryDelays = [1000, 3000], now = Date.now } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  const listeners: { [E in keyof Events]: Set<Events[E]> } = {
    needsBinding: new Set(),
    loggedOut: new Set(),
  };
  const record = loginRecord(runtime, options.storageKey ?? `weapp-login:${baseUrl}`, now, () => {
    signing.cancel();
    emitLoggedOut();
  });
  const signing = signIn({
    wx: runtime,
    baseUrl,
    appId,
    timeout,
    retryDelays,
    now,
    record,
    onUnwanted: (session) => close(session),
    onRefusal(error, credentials) {
      if (error.action === "bind") emit("needsBinding", (listener) => listener(error));
      // A firewall's 403 has no code, and says nothing about this person; what a bind meets, only about that bind.
      if (error.status === 403 && error.code !== "session_refused" && !credentials) emitLoggedOut(error);
    },
  });
  const { live, exchange, close } = requests({ wx: runtime, baseUrl, timeout, now, record, signing });
  const { end, quiet } = endings({ wx: runtime, timeout, now, record, exchange, close });

  function emit<E extends keyof Events>(event: E, call: (listener: Events[E]) => void): void {
    // Later, so that what a listener throws is reported, and spoils no login.
    for (const listener of listeners[event]) Promise.resolve(listener).then(call);
  }

  function emitLoggedOut(error?: LoginError): void {
    emit("loggedOut", (listener) => {
      if (!live()) listener(error);
    });
  }

  async function signedIn(credentials?: Credentials | PhoneCode): Promise<Session> {
    const { era: asked } = record.read();
    const era = await quiet(asked);
    const wanted = record.read().era === era && !credentials;
    return (wanted && live()) || signing.single(credentials, era);
  }

  /** `options` are what `start` is called with, besides where it goes and the callbacks. */
  async function sent<A extends AnyAnswer, O extends { readonly header?: Addressed["header"] }>(
    sending: Omit<Sending<A>, "send">,
    timeout: number,
    options: O,
    start: (call: O & Addressed & Callbacks<A> & { timeout: number }) => unknown,
  ): Promise<A> {
    const { answer } = await exchange<A>(
      {
        ...sending,
        send: ({ url, header }, fresh) => {
          const call = { ...options, ...fresh, url, timeout, header: { ...options.header, ...header } };
          return send((callbacks) => start({ ...call, ...callbacks }), timeout);
        },
      },
      quiet,
    );
    return answer;
  }

  return {
    login: () => signedIn(),
    bind: (it) =>
      signedIn(
        "phoneCode" in it ? { phoneCode: it.phoneCode } : { username: it.username, password: it.password },
      ),
    request({
      path,
      method = "GET",
      replay = method === "GET" || method === "HEAD",
      timeout: ms = timeout,
      ...rest
    }) {
      const { data } = rest;
      const fresh = typeof data === "function" ? async () => ({ data: await data() }) : undefined;
      return sent({ method, path, replay, fresh }, ms, { ...rest, method }, (it) => runtime.request(it));
    },
    uploadFile: ({ path, replay = false, timeout: ms = 60_000, ...rest }) =>
      sent({ method: "POST", path, replay }, ms, rest, (call) => runtime.uploadFile(call)),
    downloadFile: ({ path, timeout: ms = 60_000, ...rest }) =>
      sent({ method: "GET", path, replay: true }, ms, rest, (call) => runtime.downloadFile(call)),
    async logout({ everywhere } = {}) {
      if (everywhere) {
        await end("/sessions");
        return;
      }
      const { session } = record.read();
      record.leave();
      if (session) await close(session);
    },
    async unbind() {
      await end("/binding");
    },
    session: live,
    on(event, listener) {
      const all = listeners[event];
      all.add(listener);
      return () => all.delete(listener);
    },
  };
}
