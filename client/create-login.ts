import { send } from "./calls.ts";
import { errorOf, isRefusedSession, LoginError } from "./login-error.ts";
import { type Session, sessionKeeper } from "./session-keeper.ts";
import { type Credentials, loggedOut, signIn } from "./sign-in.ts";
import type { Answer, Wx, WxRequest } from "./wx.ts";

export interface LoginOptions {
  /** Of the API, like `https://api.example.com`. */
  readonly baseUrl: string;
  /** The global `wx` by default. */
  readonly wx?: Wx;
  /** Only where one deployment serves several mini-programs. */
  readonly appId?: string;
  /** Where the session is kept in storage; by default a key of its own for each `baseUrl`. */
  readonly storageKey?: string;
  /** Milliseconds for `wx.login`, for `POST /login`, and for requests that say nothing else; 15000 by default. */
  readonly timeout?: number;
  /**
   * Milliseconds to wait before each further try of a login that failed in passing, give or take half; [1000, 3000] by
   * default, and [] for no further try. Only the last failure is reported. In passing: an `invalid_code`, and the
   * server's and the gateway's 5xx that may be different next time (WeChat is busy, a rotated AppSecret is not known
   * yet); with a password only those before it was looked at. Refusals, `Retry-After` and a missing network are reported
   * at once.
   */
  readonly retryDelays?: readonly number[];
  /** Milliseconds since 1970; `Date.now` by default. */
  readonly now?: () => number;
}

export interface RequestOptions extends Omit<WxRequest, "url"> {
  /** Begins with `/`, goes behind `baseUrl`. */
  readonly path: string;
  /**
   * Whether it may be sent again when the session was refused. GET and HEAD are; anything else only if this says that
   * doing it twice does no harm.
   */
  readonly replay?: boolean;
}

export interface Events {
  /** WeChat is fine, and the identity has no account yet: show the form, call `bind`. */
  needsBinding: (error: LoginError) => void;
  /**
   * There is no session and a silent login will not bring one: the person logged out, or the server refuses this person
   * (`error` says why).
   */
  loggedOut: (error?: LoginError) => void;
}

export interface Login {
  /**
   * The session there is, else a silent login, tried again as `retryDelays` says. Parallel calls share one. Rejects with
   * a LoginError.
   */
  login(): Promise<Session>;
  /**
   * Binds the WeChat identity to an account and logs in, tried again as `retryDelays` says. A second tap joins the
   * first. Rejects with a LoginError.
   */
  bind(credentials: Credentials): Promise<Session>;
  /**
   * `wx.request` with the session, logging in first where there is none. Resolves for every status, as `wx.request`
   * does (`errorOf` makes an error of it), except a refused session: then it logs in silently once and sends once more
   * what is safe to repeat. Rejects with a LoginError.
   */
  request(options: RequestOptions): Promise<Answer>;
  /**
   * Ends the session, here at once; the server is told if it can be reached. `everywhere` ends every device's and
   * rejects when that failed. Until `login` or `bind` succeeds, requests are rejected with `logged_out`.
   */
  logout(options?: { readonly everywhere?: boolean }): Promise<void>;
  /** Takes the account off this WeChat identity and ends every session of it. Rejects when that failed. */
  unbind(): Promise<void>;
  /** The session, unless there is none or its time is over. */
  session(): Session | undefined;
  /** Returns what unsubscribes. */
  on<E extends keyof Events>(event: E, listener: Events[E]): () => void;
}

// Not a property of globalThis in every version of the runtime.
declare const wx: Wx;

/** One per mini-program, made in `app.js`. It does nothing before it is asked to. */
export function createLogin(options: LoginOptions): Login {
  const { wx: runtime = wx, appId, timeout = 15_000, retryDelays = [1000, 3000], now = Date.now } = options;
  const baseUrl = options.baseUrl.replace(/\/+$/, "");
  const keeper = sessionKeeper(runtime, options.storageKey ?? `weapp-login:${baseUrl}`);
  const listeners: { [E in keyof Events]: Events[E][] } = { needsBinding: [], loggedOut: [] };
  const signing = signIn({
    wx: runtime,
    baseUrl,
    appId,
    timeout,
    retryDelays,
    now,
    keeper,
    onUnwanted: end,
    onRefusal(error) {
      if (error.action === "bind") emit("needsBinding", (listener) => listener(error));
      // A firewall's 403 has no code, and says nothing about this person.
      if (error.status === 403 && error.code !== "session_refused") {
        emit("loggedOut", (listener) => listener(error));
      }
    },
  });

  function live(): Session | undefined {
    const { session } = keeper;
    return session && (!session.endsAt || now() < session.endsAt) ? session : undefined;
  }

  function emit<E extends keyof Events>(event: E, call: (listener: Events[E]) => void): void {
    // Later, so that what a listener throws is reported, and spoils no login.
    for (const listener of listeners[event]) Promise.resolve(listener).then(call);
  }

  function attempt({ path, replay, ...rest }: RequestOptions, { sessionId }: Session): Promise<Answer> {
    return send(runtime, {
      timeout,
      ...rest,
      url: baseUrl + path,
      header: { ...rest.header, Authorization: `Bearer ${sessionId}` },
    });
  }

  async function request(asked: RequestOptions): Promise<Answer> {
    const { path, method = "GET", replay = method === "GET" || method === "HEAD" } = asked;
    if (path[0] !== "/") {
      throw new LoginError("invalid_request", { action: "fix_request", detail: "path begins with /" });
    }
    const before = live();
    const session = before ?? (await silently());
    const answer = await attempt(asked, session);
    if (!isRefusedSession(answer)) return answer;
    keeper.forget(session);
    // A session that was opened for this very request: another one would fare no better.
    if (!before) throw refused(answer, "a new session was refused too");
    if (!replay) throw refused(answer, `${method} was not sent again: say replay: true if that is safe`);
    const next = live() ?? (await silently());
    const second = await attempt(asked, next);
    if (!isRefusedSession(second)) return second;
    keeper.forget(next);
    throw refused(second, "a new session was refused too");
  }

  async function silently(): Promise<Session> {
    // Who logged out comes back by asking to: then this waits for it.
    if (keeper.out && !signing.underWay()) throw loggedOut();
    return signing.single();
  }

  function end(session: Session): Promise<unknown> {
    return attempt({ path: "/session", method: "DELETE" }, session).catch(() => {});
  }

  async function endAll(path: string): Promise<void> {
    const error = errorOf(await request({ path, method: "DELETE", replay: true }));
    if (error) throw error;
    leave();
  }

  function leave(): void {
    signing.abandon();
    keeper.leave();
    emit("loggedOut", (listener) => listener());
  }

  return {
    async login() {
      return live() ?? signing.single();
    },
    async bind({ username, password }) {
      return signing.single({ username, password });
    },
    request,
    async logout({ everywhere } = {}) {
      if (everywhere) return endAll("/sessions");
      const { session } = keeper;
      leave();
      if (session) await end(session);
    },
    unbind: () => endAll("/binding"),
    session: live,
    on(event, listener) {
      const all = listeners[event];
      all.push(listener);
      return () => {
        const at = all.indexOf(listener);
        if (at >= 0) all.splice(at, 1);
      };
    },
  };
}

function refused({ statusCode }: Answer, detail: string): LoginError {
  return new LoginError("session_refused", { action: "retry", status: statusCode, detail });
}
