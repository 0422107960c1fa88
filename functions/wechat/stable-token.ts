import * as v from "valibot";
import type { StableToken, TokenVerdict } from "../core/access-token.ts";
import type { ServerCalls } from "./server-call.ts";

const tokenAnswer = v.object({
  access_token: v.pipe(v.string(), v.minLength(1), v.maxLength(4_096)),
  expires_in: v.pipe(v.number(), v.minValue(1), v.maxValue(86_400)),
});

/**
 * `POST /cgi-bin/stable_token`. The AppSecret goes in the body, and the token comes back in it.
 * Source: https://developers.weixin.qq.com/miniprogram/dev/server/API/mp-access-token/api_getstableaccesstoken
 */
export function stableToken({ ask }: ServerCalls): StableToken {
  return {
    async ask(appId, appSecret, force = false): Promise<TokenVerdict> {
      const answer = await ask({
        path: "/cgi-bin/stable_token",
        json: {
          grant_type: "client_credential",
          appid: appId,
          secret: appSecret,
          ...(force && { force_refresh: true }),
        },
        schema: tokenAnswer,
        errcodes: { 40001: { code: "not_configured", alarm: true, secret: "refused" } },
      });
      if (answer.refusal) return { secret: answer.secret, refusal: answer.refusal };
      const { access_token, expires_in } = answer.value;
      return { secret: "accepted", token: access_token, expiresInSeconds: expires_in };
    },
  };
}
