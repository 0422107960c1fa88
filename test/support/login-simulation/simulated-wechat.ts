import type { Invocation } from "./network.ts";
import { type PhoneCodeEvents, type WeChatPhoneCodes, weChatPhoneCodes } from "./wechat-phone-codes.ts";
import { type SessionKeyEvents, type WeChatSessionKeys, weChatSessionKeys } from "./wechat-session-keys.ts";
import { type Caller, type TokenEvents, type WeChatTokens, weChatTokens } from "./wechat-tokens.ts";

/** WeChat's side of a login: codes of people's phones, and who may ask about them. */
export interface SimulatedWeChat {
  /** `wx.login` on this person's phone. */
  code(appId: string, openid: string): string;
  isIssued(code: string): boolean;
  /** What WeChat answers to a call. */
  answer(call: WeChatCall, caller: Caller): object;
  secretOf(appId: string): string;
  changeSecret(appId: string): void;
  readonly tokens: WeChatTokens;
  readonly phoneCodes: WeChatPhoneCodes;
  readonly sessionKeys: WeChatSessionKeys;
}

export interface WeChatCall {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly json: Readonly<Record<string, unknown>>;
}

export interface WeChatEvents extends TokenEvents, PhoneCodeEvents, SessionKeyEvents {
  readonly violated: (what: string) => void;
}

interface Code {
  readonly appId: string;
  readonly openid: string;
  readonly issuedAt: number;
  isSpent: boolean;
}

const codeLifetimeMs = 300_000;
const wrongSecret = { errcode: 40125, errmsg: "invalid appsecret, rid: 1-2-3" };

export function simulatedWeChat(
  { appIds, tokenSeconds }: { readonly appIds: readonly string[]; readonly tokenSeconds: number },
  now: () => number,
  events: WeChatEvents,
): SimulatedWeChat {
  const secrets = new Map(appIds.map((appId) => [appId, secretNumber(appId, 1)]));
  const codes = new Map<string, Code>();
  /** What an invocation has asked about, and been told more than that its secret is wrong. */
  const asked = new WeakMap<Invocation, Set<string>>();
  let changes = 1;
  const tokens = weChatTokens(tokenSeconds, now, events);
  const phoneCodes = weChatPhoneCodes(now, events);
  const sessionKeys = weChatSessionKeys(events);

  function exchange(query: URLSearchParams, caller: Caller): object {
    const [appId = "", secret, code = ""] = ["appid", "secret", "js_code"].map(
      (name) => query.get(name) ?? undefined,
    );
    if (secret !== secrets.get(appId)) return wrongSecret;
    const { by } = caller;
    if (by) {
      const before = asked.get(by) ?? new Set();
      if (before.has(code)) events.violated("a login sends its code twice");
      asked.set(by, before.add(code));
    }
    const issued = codes.get(code);
    if (!issued || issued.appId !== appId) return { errcode: 40029, errmsg: "invalid code" };
    if (issued.isSpent) return { errcode: 40163, errmsg: "code been used" };
    if (now() - issued.issuedAt > codeLifetimeMs) return { errcode: 40029, errmsg: "invalid code" };
    issued.isSpent = true;
    const { openid } = issued;
    const session_key = sessionKeys.present(appId, openid);
    events.told(caller, session_key);
    return { openid, session_key, unionid: `unionid-CANARY-of-${openid}` };
  }

  function giveToken({ appid, secret, force_refresh }: WeChatCall["json"], caller: Caller): object {
    const appId = String(appid);
    if (secret !== secrets.get(appId)) return wrongSecret;
    return tokens.ask(appId, force_refresh === true, caller);
  }

  function serve({ path, query, json }: WeChatCall, appId: string, caller: Caller): object {
    const openid = query.get("openid") ?? "";
    const signature = query.get("signature") ?? "";
    switch (path) {
      case "/wxa/business/getuserphonenumber": {
        const of = json.openid === undefined ? undefined : String(json.openid);
        return phoneCodes.exchange(appId, String(json.code), of, caller);
      }
      case "/wxa/checksession":
        return sessionKeys.check(appId, openid, signature);
      case "/wxa/resetusersessionkey":
        return sessionKeys.reset(appId, openid, signature, caller);
      default:
        throw new Error(`The simulated WeChat has no ${path}.`);
    }
  }

  return {
    tokens,
    phoneCodes,
    sessionKeys,

    code(appId, openid) {
      const code = `code-CANARY-${codes.size}`;
      codes.set(code, { appId, openid, issuedAt: now(), isSpent: false });
      sessionKeys.logIn(appId, openid);
      return code;
    },

    isIssued: (code) => codes.has(code),

    answer(call, caller) {
      if (call.path === "/sns/jscode2session") return exchange(call.query, caller);
      if (call.path === "/cgi-bin/stable_token") return giveToken(call.json, caller);
      const token = call.query.get("access_token") ?? "";
      if (!tokens.takes(token)) return { errcode: 40001, errmsg: "invalid credential, rid: 1-2-3" };
      return serve(call, tokens.find(token)?.appId ?? "", caller);
    },

    secretOf: (appId) => secrets.get(appId) ?? "",
    changeSecret(appId) {
      changes += 1;
      secrets.set(appId, secretNumber(appId, changes));
    },
  };
}

/** An AppSecret is of hexadecimal digits. */
export const appSecretMark = "0ca9a70ca9a70ca9a7";

function secretNumber(appId: string, number: number): string {
  return `${appSecretMark}${appId.slice(-4)}${String(number).padStart(4, "0")}`.padEnd(32, "0");
}
