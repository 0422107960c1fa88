import { createHash } from "node:crypto";
import type { App, Apps } from "./apps.ts";
import { type PhoneNumber, phoneNumberOf } from "./phone-numbers.ts";

/** What the last wx.login of a user in an app has left behind. */
export interface Login {
  /** Base64 of 16 bytes. A user has one in each app: a later login's takes its place. */
  sessionKey: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A person with a phone and its number. */
export interface User {
  readonly name: string;
  /** WeChat rates the person as high-risk, and refuses the login (40226). */
  blocked: boolean;
  /** What getuserriskrank says, 0 to 4. */
  riskRank: number;
  phoneNumber: PhoneNumber;
  readonly logins: Map<App, Login>;
}

/** Who somebody is to one app; `unionid` is the same in all apps of one owner. */
export interface Identity {
  readonly openid: string;
  readonly unionid?: string;
}

/** Who the user is to the app. It depends on names only, so it survives a restart. */
export function identityOf(app: App, user: User): Identity {
  const openid = weChatId("openid", app.appId, user.name);
  return app.owner === undefined
    ? { openid }
    : { openid, unionid: weChatId("unionid", app.owner, user.name) };
}

/** Everybody who was mentioned since the start. */
export class Users {
  readonly #apps: Apps;
  readonly #users = new Map<string, User>();
  readonly #byOpenid = new Map<string, { app: App; user: User }>();

  constructor(apps: Apps) {
    this.#apps = apps;
  }

  /** The user of that name; the first mention makes one. */
  named(name: string): User {
    const known = this.#users.get(name);
    if (known !== undefined) return known;
    const user = {
      name,
      blocked: false,
      riskRank: 0,
      phoneNumber: phoneNumberOf(name),
      logins: new Map<App, Login>(),
    };
    this.#users.set(name, user);
    for (const app of this.#apps) this.#byOpenid.set(identityOf(app, user).openid, { app, user });
    return user;
  }

  /** Whose openid it is, and in which app; undefined if that user was never mentioned. */
  withOpenid(openid: string): { app: App; user: User } | undefined {
    return this.#byOpenid.get(openid);
  }
}

/** 28 characters that look like WeChat's: `o` and 27 of the base64url alphabet. Same names, same id, on any machine. */
function weChatId(kind: "openid" | "unionid", scope: string, user: string): string {
  // JSON keeps ("ab", "c") and ("a", "bc") apart.
  const hash = createHash("sha256").update(JSON.stringify([kind, scope, user]));
  return `o${hash.digest("base64url").slice(0, 27)}`;
}
