import type { State } from "../state/state.ts";
import { identityOf } from "../state/users.ts";
import type { WeChatCall } from "./call.ts";
import { signedSession } from "./signed-session.ts";

/**
 * `GET /wxa/resetusersessionkey?access_token&openid&signature&sig_method=hmac_sha256`: gives the user a new
 * session_key. Source: WeChat's documentation (api_resetusersessionkey); how often is too often for a user (45011) it does
 * not say, so it is what it is for logins.
 */
export function resetusersessionkey(state: State): WeChatCall {
  const path = "/wxa/resetusersessionkey";
  return {
    method: "GET",
    path,
    about: ({ query }) => ({ appId: state.tokens.appIdOf(query.get("access_token")) }),
    answer(request) {
      const signed = signedSession(state, request);
      if ("errcode" in signed) return signed;
      const { app, user, login } = signed;
      if (!state.withinMinute(path, app, user)) return { errcode: 45011 };
      login.sessionKey = state.newSessionKey();
      const { openid } = identityOf(app, user);
      return { body: { errcode: 0, errmsg: "ok", openid, session_key: login.sessionKey } };
    },
  };
}
