// Built from client/ by `npm run build:client`.
// biome-ignore-all format: built
// biome-ignore-all lint: built
// biome-ignore-all assist: built
/** Login of WeChat mini-programs against a weapp-login API. What is exported here is the SDK. */
export { createLogin, type Events, type Login, type LoginOptions, type RequestOptions, };
export { type Action, errorOf, LoginError, type LoginErrorDetails };
export { type ClientCode, messageFor, type ServerCode };
export type { Session };
export type { Credentials };
export type { Answer, Method, Wx };
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
interface RequestOptions extends Omit<WxRequest, "url"> {
    /** Begins with `/`, goes behind `baseUrl`. */
    readonly path: string;
    /**
     * Whether it may be sent again when the session was refused. GET and HEAD are; anything else only if this says that
     * doing it twice does no harm.
     */
    readonly replay?: boolean;
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
/** One per mini-program, made in `app.js`. It does nothing before it is asked to. */
declare function createLogin(options: LoginOptions): Login;
/** What to do about it: the server's word, or the SDK's where the server said nothing. A newer server may know more. */
type Action = "fix_request" | "new_code" | "fix_credentials" | "bind" | "unbind_first" | "contact_support" | "wait" | "retry";
interface LoginErrorDetails {
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
 * mean that the session was refused.
 */
declare function errorOf(answer: Answer): LoginError | undefined;
/** The authorizer's no. A business function's own 401 or 403 has a `code`, and says nothing about the session. */
declare function isRefusedSession({ statusCode, data }: Answer): boolean;
/** The members of a JSON object; problem+json may arrive unparsed. */
declare function members(data: unknown): Record<string, unknown>;
declare function isText(value: unknown): value is string;
/** Codes of the server. */
type ServerCode = "invalid_request" | "payload_too_large" | "unsupported_media_type" | "method_not_allowed" | "invalid_code" | "invalid_ticket" | "invalid_credentials" | "binding_required" | "already_bound" | "account_already_bound" | "account_disabled" | "wechat_user_blocked" | "too_many_attempts" | "rate_limited" | "wechat_busy" | "wechat_unavailable" | "wechat_timeout" | "store_unavailable" | "internal_error" | "not_configured";
/** Codes that the SDK gives itself. */
type ClientCode = "network_failed" | "network_timeout" | "interrupted" | "wx_login_failed" | "session_refused" | "logged_out" | "unexpected_answer";
/** A sentence to show for `LoginError.code`; a general one for codes that it does not know. */
declare function messageFor(code: string, language: "zh" | "en"): string;
/** What the SDK uses of WeChat's `wx`. Another runtime that offers these five calls will do. */
interface Wx {
    login(options: LoginCall): unknown;
    request(options: RequestCall): unknown;
    getStorageSync(key: string): unknown;
    setStorageSync(key: string, value: unknown): unknown;
    removeStorageSync(key: string): unknown;
}
interface LoginCall {
    /** Milliseconds. */
    timeout: number;
    success(result: {
        code: string;
    }): void;
    fail(error: {
        errMsg: string;
    }): void;
}
interface RequestCall extends WxRequest {
    success(answer: Answer): void;
    fail(error: {
        errMsg: string;
    }): void;
}
type Method = "GET" | "HEAD" | "POST" | "PUT" | "DELETE" | "OPTIONS" | "TRACE" | "CONNECT";
/** Options of `wx.request` without its callbacks. */
interface WxRequest {
    url: string;
    method?: Method;
    data?: string | object;
    header?: Readonly<Record<string, string>>;
    /** Milliseconds. */
    timeout?: number;
    dataType?: string;
    responseType?: "text" | "arraybuffer";
}
/** What `wx.request` succeeds with, whatever the status. */
interface Answer {
    readonly statusCode: number;
    /** JSON has been parsed; what is in it, nobody has checked. */
    readonly data: unknown;
    readonly header: Readonly<Record<string, unknown>>;
}
/** A header's value, however the runtime spells its name. */
declare function header({ header: headers }: Answer, name: string): string | undefined;
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
/**
 * The session in memory and in storage. Storage may fail (it is full, or broken): then the session lives as long as the
 * mini-program does.
 */
declare function sessionKeeper(wx: Wx, key: string): {
    readonly session: Session | undefined;
    /** Whether the person logged out, and has not logged in again. */
    readonly out: boolean;
    keep(opened: Session): void;
    /** Forgets this session and no other: it may have been replaced, here or by another instance, since it was used. */
    forget({ sessionId }: Session): void;
    leave(): void;
};
/** Reads an answer to `POST /login`, or what was stored. */
declare function asSession(data: unknown): Session | undefined;
interface Credentials {
    readonly username: string;
    readonly password: string;
}
interface SignInNeeds {
    readonly wx: Wx;
    readonly baseUrl: string;
    readonly appId: string | undefined;
    /** Milliseconds. */
    readonly timeout: number;
    /** Milliseconds before each further try of a login that failed in passing. */
    readonly retryDelays: readonly number[];
    readonly now: () => number;
    readonly keeper: ReturnType<typeof sessionKeeper>;
    /** Told of every login that the server, or the wait it asked for, refused; not of the tries before its last. */
    readonly onRefusal: (error: LoginError) => void;
    /** Given the session of a login that a logout has overtaken. */
    readonly onUnwanted: (session: Session) => void;
}
/** Everything up to a session: the one login at a time, its ticket, and the wait that the server asks for. */
declare function signIn(needs: SignInNeeds): {
    single: (credentials?: Credentials) => Promise<Session>;
    underWay: () => boolean;
    /** Whatever is under way will be rejected with `logged_out`. */
    abandon(): void;
};
declare function loggedOut(): LoginError;
