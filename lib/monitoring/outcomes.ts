/** Every outcome of a login that does not log in (the `code` of its answer), by who can do something about it. */
export const whyNot = {
  WeChat: ["wechat_timeout", "wechat_unavailable", "wechat_busy", "rate_limited", "wechat_user_blocked"],
  "this side": ["not_configured", "store_unavailable", "internal_error"],
  people: [
    "binding_required",
    "invalid_credentials",
    "too_many_attempts",
    "invalid_code",
    "invalid_ticket",
    "already_bound",
    "account_already_bound",
    "account_disabled",
  ],
  "the mini-program": [
    "invalid_request",
    "payload_too_large",
    "unsupported_media_type",
    "method_not_allowed",
  ],
} as const;

export type NotLoggedInOutcome = (typeof whyNot)[keyof typeof whyNot][number];
