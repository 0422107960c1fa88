import type { AccessTokenOptions } from "weapp-login/access-token";

/** https://developers.weixin.qq.com/miniprogram/dev/server/API/mp-message-management/subscribe-message/api_sendmessage */
export interface SubscriptionMessage {
  /** The openid, as `sessionOf(event)` says it. */
  readonly touser: string;
  readonly template_id: string;
  readonly data: Readonly<Record<string, { readonly value: string }>>;
  readonly page?: string;
}

export interface SenderDeps {
  readonly accessToken: (options?: AccessTokenOptions) => Promise<string>;
  /** WeChat, or a stand-in for it. */
  readonly baseUrl?: string;
}

/** WeChat's answers to an access token that has ended. Nothing was sent. */
const tokenRefusals = [40001, 40014, 42001];

/** Sends messages, and resolves to WeChat's errcode: 0, or 43101 where the person has not allowed it, and so on. */
export function messageSender({ accessToken, baseUrl = "https://api.weixin.qq.com" }: SenderDeps) {
  async function post(message: SubscriptionMessage, token: string): Promise<number> {
    const query = new URLSearchParams({ access_token: token });
    const response = await fetch(`${baseUrl}/cgi-bin/message/subscribe/send?${query}`, {
      method: "POST",
      body: JSON.stringify(message),
      redirect: "error",
      signal: AbortSignal.timeout(5_000),
    });
    return Number(Object(await response.json()).errcode);
  }

  return async (message: SubscriptionMessage): Promise<number> => {
    const token = await accessToken();
    const errcode = await post(message, token);
    return tokenRefusals.includes(errcode) ? post(message, await accessToken({ refused: token })) : errcode;
  };
}
