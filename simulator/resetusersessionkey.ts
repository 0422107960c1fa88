import type { WechatCall } from "./call.ts";
import { signedSession } from "./signed-session.ts";
import type { World } from "./world.ts";

/**
 * `GET /wxa/resetusersessionkey?access_token&openid&signature&sig_method=hmac_sha256`: gives the user a new
 * session_key. Source: WeChat's documentation; how often is too often for a user (45011) it does not say, so it is what
 * it is for logins.
 */
export function resetusersessionkey(world: World): WechatCall {
  const path = "/wxa/resetusersessionkey";
  return {
    method: "GET",
    path,
    about: ({ query }) => ({ appid: world.tokens.appidOf(query.get("access_token")), code: null }),
    answer({ query }) {
      const signed = signedSession(world, query);
      if ("errcode" in signed) return signed;
      const { app, user } = signed;
      if (!world.withinQuota(path, app, user)) return { errcode: 45011 };
      const { openid } = world.identity(app, user);
      return { body: { errcode: 0, errmsg: "ok", openid, session_key: world.renewSessionKey(app, user) } };
    },
  };
}
