// Built from client/ by `npm run build:client`.
// biome-ignore-all format: built
// biome-ignore-all lint: built
// biome-ignore-all assist: built
/** Codes of the server. */
type ServerCode = "invalid_request" | "payload_too_large" | "unsupported_media_type" | "method_not_allowed" | "invalid_code" | "invalid_ticket" | "invalid_credentials" | "binding_required" | "already_bound" | "account_already_bound" | "access_changed" | "account_disabled" | "too_many_attempts" | "wechat_user_blocked" | "rate_limited" | "wechat_busy" | "wechat_unavailable" | "wechat_timeout" | "quota_exhausted" | "not_configured" | "invalid_phone_code" | "phone_number_taken" | "session_key_stale" | "store_unavailable" | "internal_error";
/** What to do about an error. */
type Action = "fix_request" | "new_code" | "fix_credentials" | "bind" | "unbind_first" | "contact_support" | "wait" | "retry" | "new_phone_code";
/** Those of the server's codes that a deployment has only where its props ask for phone numbers or open data. */
type OptionalCode = "invalid_phone_code" | "phone_number_taken" | "session_key_stale";
/** Login of WeChat mini-programs against a weapp-login API. What is exported here is the SDK. */
export { createLogin };
export type { Credentials, PhoneCode };
export type { DownloadOptions, Events, Login, LoginOptions, RequestOptions, UploadOptions, };
export { errorOf, LoginError, type LoginErrorDetails };
export { addMessages, type ClientCode, type Message, messageFor };
export type { Action, ServerCode };
export type { Session };
export type { Answer, AnyAnswer, DownloadAnswer, Method, UploadAnswer, Wx, WxFailure };
/** One per mini-program, made in `app.js`. It does nothing before it is asked to. */
declare function createLogin(options: LoginOptions): Login;
interface LoginOptions {
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
interface RequestOptions extends Omit<WxRequest, "url" | "data"> {
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
interface UploadOptions extends Omit<WxUpload, "url"> {
    readonly path: string;
    readonly replay?: boolean;
}
/** A GET. 60000 ms is the default `timeout`. */
interface DownloadOptions extends Omit<WxDownload, "url"> {
    readonly path: string;
}
interface Events {
    /** WeChat is fine, and the identity has no account yet: show the form, call `bind`. */
    needsBinding: (error: LoginError) => void;
    /**
     * There is no session and a silent login will not bring one: the person logged out, or the server refuses this person
     * (`error` says why).
     */
    loggedOut: (error?: LoginError) => void;
}
interface Login {
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
    logout(options?: {
        readonly everywhere?: boolean;
    }): Promise<void>;
    /** Takes the account off this WeChat identity and ends every session of it. Rejects when that failed. */
    unbind(): Promise<void>;
    /** The session, unless there is none or its time is over. */
    session(): Session | undefined;
    /** Returns what unsubscribes. */
    on<E extends keyof Events>(event: E, listener: Events[E]): () => void;
}
interface Credentials {
    readonly username: string;
    readonly password: string;
}
/** `e.detail.code` of a phone button, good for one exchange; `bindPhone` of `./phone` reads the whole detail. */
interface PhoneCode {
    readonly phoneCode: string;
}
interface LoginErrorDetails {
    /** What to do about it: the server's word, or the SDK's where the server said nothing. A newer server may know more. */
    readonly action: Action | (string & {});
    /** HTTP status; absent where nothing was answered. */
    readonly status?: number | undefined;
    /** For developers, in English; may change. */
    readonly detail?: string | undefined;
    /** Seconds. */
    readonly retryAfter?: number | undefined;
    /** Find the request in the server's log by it. */
    readonly requestId?: string | undefined;
}
/** The one error of this SDK. It holds no code, ticket, password or session. */
declare class LoginError extends Error implements LoginErrorDetails {
    /** A code of the server or of the SDK; other servers of yours may have more. */
    readonly code: ServerCode | ClientCode | (string & {});
    readonly action: LoginErrorDetails["action"];
    readonly status?: number | undefined;
    readonly detail?: string | undefined;
    readonly retryAfter?: number | undefined;
    readonly requestId?: string | undefined;
    constructor(code: LoginError["code"], details: LoginErrorDetails);
}
/**
 * The error that an answer stands for, undefined for 2xx. Answers without a `code` are the gateway's own: 401 and 403
 * mean that the session was refused. `now` (milliseconds since 1970) is what a `Retry-After` with a date is taken from
 * where the answer has no `Date`.
 */
declare function errorOf(answer: AnyAnswer, now?: number): LoginError | undefined;
/**
 * The authorizer's no. A business function's own 401 or 403 has a `code`, and says nothing about the session; where
 * no body is seen (HEAD, a download) it cannot be told from the authorizer's.
 */
declare function isRefusedSession({ statusCode, data }: AnyAnswer): boolean;
/** The members of a JSON object; problem+json may arrive unparsed, or as the bytes that were asked for. */
declare function members(data: unknown): Record<string, unknown>;
declare function isText(value: unknown): value is string;
/** Chinese, English. */
type Message = readonly [string, string];
/** Codes that the SDK gives itself. */
type ClientCode = LoginCode | RuntimeCode;
type LoginCode = "network_failed" | "network_timeout" | "interrupted" | "wx_login_failed" | "session_refused" | "logged_out" | "unexpected_answer";
/** Why the runtime gave no phone number, or no open data. */
type RuntimeCode = "user_denied" | "privacy_not_agreed" | "privacy_not_declared" | "phone_quota_empty" | "base_library_too_old" | "phone_button_failed" | "open_data_failed";
/** A sentence to show for `LoginError.code`; a general one for codes that it does not know. */
declare function messageFor(code: string, language: "zh" | "en"): string;
/** For codes of your own functions, or in other words for those of login. */
declare function addMessages(more: Readonly<Record<string, Message>>): void;
export {};
/** What the SDK uses of WeChat's `wx`. Another runtime that offers these calls will do, like Taro's or uni-app's. */
interface Wx {
    login(options: LoginCall): unknown;
    request(options: RequestCall): unknown;
    uploadFile(options: UploadCall): unknown;
    downloadFile(options: DownloadCall): unknown;
    getStorageSync(key: string): unknown;
    setStorageSync(key: string, value: unknown): unknown;
    removeStorageSync(key: string): unknown;
}
/** What every call but those to storage ends with: one of the two, if the runtime keeps its promise. */
interface Callbacks<T> {
    success(result: T): void;
    fail(error: {
        errMsg: string;
    }): void;
}
interface LoginCall extends Callbacks<{
    code: string;
}> {
    /** Milliseconds. */
    timeout: number;
}
interface RequestCall extends WxRequest, Callbacks<Answer> {
}
interface UploadCall extends WxUpload, Callbacks<UploadAnswer> {
}
interface DownloadCall extends WxDownload, Callbacks<DownloadAnswer> {
}
type Method = "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "OPTIONS" | "TRACE" | "CONNECT";
interface Sent {
    url: string;
    header?: Readonly<Record<string, string>>;
    /** Milliseconds. */
    timeout?: number;
}
/** Options of `wx.request` without its callbacks. */
interface WxRequest extends Sent {
    method?: Method;
    data?: string | object;
    dataType?: string;
    responseType?: "text" | "arraybuffer";
}
/** Options of `wx.uploadFile` without its callbacks. */
interface WxUpload extends Sent {
    filePath: string;
    /** The file's field in the form. */
    name: string;
    formData?: Readonly<Record<string, string>>;
}
/** Options of `wx.downloadFile` without its callbacks. */
interface WxDownload extends Sent {
    /** Where to put the file; without it, where WeChat likes (`tempFilePath`). */
    filePath?: string;
}
/** What all three succeed with, whatever the status. */
interface AnyAnswer {
    readonly statusCode: number;
    readonly data?: unknown;
    readonly header?: Readonly<Record<string, unknown>>;
}
/** What `wx.request` succeeds with. */
interface Answer extends AnyAnswer {
    /** JSON has been parsed; what is in it, nobody has checked. */
    readonly data: unknown;
    readonly header: Readonly<Record<string, unknown>>;
}
/** What `wx.uploadFile` succeeds with. */
interface UploadAnswer extends AnyAnswer {
    /** Not parsed. */
    readonly data: string;
}
/** What `wx.downloadFile` succeeds with; the body of an error is a file too. */
interface DownloadAnswer extends AnyAnswer {
    readonly tempFilePath: string;
    readonly filePath?: string;
}
/** What a button's event has in place of data, and what a call of `wx` without callbacks rejects with. */
interface WxFailure {
    /** Like `getPhoneNumber:fail user deny`. */
    readonly errMsg?: string | undefined;
    /** Not in every version. */
    readonly errno?: number | undefined;
}
/** A header's value, however the runtime spells its name. */
declare function header({ header: headers }: AnyAnswer, name: string): string | undefined;
/** When it was sent, by the server's clock (milliseconds since 1970); `received` where it does not say. */
declare function sentAt(answer: AnyAnswer, received: number): number;
export {};
/** What a login gave. `sessionId` is a credential: send it as `Authorization: Bearer …`, never in a URL. */
interface Session {
    readonly sessionId: string;
    /** ISO 8601 UTC, by the server's clock. */
    readonly expiresAt: string;
    readonly userId: string;
    /** Whether the login that opened this session bound the identity. */
    readonly newBinding: boolean;
    /** Milliseconds since 1970 by this phone's clock, shortly before the server will refuse it; 0: not known. */
    readonly endsAt: number;
}
/** Reads an answer to `POST /login`, or what was stored. */
declare function asSession(data: unknown): Session | undefined;
