import type { Action, RefusalCode } from "../../contract/errors.ts";

/** Facts for the log line: never a secret, never something a person typed. */
export type Facts = Record<string, string | number | boolean>;

/** Why a login was refused. A refusal is a value; what is broken is thrown. */
export interface Refusal {
  readonly refused: RefusalCode;
  /** Goes with whatever another try makes sense after: stands for the exchanged code in the next call. */
  readonly bindTicket?: string;
  /** Where it is another one than the code's own. */
  readonly action?: Action;
  /** Seconds until another try makes sense. */
  readonly retryAfter?: number;
  readonly facts?: Facts;
}

export function refused(code: RefusalCode, details: Omit<Refusal, "refused"> = {}): Refusal {
  return { refused: code, ...details };
}

/** The one way in which "no" is said, to logins and to operators: a value with the member `refused`. */
export function isRefusal<T extends object>(value: T): value is Extract<T, { readonly refused: unknown }> {
  return "refused" in value;
}

/**
 * A store did not answer, or not in time. Never a "no": whoever catches it must not treat it as "not found".
 * What was being written may or may not have been written.
 */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";

  /** Somebody must look, because it does not pass by itself. */
  readonly alarm: boolean;

  constructor(store: string, cause: unknown, { what = "did not answer", alarm = false } = {}) {
    super(`${store} ${what}`, { cause });
    this.alarm = alarm;
  }
}
