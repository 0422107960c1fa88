import type { WeappLoginProps } from "./weapp-login.ts";

/** API Gateway's own limit. */
const longestCacheSeconds = 3_600;

/** Throws at synthesis for what would only fail after the deploy. */
export function checkProps({
  appId,
  otherAppIds = [],
  sessionLifetime,
  authorizerCache,
  attempts = {},
}: WeappLoginProps): void {
  const appIds = [appId, ...otherAppIds];
  const twice = appIds.find((it, index) => appIds.indexOf(it) !== index);
  if (twice !== undefined) throw new Error(`The AppId ${twice} is named twice.`);
  if (sessionLifetime && sessionLifetime.toSeconds() < 1) {
    throw new Error("sessionLifetime must be a second or more.");
  }
  if (authorizerCache && authorizerCache.toSeconds() > longestCacheSeconds) {
    throw new Error("authorizerCache must be an hour or less.");
  }
  const { window, ...limits } = attempts;
  if (window && window.toSeconds() < 1) throw new Error("attempts.window must be a second or more.");
  for (const [name, limit] of Object.entries(limits)) {
    if (!Number.isInteger(limit) || limit < 0) {
      throw new Error(`attempts.${name} must be a whole number, 0 or more, and is ${limit}.`);
    }
  }
}
