import { createHash } from "node:crypto";
import { AccessTokens } from "./access-tokens.ts";
import { MinuteQuota } from "./minute-quota.ts";
import { OneUseCodes } from "./one-use-codes.ts";
import { type OpenData, openDataOf } from "./open-data.ts";
import { type Phone, phoneOf } from "./phone-numbers.ts";

/**
 * A mini-program as the simulator knows it. `appid` is opaque (WeChat's own look like `wx` + 16 hex digits).
 * `owner` names the Open Platform account the app is bound to; only bound apps are told a `unionid`.
 */
export type AppConfig = { appid: string; secret: string; owner?: string | undefined };

/** A person with a phone and its number. `blocked`: WeChat rates the person as high-risk and refuses the login (40226). */
export type User = { readonly name: string; blocked: boolean; phone: Phone };

/** Who somebody is to one app; `unionid` is the same in every app of one owner. */
export type Identity = { openid: string; unionid?: string };

/** Where the world gets its time (milliseconds since 1970), its randomness and its quota per user and call from. */
export type WorldOptions = {
  apps: readonly AppConfig[];
  clock: () => number;
  random: (size: number) => Buffer;
  exchangesPerMinute: number;
};

/** A mini-program; its secret and its owner can change. */
export type App = { readonly appid: string; secret: string; owner: string | undefined };

/**
 * Everything the simulated WeChat remembers: apps, users, codes, tokens and session keys. It lives in memory, and a
 * restart loses only codes, tokens, session keys and what controls have set: identities and phone numbers are computed
 * from names, so nobody gets a new one.
 */
export class World {
  /** Successful exchanges of a code so far. */
  exchanges = 0;
  /** The access_tokens of the apps. */
  readonly tokens: AccessTokens;
  readonly #apps = new Map<string, App>();
  readonly #firstApp: App;
  readonly #users = new Map<string, User>();
  readonly #usersByOpenid = new Map<string, User>();
  readonly #loginCodes: OneUseCodes;
  readonly #phoneCodes: OneUseCodes;
  readonly #quota: MinuteQuota;
  readonly #sessionKeys = new Map<string, string>();
  readonly #options: WorldOptions;
  #forwardedMs = 0;

  /** Throws an Error without an app, and for an appid that is listed twice. */
  constructor(options: WorldOptions) {
    this.#options = options;
    const clock = () => this.now();
    this.tokens = new AccessTokens(clock, options.random);
    this.#loginCodes = new OneUseCodes(clock);
    this.#phoneCodes = new OneUseCodes(clock);
    this.#quota = new MinuteQuota(clock, options.exchangesPerMinute);
    for (const { appid, secret, owner } of options.apps) {
      if (this.#apps.has(appid)) throw new Error(`The WeChat simulator was given the app ${appid} twice.`);
      this.#apps.set(appid, { appid, secret, owner });
    }
    const [first] = this.#apps.values();
    if (first === undefined) throw new Error("The WeChat simulator needs at least one app.");
    this.#firstApp = first;
  }

  /** Milliseconds since 1970, by the injected clock and as far ahead of it as the world was put. */
  now(): number {
    return this.#options.clock() + this.#forwardedMs;
  }

  /** Puts the world's time ahead: codes and access_tokens get older, and quotas begin anew. */
  forward(milliseconds: number): void {
    this.#forwardedMs += milliseconds;
  }

  /** The appids in the order they were given; the first is the default of the controls. */
  get appids(): readonly string[] {
    return [...this.#apps.keys()];
  }

  /** Without an appid the first app, for an unknown one undefined. */
  app(appid: string = this.#firstApp.appid): App | undefined {
    return this.#apps.get(appid);
  }

  /** The user of that name; the first mention creates one. */
  user(name: string): User {
    const known = this.#users.get(name);
    if (known !== undefined) return known;
    const user = { name, blocked: false, phone: phoneOf(name) };
    this.#users.set(name, user);
    for (const app of this.#apps.values())
      this.#usersByOpenid.set(pair(app, this.identity(app, user).openid), user);
    return user;
  }

  /** Who the user is to the app. Depends on names only, so it survives a restart. */
  identity(app: App, user: User): Identity {
    const openid = wechatId("openid", app.appid, user.name);
    return app.owner === undefined
      ? { openid }
      : { openid, unionid: wechatId("unionid", app.owner, user.name) };
  }

  /** The user with that openid in the app, if that user was ever mentioned. */
  userOf(app: App, openid: string): User | undefined {
    return this.#usersByOpenid.get(pair(app, openid));
  }

  /** A fresh code of 32 characters, as wx.login on the user's phone would return it. */
  issueLoginCode(app: App, user: User): string {
    // Codes seen in the wild have letters and digits only; 24 bytes are 32 characters of base64url.
    const code = this.#options.random(24).toString("base64url").replaceAll("-", "0").replaceAll("_", "1");
    return this.#loginCodes.add(code, app, user);
  }

  /** Spends the code of a wx.login and tells whose it was. */
  takeLoginCode(app: App, code: string): ReturnType<OneUseCodes["take"]> {
    return this.#loginCodes.take(app, code);
  }

  /** A fresh code of 64 hex digits, as a getPhoneNumber button on the user's phone would return it. */
  issuePhoneCode(app: App, user: User): string {
    return this.#phoneCodes.add(this.#options.random(32).toString("hex"), app, user);
  }

  /** Spends the code of a getPhoneNumber button and tells whose it was, and since when. */
  takePhoneCode(app: App, code: string): ReturnType<OneUseCodes["take"]> {
    return this.#phoneCodes.take(app, code);
  }

  /** Counts a call of that path for the user; false once the quota of this clock minute is used up. */
  withinQuota(path: string, app: App, user: User): boolean {
    return this.#quota.allows(`${path} ${pair(app, user.name)}`);
  }

  /** A new session_key (base64 of 16 bytes); the one before it stops being valid, because a user has one per app. */
  renewSessionKey(app: App, user: User): string {
    const key = this.#options.random(16).toString("base64");
    this.#sessionKeys.set(pair(app, user.name), key);
    return key;
  }

  /** The session_key that is valid now; undefined before the first exchange. */
  sessionKey(app: App, user: User): string | undefined {
    return this.#sessionKeys.get(pair(app, user.name));
  }

  /** What wx.getUserInfo gives on the user's phone; undefined before the first exchange, without a session_key. */
  openData(app: App, user: User): OpenData | undefined {
    const sessionKey = this.sessionKey(app, user);
    if (sessionKey === undefined) return undefined;
    const who = { app, user, identity: this.identity(app, user) };
    const seconds = Math.floor(this.now() / 1000);
    return openDataOf(who, { sessionKey, seconds, iv: this.#options.random(16) });
  }

  /** WeChat's name for one refused call, `xxxxxxxx-xxxxxxxx-xxxxxxxx`: the time in seconds, then random, in hex. */
  rid(): string {
    const seconds = Math.floor(this.now() / 1000).toString(16);
    const noise = this.#options.random(8).toString("hex");
    return `${seconds.padStart(8, "0").slice(-8)}-${noise.slice(0, 8)}-${noise.slice(8)}`;
  }
}

const pair = (app: App, name: string): string => JSON.stringify([app.appid, name]);

/** 28 characters that look like WeChat's: `o` and 27 of the base64url alphabet. Same names, same id, on any machine. */
function wechatId(kind: "openid" | "unionid", scope: string, user: string): string {
  // JSON keeps ("ab", "c") and ("a", "bc") apart.
  const hash = createHash("sha256").update(JSON.stringify([kind, scope, user]));
  return `o${hash.digest("base64url").slice(0, 27)}`;
}
