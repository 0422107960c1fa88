import type { ClientCode } from "./messages.ts";
import type { Action, ServerCode } from "./server-errors.ts";
import { type AnyAnswer, header, sentAt } from "./wx.ts";

export interface LoginErrorDetails {
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
 * mean that the session was refused. `now` (milliseconds since 1970) is what a `Retry-After` with a date is taken from
 * where the answer has no `Date`.
 */
export function errorOf(answer: AnyAnswer, now = Date.now()): LoginError | undefined {
  const { statusCode: status } = answer;
  if (status >= 200 && status < 300) return undefined;
  const { code, action, detail, message, requestId } = members(answer.data);
  const known = isText(code);
  const refused = isRefusedSession(answer);
  const mayPass = refused || status === 404 || status === 429 || status >= 500;
  return new LoginError(known ? code : refused ? "session_refused" : "unexpected_answer", {
    action: isText(action) ? action : mayPass ? "retry" : "fix_request",
    status,
    detail: [detail, !known && status === 404 && "wrong path or baseUrl", message].find(isText),
    retryAfter: retryAfter(answer, now),
    requestId: isText(requestId) ? requestId : header(answer, "apigw-requestid"),
  });
}

/** Of seconds or of a date, RFC 9110; a day at the most. */
function retryAfter(answer: AnyAnswer, now: number): number | undefined {
  const text = header(answer, "retry-after") || "";
  const sent = sentAt(answer, now);
  const seconds = /^\d+$/.test(text) ? Number(text) : Math.ceil((Date.parse(text) - sent) / 1000);
  return seconds >= 0 ? Math.min(seconds, 86_400) : undefined;
}

/**
 * The authorizer's no. A business function's own 401 or 403 has a `code`, and says nothing about the session; where
 * no body is seen (HEAD, a download) it cannot be told from the authorizer's.
 */
export function isRefusedSession({ statusCode, data }: AnyAnswer): boolean {
  return (statusCode === 401 || statusCode === 403) && !isText(members(data).code);
}

/** The members of a JSON object; problem+json may arrive unparsed, or as the bytes that were asked for. */
export function members(data: unknown): Record<string, unknown> {
  try {
    if (isText(data)) return members(JSON.parse(data));
    if (isBytes(data)) return members(utf8(data));
  } catch {
    return {};
  }
  return typeof data === "object" && data ? { ...data } : {};
}

/** Of whatever realm: the runtime's ArrayBuffer need not be the code's. */
function isBytes(data: unknown): data is ArrayBuffer {
  return typeof Object(data).byteLength === "number";
}

/** The runtime has no TextDecoder. Throws where it is none. */
function utf8(bytes: ArrayBuffer): string {
  const hex = (byte: number) => `%${(byte + 256).toString(16).slice(1)}`;
  return decodeURIComponent(Array.from(new Uint8Array(bytes), hex).join(""));
}

export function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}
