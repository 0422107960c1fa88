import { LoginError } from "./login-error.ts";

/**
 * Tries again, after each of these delays (milliseconds) and with `rest` for the wait, what failed in passing. Rejects
 * with the last failure.
 */
export async function persistently<T>(
  attempt: () => Promise<T>,
  delays: readonly number[],
  rest: (ms: number) => Promise<void>,
): Promise<T> {
  let codeWasInvalid = false;
  for (const delay of delays) {
    try {
      return await attempt();
    } catch (error) {
      if (!mayPass(error, codeWasInvalid)) throw error;
      codeWasInvalid ||= error.code === "invalid_code";
    }
    // Thousands of phones that failed at one moment must not come back at one moment.
    await rest(delay * (0.5 + Math.random()));
  }
  return attempt();
}

/** Without an answer it does not: whoever is offline should hear it at once. */
function mayPass(error: unknown, codeWasInvalid: boolean): error is LoginError {
  if (!(error instanceof LoginError) || error.retryAfter) return false;
  const { code, action, status = 0 } = error;
  return code === "invalid_code"
    ? !codeWasInvalid
    : status >= 500 && (action === "new_code" || action === "retry");
}
