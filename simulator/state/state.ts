import { AccessTokens } from "./access-tokens.ts";
import { type App, type AppConfig, Apps } from "./apps.ts";
import { type IssuedCode, OneUseCodes } from "./one-use-codes.ts";
import { chineseDayOf, minuteOf, Quota } from "./quota.ts";
import { type Login, type User, Users } from "./users.ts";

/** Where the simulated WeChat gets its time (milliseconds since 1970), its randomness and its quota per user from. */
export interface StateOptions {
  readonly apps: readonly AppConfig[];
  readonly clock: () => number;
  readonly random: (size: number) => Buffer;
  /** For each user, app and call; 0 is no limit. */
  readonly exchangesPerMinute: number;
}

/** A code of wx.login, and the login that it stands for. */
export interface LoginCode extends IssuedCode {
  readonly login: Login;
}

/**
 * All that the simulated WeChat remembers. It lives in memory, and a restart loses codes, tokens, session_keys and what
 * controls have set. Identities and phone numbers are made of names, so nobody gets new ones.
 */
export class State {
  /** Successful exchanges of a code of wx.login so far. */
  exchanges = 0;
  readonly apps: Apps;
  readonly users: Users;
  readonly loginCodes: OneUseCodes<LoginCode>;
  readonly phoneCodes: OneUseCodes<IssuedCode>;
  readonly tokens: AccessTokens;
  readonly random: (size: number) => Buffer;
  readonly #clock: () => number;
  readonly #exchangesPerMinute: number;
  readonly #minuteQuota: Quota;
  readonly #dayQuota: Quota;
  #aheadMs = 0;

  /** Throws an Error for an empty or contradictory list of apps. */
  constructor({ apps, clock, random, exchangesPerMinute }: StateOptions) {
    const now = () => this.now();
    this.#clock = clock;
    this.random = random;
    this.#exchangesPerMinute = exchangesPerMinute;
    this.apps = new Apps(apps);
    this.users = new Users(this.apps);
    this.loginCodes = new OneUseCodes(now);
    this.phoneCodes = new OneUseCodes(now);
    this.tokens = new AccessTokens(now, random);
    this.#minuteQuota = new Quota(() => minuteOf(now()));
    this.#dayQuota = new Quota(() => chineseDayOf(now()));
  }

  /** Milliseconds since 1970, by the injected clock and as far ahead of it as it was put. */
  now(): number {
    return this.#clock() + this.#aheadMs;
  }

  /** Puts the time ahead: codes and access_tokens get older, and quotas begin anew. */
  forward(milliseconds: number): void {
    this.#aheadMs += milliseconds;
  }

  /** Base64 of 16 bytes. */
  newSessionKey(): string {
    return this.random(16).toString("base64");
  }

  /** Counts the app's call of that path today; false beyond its quota. */
  withinDay(path: string, app: App): boolean {
    return this.#dayQuota.allows(JSON.stringify([path, app.appId]), app.callsPerDay);
  }

  /** Counts the call about the user in this minute; false beyond the quota. */
  withinMinute(path: string, app: App, user: User): boolean {
    return this.#minuteQuota.allows(JSON.stringify([path, app.appId, user.name]), this.#exchangesPerMinute);
  }
}
