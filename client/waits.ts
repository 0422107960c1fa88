import { isText, LoginError, type LoginErrorDetails, members } from "./login-error.ts";

/** A `Retry-After` that was answered to a login. Milliseconds since 1970 by this phone's clock. */
interface Wait extends LoginErrorDetails {
  readonly code: string;
  readonly from: number;
  readonly until: number;
}

export interface Waits {
  readonly logins?: Wait | undefined;
  /** Too many passwords say nothing about logins without one. */
  readonly passwords?: Wait | undefined;
  /** Nor does anything that a phone code meets: numbers have limits of their own. */
  readonly phoneCodes?: Wait | undefined;
}

/** After an hour the server is asked again, however long it wanted: a mistake of its must not lock a phone out. */
const longest = 3_600_000;

/** With what the server has just answered; a shorter wait does not end a longer one. */
export function withWait(waits: Waits, error: LoginError, sent: keyof Waits, now: number): Waits {
  const { code, retryAfter = 0 } = error;
  const wait = { ...error, from: now, until: now + retryAfter * 1000 };
  const kind = sent === "passwords" && code !== "too_many_attempts" ? "logins" : sent;
  const before = waits[kind];
  return before && isOn(before, now) && end(before) >= end(wait) ? waits : { ...waits, [kind]: wait };
}

/** The error that such a login would meet again, with the seconds that are left. */
export function waitFor(waits: Waits, sent: keyof Waits, now: number): LoginError | undefined {
  for (const wait of [waits.logins, waits[sent]]) {
    if (wait && isOn(wait, now)) {
      const { code, from, until, ...details } = wait;
      return new LoginError(code, { ...details, retryAfter: Math.ceil((until - now) / 1000) });
    }
  }
  return undefined;
}

/** A clock that was set back ends it, until it is there again. */
function isOn(wait: Wait, now: number): boolean {
  return now >= wait.from && now < end(wait);
}

function end({ from, until }: Wait): number {
  return Math.min(until, from + longest);
}

/** Reads what was stored. */
export function asWaits(stored: unknown): Waits {
  const { logins, passwords, phoneCodes } = members(stored);
  return { logins: asWait(logins), passwords: asWait(passwords), phoneCodes: asWait(phoneCodes) };
}

function asWait(stored: unknown): Wait | undefined {
  const wait = members(stored);
  return isWait(wait) ? wait : undefined;
}

function isWait(stored: object): stored is Wait {
  const { code, action, from, until }: Partial<Record<keyof Wait, unknown>> = stored;
  return isText(code) && isText(action) && typeof from === "number" && typeof until === "number";
}
