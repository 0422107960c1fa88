import { isRefusal, type Refusal } from "./refusal.ts";

/** What WeChat's server calls other than code2session want, of one mini-program. */
export interface AccessToken {
  readonly value: string;
  /** Milliseconds since 1970, by the clock of whoever asked for it. */
  readonly expiresAt: number;
}

export interface AccessTokens {
  current(appId: string): Promise<AccessToken | Refusal>;
  /** Another one than `value`, which WeChat has refused, if there is one. */
  insteadOf(appId: string, value: string): Promise<AccessToken | Refusal>;
}

/** WeChat renews a token five minutes before its end, and takes the old one until then: asked earlier, it gives the old one. */
const renewedBeforeMs = 240_000;
/** While whoever is asked does not answer, and the token is still good, callers do not all wait for that. */
const askAgainAfterMs = 30_000;

interface Cached {
  readonly token: AccessToken;
  /** The one before it, which this one is younger than. */
  readonly insteadOf: string | undefined;
  readonly askAgainAt: number;
}

/**
 * One access token for each mini-program, kept for the life of the instance. Instances need no cache that they share:
 * WeChat gives all of them the same one. Concurrent callers share one request. A failure is not remembered; where the
 * token is still good it stays in use.
 *
 *   asked ────────── asked again ── its end
 *                    │ 4 minutes: WeChat takes both │
 *
 * `ask` is told of a token that WeChat has refused. `now`: milliseconds since 1970.
 */
export function cachedAccessTokens(
  ask: (appId: string, refused?: string) => Promise<AccessToken | Refusal>,
  now: () => number,
): AccessTokens {
  const cache = new Map<string, Cached>();
  const asking = new Map<string, Promise<AccessToken | Refusal>>();

  async function load(appId: string, refused?: string): Promise<AccessToken | Refusal> {
    const askedAt = now();
    const token = await ask(appId, refused);
    if (isRefusal(token)) return token;
    const lifetime = token.expiresAt - askedAt;
    const askAgainAt = askedAt + Math.max(lifetime - renewedBeforeMs, lifetime / 2);
    cache.set(appId, { token, insteadOf: cache.get(appId)?.token.value ?? refused, askAgainAt });
    return token;
  }

  async function renewed(appId: string, refused?: string): Promise<AccessToken | Refusal> {
    const underWay = asking.get(appId) ?? load(appId, refused).finally(() => asking.delete(appId));
    asking.set(appId, underWay);
    return underWay;
  }

  async function current(appId: string, refused?: string): Promise<AccessToken | Refusal> {
    const cached = cache.get(appId);
    if (!cached) return renewed(appId, refused);
    if (now() < cached.askAgainAt) return cached.token;
    // Another caller may have taken it out meanwhile, because WeChat refuses it.
    const isGood = () => cache.get(appId) === cached && now() < cached.token.expiresAt;
    try {
      const token = await renewed(appId, refused);
      if (!isRefusal(token) || !isGood()) return token;
    } catch (error) {
      if (!isGood()) throw error;
    }
    cache.set(appId, { ...cached, askAgainAt: now() + askAgainAfterMs });
    return cached.token;
  }

  return {
    current: (appId) => current(appId),
    insteadOf(appId, value) {
      const cached = cache.get(appId);
      if (cached?.token.value === value) cache.delete(appId);
      // Another caller may have been faster. Any other token may be older than the one that was refused.
      else if (cached && cached.insteadOf !== value) cache.set(appId, { ...cached, askAgainAt: now() });
      return current(appId, value);
    },
  };
}
