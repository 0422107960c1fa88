import * as v from "valibot";
import { withAccessToken } from "../core/access-token.ts";
import type { AccessTokens } from "../core/access-token-cache.ts";
import { isRefusal } from "../core/refusal.ts";
import type { RiskRanks } from "../core/risk.ts";
import type { ServerCalls } from "./server-call.ts";

const rankAnswer = v.object({ risk_rank: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(4)) });

/**
 * `POST /wxa/getuserriskrank`. Only for who was in the mini-program within two hours, and only where the owner has opened it
 * in WeChat's console (48001 otherwise).
 * Source: https://developers.weixin.qq.com/miniprogram/dev/server/API/sec-center/safety-control-capability/api_getuserriskrank
 */
export function weChatRiskRanks(
  { askWithToken }: Pick<ServerCalls, "askWithToken">,
  tokens: AccessTokens,
): RiskRanks {
  return {
    async ask({ appId, openid }, sourceIp) {
      const json = { appid: appId, openid, scene: 0, client_ip: sourceIp };
      const call = { path: "/wxa/getuserriskrank", json, schema: rankAnswer };
      const answer = await withAccessToken(tokens, appId, (token) => askWithToken(call, token));
      if (!isRefusal(answer)) return { rank: answer.risk_rank };
      const { refused, facts: { errcode } = {} } = answer;
      return { facts: errcode === undefined ? { riskUnknown: refused } : { riskErrcode: errcode } };
    },
  };
}
