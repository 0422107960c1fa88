/** Everything a login can be refused for. A refusal is a value; what is broken is thrown. */
export type RefusalCode =
  | "invalid_code"
  | "invalid_ticket"
  | "invalid_credentials"
  | "binding_required"
  | "already_bound"
  | "account_already_bound"
  | "access_changed"
  | "account_disabled"
  | "too_many_attempts"
  | "wechat_user_blocked"
  | "rate_limited"
  | "wechat_busy"
  | "wechat_unavailable"
  | "wechat_timeout"
  | "not_configured";

/** Facts for the log line: never a secret, never something a person typed. */
export type Facts = Record<string, string | number | boolean>;

export interface Refusal {
  readonly refused: RefusalCode;
  /** Goes with `binding_required` and `invalid_credentials`: stands for the exchanged code in the next call. */
  readonly bindTicket?: string;
  /** Seconds until another try makes sense. */
  readonly retryAfter?: number;
  readonly facts?: Facts;
}

export function refused(code: RefusalCode, details: Omit<Refusal, "refused"> = {}): Refusal {
  return { refused: code, ...details };
}

export function isRefusal(value: object): value is Refusal {
  return "refused" in value;
}

/**
 * A store did not answer, or not in time. Never a "no": whoever catches it must not treat it as "not found".
 * What was being written may or may not have been written.
 */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";

  constructor(store: string, cause: unknown) {
    super(`${store} did not answer`, { cause });
  }
}
