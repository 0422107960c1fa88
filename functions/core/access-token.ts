import type { SecretVerdict } from "../../contract/diagnosis.ts";
import type { AppSecrets } from "./app-secret.ts";
import { isRefusal, type Refusal, refused } from "./refusal.ts";

/** What WeChat's server calls other than code2session want, of one mini-program. */
export interface AccessToken {
  readonly value: string;
  /** Milliseconds since 1970, by the clock of whoever asked for it. */
  readonly expiresAt: number;
}

/** What WeChat said when it was asked for one. `secret`: what became known of the AppSecret by it. */
export type TokenVerdict = { readonly secret: SecretVerdict } & (
  | { readonly token: string; readonly expiresInSeconds: number; readonly refusal?: never }
  | { readonly token?: never; readonly refusal: Refusal }
);

export interface StableToken {
  /** Everybody is given the same token while it is good. `force` ends it for all of them: for one that leaked. */
  ask(appId: string, appSecret: string, force?: boolean): Promise<TokenVerdict>;
}

export interface AccessTokens {
  current(appId: string): Promise<AccessToken | Refusal>;
  /** Another one than `value`, which WeChat has refused, if there is one. */
  insteadOf(appId: string, value: string): Promise<AccessToken | Refusal>;
}

/** WeChat renews a token five minutes before its end, and takes the old one until then: asked earlier, it gives the old one. */
const renewedBeforeMs = 240_000;

interface Cached {
  readonly token: AccessToken;
  readonly askAgainAt: number;
}

/**
 * One access token for each mini-program, kept for the life of the instance. Instances need no cache that they share:
 * WeChat gives all of them the same one. Concurrent callers share one request; a failure is not remembered.
 *
 *   asked ────────── asked again ── its end
 *                    │ 4 minutes: WeChat takes both │
 */
export function accessTokens({
  stableToken,
  appSecrets,
  now,
}: {
  readonly stableToken: StableToken;
  readonly appSecrets: AppSecrets;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}): AccessTokens {
  const cache = new Map<string, Cached>();
  const asking = new Map<string, Promise<AccessToken | Refusal>>();

  async function ask(appId: string): Promise<AccessToken | Refusal> {
    const askedAt = now();
    const verdict = await askWithSecret(appId, stableToken, appSecrets);
    if (verdict.refusal) return verdict.refusal;
    const lifetime = verdict.expiresInSeconds * 1000;
    const token = { value: verdict.token, expiresAt: askedAt + lifetime };
    cache.set(appId, { token, askAgainAt: askedAt + Math.max(lifetime - renewedBeforeMs, lifetime / 2) });
    return token;
  }

  async function renewed(appId: string): Promise<AccessToken | Refusal> {
    const underWay = asking.get(appId) ?? ask(appId).finally(() => asking.delete(appId));
    asking.set(appId, underWay);
    return underWay;
  }

  return {
    async current(appId) {
      const cached = cache.get(appId);
      if (cached && now() < cached.askAgainAt) return cached.token;
      const token = await renewed(appId);
      return isRefusal(token) && cached && now() < cached.token.expiresAt ? cached.token : token;
    },
    async insteadOf(appId, value) {
      const cached = cache.get(appId);
      // Another caller may have been faster.
      if (cached && cached.token.value !== value && now() < cached.askAgainAt) return cached.token;
      cache.delete(appId);
      return renewed(appId);
    },
  };
}

/** As with codes: after a rotation the renewed AppSecret is tried once. */
export async function askWithSecret(
  appId: string,
  stableToken: StableToken,
  appSecrets: AppSecrets,
  force = false,
): Promise<TokenVerdict> {
  const secret = await appSecrets.current(appId);
  if (secret === undefined) {
    const facts = { why: "no AppSecret: not set, or the store of secrets did not answer", alarm: true };
    return { secret: "unknown", refusal: refused("not_configured", { facts }) };
  }
  const verdict = await stableToken.ask(appId, secret.value, force);
  if (verdict.secret !== "refused") return verdict;
  const renewed = await appSecrets.renewed(appId);
  if (renewed === undefined || renewed.value === secret.value) return verdict;
  return stableToken.ask(appId, renewed.value, force);
}

/** WeChat did not take the access token, and did nothing. */
export interface TokenRefused {
  readonly tokenRefused: true;
  readonly refusal: Refusal;
}

/** One call that needs an access token: where WeChat refuses that, another one is tried, once. */
export async function withAccessToken<T extends object>(
  tokens: AccessTokens,
  appId: string,
  call: (accessToken: string) => Promise<T | TokenRefused>,
): Promise<T | Refusal> {
  const token = await tokens.current(appId);
  if (isRefusal(token)) return token;
  const first = await call(token.value);
  if (!("tokenRefused" in first)) return first;
  const another = await tokens.insteadOf(appId, token.value);
  if (isRefusal(another)) return another;
  const second = await call(another.value);
  return "tokenRefused" in second ? second.refusal : second;
}
