import type { SecretVerdict } from "../../contract/diagnosis.ts";
import { type AppSecrets, noAppSecret } from "./app-secret.ts";
import type { Person } from "./identity.ts";
import type { Refusal } from "./refusal.ts";

/** Whose code it was. */
export interface Exchanged {
  readonly person: Person;
  /** Where the deployment keeps them. No part of the person: a bind ticket must not have it. */
  readonly sessionKey?: string | undefined;
}

/** What WeChat said to a code. `secret`: what became known of the AppSecret by it. */
export type ExchangeVerdict = { readonly secret: SecretVerdict } & (
  | (Exchanged & { readonly refusal?: never })
  | { readonly person?: never; readonly sessionKey?: never; readonly refusal: Refusal }
);

export interface WeChat {
  /** Begins the exchange of a code. Whatever is sent by what this returns shares one deadline. */
  exchange(appId: string, code: string): (appSecret: string) => Promise<ExchangeVerdict>;
}

/** Whatever it answers, the code is to be taken as spent. */
export type ExchangeCode = (appId: string, code: string) => Promise<Exchanged | Refusal>;

/**
 * Exchanges codes with the AppSecret. Once bytes have left for WeChat a code counts as spent and is never sent again, with
 * one exception: a refused secret does not spend it, so after a rotation the renewed secret is tried once.
 */
export function codeExchange({
  wechat,
  appSecrets,
}: {
  readonly wechat: WeChat;
  readonly appSecrets: AppSecrets;
}): ExchangeCode {
  /** By AppId, as far as this instance has seen. */
  const workedBefore = new Set<string>();

  return async (appId, code) => {
    const secret = await appSecrets.current(appId);
    if (secret === undefined) return noAppSecret();
    const send = wechat.exchange(appId, code);
    let verdict = await send(secret.value);
    if (verdict.secret === "refused") {
      const renewed = await appSecrets.renewed(appId);
      if (renewed?.proven) workedBefore.add(appId);
      if (renewed !== undefined && renewed.value !== secret.value) verdict = await send(renewed.value);
    }
    if (verdict.refusal && verdict.secret === "refused" && workedBefore.has(appId)) {
      // A rotation is under way: soon the new secret is here. That is no reason to send people to support.
      return { ...verdict.refusal, refused: "wechat_unavailable" };
    }
    if (verdict.secret === "accepted") workedBefore.add(appId);
    const { person, sessionKey, refusal } = verdict;
    return person ? { person, sessionKey } : refusal;
  };
}
