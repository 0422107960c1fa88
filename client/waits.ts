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
}

/** After an hour the server is asked again, however long it wanted: a mistake of its must not lock a phone out. */
const longest = 3_600_000;

/** With what the server has just answered; a shorter wait does not end a longer one. */
export function withWait(waits: Waits, error: LoginError, withPassword: boolean, now: number): Waits {
  const { code, action, status, detail, requestId, retryAfter = 0 } = error;
  const wait = { code, action, status, detail, requestId, from: now, until: now + retryAfter * 1000 };
  const kind = withPassword && code === "too_many_attempts" ? "passwords" : "logins";
  const before = waits[kind];
  return before && isOn(before, now) && end(before) >= end(wait) ? waits : { ...waits, [kind]: wait };
}

/** The error that such a login would meet again, with the seconds that are left. */
export function waitFor(waits: Waits, withPassword: boolean, now: number): LoginError | undefined {
  for (const wait of [waits.logins, withPassword ? waits.passwords : undefined]) {
    if (wait && isOn(wait, now)) {
      const { code, action, status, detail, requestId } = wait;
      const retryAfter = Math.ceil((wait.until - now) / 1000);
      return new LoginError(code, { action, status, detail, retryAfter, requestId });
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
  const { logins, passwords } = members(stored);
  return { logins: asWait(logins), passwords: asWait(passwords) };
}

function asWait(stored: unknown): Wait | undefined {
  const { code, action, status, detail, requestId, from, until } = members(stored);
  if (!isText(code) || !isText(action) || typeof from !== "number" || typeof until !== "number") {
    return undefined;
  }
  return {
    code,
    action,
    status: typeof status === "number" ? status : undefined,
    detail: isText(detail) ? detail : undefined,
    requestId: isText(requestId) ? requestId : undefined,
    from,
    until,
  };
}
