import { none } from "../../../contract/environment.ts";
import { tables } from "../fakes.ts";
import type { SimulatedFunction } from "./runtime.ts";
import type { PhoneSetup, Setup } from "./schedule.ts";

export const lifetimeSeconds = 86_400;
/** Of the limits on attempts. */
export const windowSeconds = 900;

/** On attempts; 0 is none. */
export function limitOf({ limits }: Pick<Setup, "limits">): string {
  return { off: "0", tight: "3", generous: "60" }[limits];
}

/** Of phone numbers that WeChat is asked for in a day: by one identity, and by all. */
export function phoneLimits({ limits }: PhoneSetup): {
  readonly perIdentity: number;
  readonly perDay: number;
} {
  return limits === "tight" ? { perIdentity: 2, perDay: 4 } : { perIdentity: 100, perDay: 1_000 };
}

/** Which bundles are deployed, where there are several. */
export function deployed({ phone, sessionKeys }: Pick<Setup, "phone" | "sessionKeys">) {
  return {
    login: phone || sessionKeys ? "full-login" : "login",
    verifier: phone ? "phone-verifier" : "verifier",
    authorizer: phone?.keepNumber ? "phone-authorizer" : "authorizer",
  } as const satisfies Record<string, SimulatedFunction>;
}

/** As the construct writes them. */
export function environments(
  setup: Setup,
  appIds: readonly string[],
): Readonly<Record<SimulatedFunction, Readonly<Record<string, string>>>> {
  const { verifier, oneIdentityPerApp, phone, sessionKeys } = setup;
  const limit = limitOf(setup);
  const numbersOnly = phone !== undefined && verifier === "none";
  const all = {
    BINDINGS_TABLE: tables.bindings,
    SESSIONS_TABLE: tables.sessions,
    ATTEMPTS_TABLE: tables.attempts,
    ACCOUNTS_TABLE: verifier === "built-in" || numbersOnly ? tables.accounts : none,
    // For doctor, which nobody calls here.
    LOGIN_FUNCTION: "login",
    SESSION_FUNCTION: "session",
    AUTHORIZER_FUNCTION: "authorizer",
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
    APP_SECRETS: JSON.stringify(Object.fromEntries(appIds.map((appId) => [appId, appId]))),
    WECHAT_BASE_URL: "https://api.weixin.qq.com",
    VERIFIER_FUNCTION: verifier === "none" ? none : "verifier",
    ...(verifier.startsWith("own") && { VERIFIER_IS_OWNERS: "true" }),
    IDENTITIES_PER_ACCOUNT: oneIdentityPerApp ? "one-per-app" : "any",
    SESSION_LIFETIME_SECONDS: String(lifetimeSeconds),
    ATTEMPTS_PER_IDENTITY: limit,
    ATTEMPTS_PER_SOURCE_IP: limit,
    ATTEMPTS_PER_USERNAME: limit,
    INVALID_CODES_PER_SOURCE_IP: limit,
    ATTEMPTS_WINDOW_SECONDS: String(windowSeconds),
    ...(phone && {
      PHONE_VERIFIER_FUNCTION: "verifier",
      PHONE_PER_DAY: String(phoneLimits(phone).perDay),
      PHONE_PER_IDENTITY: String(phoneLimits(phone).perIdentity),
      PHONE_NEXT_HOLDER: phone.nextHolder,
      PHONE_KEEP_NUMBER: String(phone.keepNumber),
    }),
    ...(numbersOnly && { PHONE_NUMBERS_ONLY: "true" }),
    ...(sessionKeys && { SESSION_KEYS_TABLE: tables.sessionKeys }),
  };
  return {
    login: all,
    session: all,
    authorizer: all,
    verifier: all,
    admin: all,
    "full-login": all,
    "phone-verifier": all,
    "phone-authorizer": all,
    phone: all,
    "open-data": all,
    "access-token": all,
  };
}
