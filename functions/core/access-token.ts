import type { SecretVerdict } from "../../contract/diagnosis.ts";
import { type AccessTokens, cachedAccessTokens } from "./access-token-cache.ts";
import { type AppSecrets, noAppSecret } from "./app-secret.ts";
import { isRefusal, type Refusal } from "./refusal.ts";

/** What WeChat said when it was asked for one. `secret`: what became known of the AppSecret by it. */
export type TokenVerdict = { readonly secret: SecretVerdict } & (
  | { readonly token: string; readonly expiresInSeconds: number; readonly refusal?: never }
  | { readonly token?: never; readonly refusal: Refusal }
);

export interface StableToken {
  /** Everybody is given the same token while it is good. `force` ends it for all of them: for one that leaked. */
  ask(appId: string, appSecret: string, force?: boolean): Promise<TokenVerdict>;
}

/** WeChat's answers, asked for with the AppSecret. */
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
  return cachedAccessTokens(async (appId) => {
    const askedAt = now();
    const verdict = await askWithSecret(appId, stableToken, appSecrets);
    if (verdict.refusal) return verdict.refusal;
    return { value: verdict.token, expiresAt: askedAt + verdict.expiresInSeconds * 1000 };
  }, now);
}

/** As with codes: after a rotation the renewed AppSecret is tried once. */
export async function askWithSecret(
  appId: string,
  stableToken: StableToken,
  appSecrets: AppSecrets,
  force = false,
): Promise<TokenVerdict> {
  const secret = await appSecrets.current(appId);
  if (secret === undefined) return { secret: "unknown", refusal: noAppSecret() };
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
