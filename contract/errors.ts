/** What a client is to do, without a table of its own. */
export type Action =
  | "fix_request"
  | "new_code"
  | "fix_credentials"
  | "bind"
  | "unbind_first"
  | "contact_support"
  | "wait"
  | "retry";

/** Who can do something about it. */
export type Cause = "WeChat" | "this side" | "people" | "the mini-program";

export interface ErrorRow {
  readonly status: number;
  readonly action: Action;
  /** In place of `action` where no wx.login code was spent: the same call may be sent again. */
  readonly elsewhere?: Action;
  readonly title: string;
  readonly cause: Cause;
}

type Rows = Readonly<Record<string, ErrorRow>>;

/** A request that cannot be read. */
const unreadable = {
  invalid_request: {
    status: 400,
    action: "fix_request",
    title: "The request is not valid",
    cause: "the mini-program",
  },
  payload_too_large: {
    status: 413,
    action: "fix_request",
    title: "The request body is too large",
    cause: "the mini-program",
  },
  unsupported_media_type: {
    status: 415,
    action: "fix_request",
    title: "The request body must be JSON",
    cause: "the mini-program",
  },
  method_not_allowed: {
    status: 405,
    action: "fix_request",
    title: "This method is not allowed here",
    cause: "the mini-program",
  },
} as const satisfies Rows;

/** What a login is refused for. */
const refusals = {
  invalid_code: {
    status: 401,
    action: "new_code",
    title: "The wx.login code is not valid any more",
    cause: "people",
  },
  invalid_ticket: {
    status: 401,
    action: "new_code",
    title: "The bind ticket is not valid any more",
    cause: "people",
  },
  invalid_credentials: {
    status: 401,
    action: "fix_credentials",
    title: "Username or password is wrong",
    cause: "people",
  },
  binding_required: {
    status: 409,
    action: "bind",
    title: "This WeChat identity has no account yet",
    cause: "people",
  },
  already_bound: {
    status: 409,
    action: "unbind_first",
    title: "This WeChat identity has another account",
    cause: "people",
  },
  account_already_bound: {
    status: 409,
    action: "contact_support",
    title: "The account already has another WeChat identity",
    cause: "people",
  },
  access_changed: {
    status: 409,
    action: "new_code",
    title: "Access was changed while this login was under way",
    cause: "people",
  },
  account_disabled: {
    status: 403,
    action: "contact_support",
    title: "The account is disabled",
    cause: "people",
  },
  too_many_attempts: {
    status: 429,
    action: "wait",
    title: "Too many password attempts",
    cause: "people",
  },
  wechat_user_blocked: {
    status: 403,
    action: "contact_support",
    title: "WeChat refuses this user",
    cause: "WeChat",
  },
  rate_limited: {
    status: 429,
    action: "wait",
    title: "WeChat asks this user to slow down",
    cause: "WeChat",
  },
  wechat_busy: { status: 503, action: "new_code", title: "WeChat is busy", cause: "WeChat" },
  wechat_unavailable: {
    status: 503,
    action: "new_code",
    title: "WeChat cannot be reached",
    cause: "WeChat",
  },
  wechat_timeout: {
    status: 504,
    action: "new_code",
    title: "WeChat did not answer in time",
    cause: "WeChat",
  },
  not_configured: {
    status: 503,
    action: "contact_support",
    title: "WeChat login is not configured",
    cause: "this side",
  },
} as const satisfies Rows;

/** What is broken, and thrown. */
const outages = {
  store_unavailable: {
    status: 503,
    action: "new_code",
    elsewhere: "retry",
    title: "The database did not answer",
    cause: "this side",
  },
  internal_error: {
    status: 500,
    action: "new_code",
    elsewhere: "retry",
    title: "Something went wrong here",
    cause: "this side",
  },
} as const satisfies Rows;

export type RefusalCode = keyof typeof refusals;
export type OutageCode = keyof typeof outages;
export type ErrorCode = keyof typeof unreadable | RefusalCode | OutageCode;

/** Every error that a caller can be told, in one table; a code without a row does not compile. */
export const errors: Readonly<Record<ErrorCode, ErrorRow>> = { ...unreadable, ...refusals, ...outages };

export const errorCodes: readonly ErrorCode[] = Object.keys(errors) as ErrorCode[];
