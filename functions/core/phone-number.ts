import { type TokenRefused, withAccessToken } from "./access-token.ts";
import type { AccessTokens } from "./access-token-cache.ts";
import type { AttemptCounters } from "./attempts.ts";
import { dayInChina } from "./day-in-china.ts";
import { type Identity, identityText } from "./identity.ts";
import { isRefusal, type Refusal, refused } from "./refusal.ts";

/** A number that WeChat has told: E.164. */
export interface VerifiedNumber {
  readonly phoneNumber: string;
}

export interface PhoneCodes {
  /** The number behind a phone code, if it is this very person's. Whatever it answers, the code is to be taken as spent. */
  exchange(
    identity: Identity,
    phoneCode: string,
    accessToken: string,
  ): Promise<VerifiedNumber | Refusal | TokenRefused>;
}

/** Exchanges in one day in China. */
export interface PhoneLimits {
  readonly perIdentity: number;
  /** Of all identities. */
  readonly perDay: number;
}

export interface PhoneNumberDeps {
  readonly phoneCodes: PhoneCodes;
  readonly accessTokens: AccessTokens;
  readonly counters: Pick<AttemptCounters, "charge">;
  readonly phoneLimits: PhoneLimits;
}

/** `spent`: the code has left for WeChat, which takes it once and is paid for it. */
export type PhoneRefusal = { readonly spent: boolean; readonly refusal: Refusal };

/** Something broke after a phone code had left for WeChat, which is paid for it. */
export class PhoneCodeSpent extends Error {
  override readonly name = "PhoneCodeSpent";
  readonly bindTicket: string | undefined;

  constructor(cause: unknown, bindTicket?: string) {
    super("A phone code was spent in vain", { cause });
    this.bindTicket = bindTicket;
  }
}

/** Asks WeChat for the number behind a phone code. `now`: milliseconds since 1970. */
export async function verifiedNumber(
  identity: Identity,
  phoneCode: string,
  deps: PhoneNumberDeps,
  now: number,
): Promise<VerifiedNumber | PhoneRefusal> {
  const overLimit = await charge(identity, deps, now);
  if (overLimit) return { spent: false, refusal: overLimit };
  let spent = false;
  const answer = await withAccessToken(deps.accessTokens, identity.appId, async (accessToken) => {
    const told = await deps.phoneCodes.exchange(identity, phoneCode, accessToken);
    // WeChat looks at the token first, and has done nothing with the code.
    spent = !("tokenRefused" in told);
    return told;
  });
  return isRefusal(answer) ? { spent, refusal: answer } : answer;
}

/**
 * Before WeChat is asked, and never given back: an exchange is paid for whatever comes of it. The identity first, so that
 * nobody uses up the deployment's day after their own.
 */
async function charge(
  identity: Identity,
  { counters, phoneLimits }: PhoneNumberDeps,
  now: number,
): Promise<Refusal | undefined> {
  const { number, secondsLeft } = dayInChina(now);
  // Kept a while longer than the day: another instance's clock may be behind.
  const expiresAt = Math.floor(now / 1_000) + secondsLeft + 3_600;
  const who = identityText(identity);
  if ((await counters.charge(`phone#${number}#${who}`, phoneLimits.perIdentity, expiresAt)) === undefined) {
    return refused("too_many_attempts", { retryAfter: secondsLeft, facts: { limit: "phone.perIdentity" } });
  }
  if ((await counters.charge(`phone#${number}`, phoneLimits.perDay, expiresAt)) === undefined) {
    return refused("quota_exhausted", { retryAfter: secondsLeft, facts: { limit: "phone.perDay" } });
  }
  return undefined;
}
