import type { Invocation } from "./network.ts";

/** WeChat's side of a login: codes of people's phones, and who may ask about them. */
export interface SimulatedWeChat {
  /** `wx.login` on this person's phone. */
  code(appId: string, openid: string): string;
  isIssued(code: string): boolean;
  /** What code2session answers. */
  exchange(appId: string, secret: string, code: string, by: Invocation | undefined): object;
  secretOf(appId: string): string;
  changeSecret(appId: string): void;
}

interface Code {
  readonly appId: string;
  readonly openid: string;
  readonly issuedAt: number;
  isSpent: boolean;
}

const codeLifetimeMs = 300_000;

export function simulatedWeChat(
  appIds: readonly string[],
  now: () => number,
  violated: (what: string) => void,
): SimulatedWeChat {
  const secrets = new Map(appIds.map((appId) => [appId, secretNumber(appId, 1)]));
  const codes = new Map<string, Code>();
  /** What an invocation has asked about, and been told more than that its secret is wrong. */
  const asked = new WeakMap<Invocation, Set<string>>();
  let changes = 1;

  return {
    code(appId, openid) {
      const code = `code-CANARY-${codes.size}`;
      codes.set(code, { appId, openid, issuedAt: now(), isSpent: false });
      return code;
    },

    isIssued: (code) => codes.has(code),

    exchange(appId, secret, code, by) {
      if (secret !== secrets.get(appId)) return { errcode: 40125, errmsg: "invalid appsecret, rid: 1-2-3" };
      if (by) {
        const before = asked.get(by) ?? new Set();
        if (before.has(code)) violated("a login sends its code twice");
        asked.set(by, before.add(code));
      }
      const issued = codes.get(code);
      if (!issued || issued.appId !== appId) return { errcode: 40029, errmsg: "invalid code" };
      if (issued.isSpent) return { errcode: 40163, errmsg: "code been used" };
      if (now() - issued.issuedAt > codeLifetimeMs) return { errcode: 40029, errmsg: "invalid code" };
      issued.isSpent = true;
      const { openid } = issued;
      return { openid, session_key: "session-key-CANARY", unionid: `unionid-CANARY-of-${openid}` };
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
