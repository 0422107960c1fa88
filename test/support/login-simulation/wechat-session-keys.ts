import { createHmac } from "node:crypto";
import type { Caller } from "./wechat-tokens.ts";

export interface SessionKeyEvents {
  /** A login, or a reset, is told this key. */
  readonly told: (caller: Caller, sessionKey: string) => void;
}

/** The session_keys of WeChat's users: each has one at a time, and another one now and then. */
export interface WeChatSessionKeys {
  /** wx.login on this person's phone: every other time there is another key. */
  logIn(appId: string, openid: string): void;
  present(appId: string, openid: string): string;
  /** What checksession and resetusersessionkey answer. */
  check(appId: string, openid: string, signature: string): object;
  reset(appId: string, openid: string, signature: string, caller: Caller): object;
}

/** In the text of every key. */
export const sessionKeyMark = "SessionKeyCANARY";

export function weChatSessionKeys({ told }: SessionKeyEvents): WeChatSessionKeys {
  const keys = new Map<string, { key: string; logins: number }>();
  let keysInAll = 0;

  /** 16 bytes in base64. */
  const newKey = () => `${sessionKeyMark}${String(keysInAll++).padStart(5, "0")}A==`;

  function of(appId: string, openid: string) {
    const place = `${appId} ${openid}`;
    const found = keys.get(place) ?? { key: newKey(), logins: 0 };
    keys.set(place, found);
    return found;
  }

  const fits = (appId: string, openid: string, signature: string) =>
    signature === createHmac("sha256", of(appId, openid).key).update("").digest("hex");
  const stale = { errcode: 87009, errmsg: "invalid signature" };

  return {
    logIn(appId, openid) {
      const it = of(appId, openid);
      it.logins += 1;
      if (it.logins % 2 === 0) it.key = newKey();
    },
    present: (appId, openid) => of(appId, openid).key,
    check: (appId, openid, signature) =>
      fits(appId, openid, signature) ? { errcode: 0, errmsg: "ok" } : stale,
    reset(appId, openid, signature, caller) {
      if (!fits(appId, openid, signature)) return stale;
      const it = of(appId, openid);
      it.key = newKey();
      told(caller, it.key);
      return { errcode: 0, errmsg: "ok", openid, session_key: it.key };
    },
  };
}
