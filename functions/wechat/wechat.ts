import type { WeChat } from "../core/login.ts";
import { refused } from "../core/refusal.ts";
import type { Time } from "../runtime/invocation.ts";
import type { AppSecrets } from "./app-secret.ts";
import { code2session } from "./code2session.ts";

export interface WeChatSettings {
  /** `https://api.weixin.qq.com`, or a stand-in for it. */
  readonly baseUrl: string;
  readonly appSecrets: AppSecrets;
  readonly now: () => number;
  /** For one exchange in all, in milliseconds; 3 s unless said otherwise. */
  readonly deadlineMs?: number;
}

/** WeChat, over one kept-alive connection. */
export interface OurWeChat {
  /** Connects for the first exchange to come; nothing is sent. */
  connect(): Promise<void>;
  timedBy(time: Time): WeChat;
}

/**
 * WeChat's code2session, with its calls timed as `secret` and `wechat`. Once bytes have left for WeChat the code counts
 * as spent and is never sent again, with one exception: a refused secret does not spend it, so after a rotation the renewed secret
 * is tried once.
 */
export function weChat({ baseUrl, appSecrets, now, deadlineMs = 3_000 }: WeChatSettings): OurWeChat {
  const { exchange, connect } = code2session(baseUrl, now);
  /** By AppId, as far as this instance has seen. */
  const workedBefore = new Set<string>();

  const timedBy = (time: Time): WeChat => ({
    async code2session(appId, code) {
      const secret = await time("secret", () => appSecrets.current(appId));
      if (secret === undefined) {
        return refused("not_configured", {
          facts: { why: "no AppSecret: not set, or Secrets Manager did not answer", alarm: true },
        });
      }
      const deadline = AbortSignal.timeout(deadlineMs);
      let { verdict } = await time("wechat", () => exchange(appId, secret.value, code, deadline));
      if (verdict.secret === "refused") {
        const renewed = await time("secret", () => appSecrets.renewed(appId));
        if (renewed?.proven) workedBefore.add(appId);
        if (renewed !== undefined && renewed.value !== secret.value) {
          ({ verdict } = await time("wechat", () => exchange(appId, renewed.value, code, deadline)));
        }
      }
      if (verdict.refusal && verdict.secret === "refused" && workedBefore.has(appId)) {
        // A rotation is under way: soon the new secret is here. That is no reason to send people to support.
        return { ...verdict.refusal, refused: "wechat_unavailable" };
      }
      if (verdict.secret === "accepted") workedBefore.add(appId);
      return verdict.person ?? verdict.refusal;
    },
  });
  return { connect, timedBy };
}
