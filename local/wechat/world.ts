import { createHash } from "node:crypto";

/**
 * A mini-program as the simulator knows it. `appid` is opaque (WeChat's own look like `wx` + 16 hex digits).
 * `owner` names the Open Platform account the app is bound to; only bound apps are told a `unionid`.
 */
export type AppConfig = { appid: string; secret: string; owner?: string | undefined };

/** A person with a phone. `blocked`: WeChat rates the person as high-risk and refuses the login (40226). */
export type User = { readonly name: string; blocked: boolean };

/** Who somebody is to one app; `unionid` is the same in every app of one owner. */
export type Identity = { openid: string; unionid?: string };

/** Where the world gets its time (milliseconds since 1970), its randomness and its per-user quota from. */
export type WorldOptions = {
  apps: readonly AppConfig[];
  clock: () => number;
  random: (size: number) => Buffer;
  exchangesPerMinute: number;
};

type App = { readonly appid: string; secret: string; owner: string | undefined };
type Code = { readonly appid: string; readonly user: User; readonly expiresAt: number; used: boolean };
type Minute = { readonly number: number; exchanges: number };

/** How long a code of wx.login lives, in milliseconds: 5 minutes (source: WeChat's documentation). */
export const CODE_LIFETIME_MS = 5 * 60_000;

/**
 * Everything the simulated WeChat remembers: apps, users, codes and session keys. It lives in memory, and a
 * restart loses only codes and session keys: identities are computed from names, so nobody gets a new one.
 */
export class World {
  /** Successful exchanges of a code so far. */
  exchanges = 0;
  readonly #apps = new Map<string, App>();
  readonly #firstApp: App;
  readonly #users = new Map<string, User>();
  readonly #codes = new Map<string, Code>();
  readonly #sessionKeys = new Map<string, string>();
  readonly #minutes = new Map<string, Minute>();
  readonly #options: WorldOptions;

  /** Throws an Error without an app, and for an appid that is listed twice. */
  constructor(options: WorldOptions) {
    this.#options = options;
    for (const { appid, secret, owner } of options.apps) {
      if (this.#apps.has(appid)) throw new Error(`The WeChat simulator was given the app ${appid} twice.`);
      this.#apps.set(appid, { appid, secret, owner });
    }
    const [first] = this.#apps.values();
    if (first === undefined) throw new Error("The WeChat simulator needs at least one app.");
    this.#firstApp = first;
  }

  /** Milliseconds since 1970, by the injected clock. */
  now(): number {
    return this.#options.clock();
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
    const user = { name, blocked: false };
    this.#users.set(name, user);
    return user;
  }

  /** Who the user is to the app. Depends on names only, so it survives a restart. */
  identity(app: App, user: User): Identity {
    const openid = wechatId("openid", app.appid, user.name);
    return app.owner === undefined
      ? { openid }
      : { openid, unionid: wechatId("unionid", app.owner, user.name) };
  }

  /** A fresh code of 32 characters, as wx.login on the user's phone would return it. */
  issueCode(app: App, user: User): string {
    this.#forgetExpiredCodes();
    // Codes seen in the wild have letters and digits only; 24 bytes are 32 characters of base64url.
    const code = this.#options.random(24).toString("base64url").replaceAll("-", "0").replaceAll("_", "1");
    this.#codes.set(code, { appid: app.appid, user, expiresAt: this.now() + CODE_LIFETIME_MS, used: false });
    return code;
  }

  /** Spends the code and tells whose it was. An expired one, or one of another app, is as good as unknown. */
  takeCode(app: App, code: string): User | "unknown" | "used" {
    const issued = this.#codes.get(code);
    if (issued === undefined || issued.appid !== app.appid || this.now() >= issued.expiresAt)
      return "unknown";
    if (issued.used) return "used";
    issued.used = true;
    return issued.user;
  }

  /** Counts an exchange of the user; false once the quota of this clock minute is used up. A quota of 0 is none. */
  withinQuota(app: App, user: User): boolean {
    const { exchangesPerMinute } = this.#options;
    if (exchangesPerMinute === 0) return true;
    const key = pair(app, user);
    const number = Math.floor(this.now() / 60_000);
    const last = this.#minutes.get(key);
    const minute = last?.number === number ? last : { number, exchanges: 0 };
    this.#minutes.set(key, minute);
    minute.exchanges += 1;
    return minute.exchanges <= exchangesPerMinute;
  }

  /** A new session_key (base64 of 16 bytes); the one before it stops being valid, because a user has one per app. */
  renewSessionKey(app: App, user: User): string {
    const key = this.#options.random(16).toString("base64");
    this.#sessionKeys.set(pair(app, user), key);
    return key;
  }

  /** The session_key that is valid now; undefined before the first exchange. */
  sessionKey(app: App, user: User): string | undefined {
    return this.#sessionKeys.get(pair(app, user));
  }

  /** WeChat's name for one refused call, `xxxxxxxx-xxxxxxxx-xxxxxxxx`: the time in seconds, then random, in hex. */
  rid(): string {
    const seconds = Math.floor(this.now() / 1000).toString(16);
    const noise = this.#options.random(8).toString("hex");
    return `${seconds.padStart(8, "0").slice(-8)}-${noise.slice(0, 8)}-${noise.slice(8)}`;
  }

  /** Nobody can tell the difference, since expired and unknown get the same answer; memory can. */
  #forgetExpiredCodes(): void {
    const now = this.now();
    for (const [code, { expiresAt }] of this.#codes) {
      // Codes are kept in the order of issue, so the first live one ends the search.
      if (now < expiresAt) return;
      this.#codes.delete(code);
    }
  }
}

const pair = (app: App, user: User): string => JSON.stringify([app.appid, user.name]);

/** 28 characters that look like WeChat's: `o` and 27 of the base64url alphabet. Same names, same id, on any machine. */
function wechatId(kind: "openid" | "unionid", scope: string, user: string): string {
  // JSON keeps ("ab", "c") and ("a", "bc") apart.
  const hash = createHash("sha256").update(JSON.stringify([kind, scope, user]));
  return `o${hash.digest("base64url").slice(0, 27)}`;
}
