import type { WechatCall } from "./call.ts";
import { signedSession } from "./signed-session.ts";
import type { World } from "./world.ts";

/**
 * `GET /wxa/checksession?access_token&openid&signature&sig_method=hmac_sha256`: whether a session_key is the user's
 * present one. Source: WeChat's documentation.
 */
export function checksession(world: World): WechatCall {
  return {
    method: "GET",
    path: "/wxa/checksession",
    about: ({ query }) => ({ appid: world.tokens.appidOf(query.get("access_token")), code: null }),
    answer({ query }) {
      const signed = signedSession(world, query);
      return "errcode" in signed ? signed : { body: { errcode: 0, errmsg: "ok" } };
    },
  };
}
