import type { Credentials, PhoneCode } from "./credentials.ts";
import type { LoginError } from "./login-error.ts";
import type { Session } from "./session.ts";
import type { Answer, DownloadAnswer, UploadAnswer, Wx, WxDownload, WxRequest, WxUpload } from "./wx.ts";

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
   * Milliseconds to wait before each further try of a login that failed temporarily, give or take half; [1000, 3000] by
   * default, and [] for no further try. Only the last failure is reported. Temporary are an `invalid_code`, and the
   * server's and the gateway's 5xx that may be different next time (WeChat is busy, a rotated AppSecret is not known
   * yet); with a password only those before it was looked at; and once a `wx.login` that failed. Refusals, `Retry-After`
   * and a missing network are reported at once.
   */
  readonly retryDelays?: readonly number[];
  /** Milliseconds since 1970; `Date.now` by default. */
  readonly now?: () => number;
}

export interface RequestOptions extends Omit<WxRequest, "url" | "data"> {
  /** Begins with `/`, goes behind `baseUrl`. */
  readonly path: string;
  /** A function is called for every sending, after the login; what it rejects with, the request does. */
  readonly data?: string | object | (() => unknown);
  /**
   * Whether it may be sent again when the session was refused. GET and HEAD are; anything else only if this says that
   * doing it twice does no harm.
   */
  readonly replay?: boolean;
}

/** A form with one file; `replay` as above, and false by default. 60000 ms is the default `timeout`, as it is WeChat's. */
export interface UploadOptions extends Omit<WxUpload, "url"> {
  readonly path: string;
  readonly replay?: boolean;
}

/** A GET. 60000 ms is the default `timeout`. */
export interface DownloadOptions extends Omit<WxDownload, "url"> {
  readonly path: string;
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
  bind(credentials: Credentials | PhoneCode): Promise<Session>;
  /**
   * `wx.request` with the session, logging in first where there is none. Resolves for every status, as `wx.request`
   * does (`errorOf` makes an error of it), except a refused session: then it logs in silently once and sends once more
   * what is safe to repeat. (A function's own 401 or 403 to a HEAD has no body to say so, and counts as one.) What was asked for before a logout, or under another account, is not sent after it, but
   * rejected with `logged_out`. A 409 with the action `new_code` (a `session_key_stale`) is answered by one silent login,
   * too. Rejects with a LoginError.
   */
  request(options: RequestOptions): Promise<Answer>;
  /** `wx.uploadFile`, by the rules of `request`. */
  uploadFile(options: UploadOptions): Promise<UploadAnswer>;
  /**
   * `wx.downloadFile`, by the rules of `request`. A body that says why is a file of its own here: a function's 401 or
   * 403 cannot be told from a refused session.
   */
  downloadFile(options: DownloadOptions): Promise<DownloadAnswer>;
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
