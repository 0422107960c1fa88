import type { State } from "../state/state.ts";
import { identityOf } from "../state/users.ts";
import type { Verdict, WeChatCall } from "./call.ts";
import { foreignCodeAdvice } from "./foreign-code.ts";

const path = "/sns/jscode2session";

/**
 * `GET /sns/jscode2session?appid&secret&js_code&grant_type=authorization_code`: exchanges a code of wx.login for
 * `{ session_key, openid, unionid? }`. Source: WeChat's documentation, and for 40125 and 40163 what its users report.
 */
export function jscode2session(state: State): WeChatCall {
  return {
    method: "GET",
    path,
    about: ({ query }) => ({
      appId: query.get("appid") ?? undefined,
      code: query.get("js_code") ?? undefined,
    }),
    answer: ({ query }) => exchange(state, query),
  };
}

function exchange(state: State, query: URLSearchParams): Verdict {
  const appId = query.get("appid");
  const secret = query.get("secret");
  const code = query.get("js_code");
  if (!appId) return { errcode: 41002 };
  if (!secret) return { errcode: 41004 };
  if (!code) return { errcode: 41008 };
  if (query.get("grant_type") !== "authorization_code") return { errcode: 40002 };

  const app = state.apps.find(appId);
  if (app === undefined) return { errcode: 40013 };
  // Before the code is looked at: a caller whose secret was rotated may fetch the new one and try the code again.
  if (app.secret !== secret) return { errcode: 40125 };
  if (!state.withinDay(path, app)) return { errcode: 45009 };

  const taken = state.loginCodes.take(app, code);
  if (taken === "used") return { errcode: 40163 };
  if (taken === "unknown") return { errcode: 40029, advice: foreignCodeAdvice(code, "POST /_sim/login") };
  if (typeof taken === "string") return { errcode: 40029 };
  const { user, login } = taken;
  // From here on the code is spent, refused or not. Nobody documents it, and this way is the harder one to live
  // with: a caller that sends the same code again gets 40163 here before it does in production.
  if (user.blocked) return { errcode: 40226 };
  if (!state.withinMinute(path, app, user)) return { errcode: 45011 };

  state.exchanges += 1;
  return { body: { session_key: login.sessionKey, ...identityOf(app, user) } };
}
