import type { ClientCode, ServerCode } from "./messages.ts";
import { type Answer, header } from "./wx.ts";

/** What to do about it: the server's word, or the SDK's where the server said nothing. A newer server may know more. */
export type Action =
  | "fix_request"
  | "new_code"
  | "fix_credentials"
  | "bind"
  | "unbind_first"
  | "contact_support"
  | "wait"
  | "retry";

export interface LoginErrorDetails {
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
export class LoginError extends Error implements LoginErrorDetails {
  /** A code of the server or of the SDK; other servers of yours may have more. */
  declare readonly code: ServerCode | ClientCode | (string & {});
  declare readonly action: LoginErrorDetails["action"];
  declare readonly status?: number | undefined;
  declare readonly detail?: string | undefined;
  declare readonly retryAfter?: number | undefined;
  declare readonly requestId?: string | undefined;

  constructor(code: LoginError["code"], details: LoginErrorDetails) {
    super(details.detail ? `${code}: ${details.detail}` : code);
    Object.assign(this, details);
    this.name = "LoginError";
    this.code = code;
  }
}

/**
 * The error that an answer stands for, undefined for 2xx. Answers without a `code` are the gateway's own: 401 and 403
 * mean that the session was refused.
 */
export function errorOf(answer: Answer): LoginError | undefined {
  const { statusCode: status } = answer;
  if (status >= 200 && status < 300) return undefined;
  const { code, action, detail, message, requestId } = members(answer.data);
  const known = isText(code);
  const refused = isRefusedSession(answer);
  const mayPass = refused || status === 404 || status === 429 || status >= 500;
  const seconds = header(answer, "retry-after");
  return new LoginError(known ? code : refused ? "session_refused" : "unexpected_answer", {
    action: isText(action) ? action : mayPass ? "retry" : "fix_request",
    status,
    detail: isText(detail) ? detail : isText(message) ? message : undefined,
    retryAfter: seconds && /^\d+$/.test(seconds) ? Number(seconds) : undefined,
    requestId: isText(requestId) ? requestId : header(answer, "apigw-requestid"),
  });
}

/** The authorizer's no. A business function's own 401 or 403 has a `code`, and says nothing about the session. */
export function isRefusedSession({ statusCode, data }: Answer): boolean {
  return (statusCode === 401 || statusCode === 403) && !isText(members(data).code);
}

/** The members of a JSON object; problem+json may arrive unparsed. */
export function members(data: unknown): Record<string, unknown> {
  if (isText(data)) {
    try {
      return members(JSON.parse(data));
    } catch {
      return {};
    }
  }
  return typeof data === "object" && data ? { ...data } : {};
}

export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
