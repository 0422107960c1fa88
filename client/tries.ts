import { LoginError } from "./login-error.ts";

/** Tries again, after each of these delays (milliseconds), what failed temporarily. Rejects with the last failure. */
export async function persistently<T>(
  attempt: () => Promise<T>,
  delays: readonly number[],
  withCredentials: boolean,
): Promise<T> {
  for (const [tried, delay] of delays.entries()) {
    try {
      return await attempt();
    } catch (error) {
      if (!mayPass(error, withCredentials, tried)) throw error;
    }
    // Thousands of phones that failed at one moment must not come back at one moment.
    await new Promise((resolve) => setTimeout(resolve, delay * (0.5 + Math.random())));
  }
  return attempt();
}

/**
 * Without an answer it does not: whoever is offline should hear it at once. With credentials only what WeChat ended: the
 * server counts every password that it has begun to check, and a person's attempts are few. A phone code that has left for
 * WeChat is spent.
 */
function mayPass(error: unknown, withCredentials: boolean, tried: number): boolean {
  if (!(error instanceof LoginError)) return false;
  const { code, action, retryAfter, status = 0 } = error;
  if (retryAfter || action === "new_phone_code") return false;
  return (
    code === "invalid_code" ||
    // On some phones now and then, for no reason.
    (code === "wx_login_failed" && tried === 0) ||
    (status >= 500 && (withCredentials ? /^wechat/.test(code) : action === "new_code" || action === "retry"))
  );
}
