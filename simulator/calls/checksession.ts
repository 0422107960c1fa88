import type { State } from "../state/state.ts";
import type { WeChatCall } from "./call.ts";
import { signedSession } from "./signed-session.ts";

/**
 * `GET /wxa/checksession?access_token&openid&signature&sig_method=hmac_sha256`: whether a session_key is the user's
 * present one. Source: WeChat's documentation (api_checksessionkey).
 */
export function checksession(state: State): WeChatCall {
  return {
    method: "GET",
    path: "/wxa/checksession",
    about: ({ query }) => ({ appId: state.tokens.appIdOf(query.get("access_token")) }),
    answer(request) {
      const signed = signedSession(state, request);
      return "errcode" in signed ? signed : { body: { errcode: 0, errmsg: "ok" } };
    },
  };
}
