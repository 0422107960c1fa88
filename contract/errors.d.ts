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
/** A request that cannot be read. */
declare const unreadable: {
  readonly invalid_request: {
    readonly status: 400;
    readonly action: "fix_request";
    readonly title: "The request is not valid";
    readonly cause: "the mini-program";
  };
  readonly payload_too_large: {
    readonly status: 413;
    readonly action: "fix_request";
    readonly title: "The request body is too large";
    readonly cause: "the mini-program";
  };
  readonly unsupported_media_type: {
    readonly status: 415;
    readonly action: "fix_request";
    readonly title: "The request body must be JSON";
    readonly cause: "the mini-program";
  };
  readonly method_not_allowed: {
    readonly status: 405;
    readonly action: "fix_request";
    readonly title: "This method is not allowed here";
    readonly cause: "the mini-program";
  };
};
/** What a login is refused for. */
declare const refusals: {
  readonly invalid_code: {
    readonly status: 401;
    readonly action: "new_code";
    readonly title: "The wx.login code is not valid any more";
    readonly cause: "people";
  };
  readonly invalid_ticket: {
    readonly status: 401;
    readonly action: "new_code";
    readonly title: "The bind ticket is not valid any more";
    readonly cause: "people";
  };
  readonly invalid_credentials: {
    readonly status: 401;
    readonly action: "fix_credentials";
    readonly title: "Username or password is wrong";
    readonly cause: "people";
  };
  readonly binding_required: {
    readonly status: 409;
    readonly action: "bind";
    readonly title: "This WeChat identity has no account yet";
    readonly cause: "people";
  };
  readonly already_bound: {
    readonly status: 409;
    readonly action: "unbind_first";
    readonly title: "This WeChat identity has another account";
    readonly cause: "people";
  };
  readonly account_already_bound: {
    readonly status: 409;
    readonly action: "contact_support";
    readonly title: "The account already has another WeChat identity";
    readonly cause: "people";
  };
  readonly access_changed: {
    readonly status: 409;
    readonly action: "new_code";
    readonly title: "Access was changed while this login was under way";
    readonly cause: "people";
  };
  readonly account_disabled: {
    readonly status: 403;
    readonly action: "contact_support";
    readonly title: "The account is disabled";
    readonly cause: "people";
  };
  readonly too_many_attempts: {
    readonly status: 429;
    readonly action: "wait";
    readonly title: "Too many password attempts";
    readonly cause: "people";
  };
  readonly wechat_user_blocked: {
    readonly status: 403;
    readonly action: "contact_support";
    readonly title: "WeChat refuses this user";
    readonly cause: "WeChat";
  };
  readonly rate_limited: {
    readonly status: 429;
    readonly action: "wait";
    readonly title: "WeChat asks this user to slow down";
    readonly cause: "WeChat";
  };
  readonly wechat_busy: {
    readonly status: 503;
    readonly action: "new_code";
    readonly title: "WeChat is busy";
    readonly cause: "WeChat";
  };
  readonly wechat_unavailable: {
    readonly status: 503;
    readonly action: "new_code";
    readonly title: "WeChat cannot be reached";
    readonly cause: "WeChat";
  };
  readonly wechat_timeout: {
    readonly status: 504;
    readonly action: "new_code";
    readonly title: "WeChat did not answer in time";
    readonly cause: "WeChat";
  };
  readonly not_configured: {
    readonly status: 503;
    readonly action: "contact_support";
    readonly title: "WeChat login is not configured";
    readonly cause: "this side";
  };
};
/** What is broken, and thrown. */
declare const outages: {
  readonly store_unavailable: {
    readonly status: 503;
    readonly action: "new_code";
    readonly elsewhere: "retry";
    readonly title: "The database did not answer";
    readonly cause: "this side";
  };
  readonly internal_error: {
    readonly status: 500;
    readonly action: "new_code";
    readonly elsewhere: "retry";
    readonly title: "Something went wrong here";
    readonly cause: "this side";
  };
};
export type RefusalCode = keyof typeof refusals;
export type OutageCode = keyof typeof outages;
export type ErrorCode = keyof typeof unreadable | RefusalCode | OutageCode;
/** Every error that a caller can be told, in one table; a code without a row does not compile. */
export declare const errors: Readonly<Record<ErrorCode, ErrorRow>>;
export declare const errorCodes: readonly ErrorCode[];
