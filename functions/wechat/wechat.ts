import type { WeChat } from "../core/code-exchange.ts";
import { outside } from "../runtime/invocation.ts";
import { code2session } from "./code2session.ts";
import { type WeChatHost, weChatHost } from "./host.ts";

export interface WeChatSettings {
  /** `https://api.weixin.qq.com`, or a stand-in for it. */
  readonly baseUrl: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Where other calls share its connections. */
  readonly host?: WeChatHost;
  /** For one exchange in all, in milliseconds; 3 s unless said otherwise. */
  readonly deadlineMs?: number;
  /** Whether an exchange answers the session_key too. */
  readonly withSessionKey?: boolean | undefined;
}

/** WeChat over one kept-alive connection. `connect` opens it for the first exchange to come; nothing is sent. */
export function weChat({
  baseUrl,
  now,
  host = weChatHost(baseUrl, now),
  deadlineMs = 3_000,
  withSessionKey,
}: WeChatSettings): WeChat & { connect(): Promise<void> } {
  const { exchange, connect } = code2session(host, withSessionKey);
  return {
    connect,
    exchange(appId, code) {
      const exchangeDeadline = AbortSignal.timeout(deadlineMs);
      return (appSecret) =>
        outside("wechat", async (deadline) => {
          const either = AbortSignal.any([exchangeDeadline, deadline]);
          return (await exchange(appId, appSecret, code, either)).verdict;
        });
    },
  };
}
