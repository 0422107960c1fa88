import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { RefusalCode } from "../core/refusal.ts";

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

export type ErrorCode =
  | RefusalCode
  | "invalid_request"
  | "payload_too_large"
  | "unsupported_media_type"
  | "method_not_allowed"
  | "store_unavailable"
  | "internal_error";

interface Row {
  readonly status: number;
  readonly action: Action;
  readonly title: string;
}

/** The one table of errors; a code without a row does not compile. */
export const errors = {
  invalid_request: { status: 400, action: "fix_request", title: "The request is not valid" },
  payload_too_large: { status: 413, action: "fix_request", title: "The request body is too large" },
  unsupported_media_type: { status: 415, action: "fix_request", title: "The request body must be JSON" },
  method_not_allowed: { status: 405, action: "fix_request", title: "This method is not allowed here" },
  invalid_code: { status: 401, action: "new_code", title: "The wx.login code is not valid any more" },
  invalid_ticket: { status: 401, action: "new_code", title: "The bind ticket is not valid any more" },
  invalid_credentials: { status: 401, action: "fix_credentials", title: "Username or password is wrong" },
  binding_required: { status: 409, action: "bind", title: "This WeChat identity has no account yet" },
  already_bound: { status: 409, action: "unbind_first", title: "This WeChat identity has another account" },
  account_already_bound: {
    status: 409,
    action: "contact_support",
    title: "The account already has another WeChat identity",
  },
  access_changed: {
    status: 409,
    action: "new_code",
    title: "Access was changed while this login was under way",
  },
  account_disabled: { status: 403, action: "contact_support", title: "The account is disabled" },
  wechat_user_blocked: { status: 403, action: "contact_support", title: "WeChat refuses this user" },
  too_many_attempts: { status: 429, action: "wait", title: "Too many password attempts" },
  rate_limited: { status: 429, action: "wait", title: "WeChat asks this user to slow down" },
  wechat_busy: { status: 503, action: "new_code", title: "WeChat is busy" },
  wechat_unavailable: { status: 503, action: "new_code", title: "WeChat cannot be reached" },
  wechat_timeout: { status: 504, action: "new_code", title: "WeChat did not answer in time" },
  store_unavailable: { status: 503, action: "new_code", title: "The database did not answer" },
  internal_error: { status: 500, action: "new_code", title: "Something went wrong here" },
  not_configured: { status: 503, action: "contact_support", title: "WeChat login is not configured" },
} as const satisfies Record<ErrorCode, Row>;

export interface ProblemDetails {
  readonly detail?: string;
  /** The fields at fault, for `invalid_request`. */
  readonly fields?: readonly string[];
  readonly bindTicket?: string;
  /** Seconds; becomes the `Retry-After` header. */
  readonly retryAfter?: number;
  readonly allow?: string;
}

/**
 * An error answer: `application/problem+json`, RFC 9457. `at` says where it happened, because what an outage means to
 * a client differs: at login the code is gone (`new_code`), elsewhere the same call may be sent again (`retry`).
 */
export function problem(
  code: ErrorCode,
  requestId: string,
  details: ProblemDetails = {},
  at: "login" | "elsewhere" = "login",
): APIGatewayProxyStructuredResultV2 {
  const { status, action, title } = errors[code];
  const { retryAfter, allow, ...members } = details;
  const isOutage = code === "store_unavailable" || code === "internal_error";
  return {
    statusCode: status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(retryAfter !== undefined && { "retry-after": String(retryAfter) }),
      ...(allow !== undefined && { allow }),
    },
    body: JSON.stringify({
      type: `urn:weapp-login:error:${code}`,
      title,
      status,
      code,
      action: isOutage && at === "elsewhere" ? "retry" : action,
      requestId,
      ...members,
    }),
  };
}
