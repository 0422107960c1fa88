import type { Verdict, WechatCall } from "./call.ts";
import type { World } from "./world.ts";

const path = "/sns/jscode2session";

/**
 * `GET /sns/jscode2session?appid&secret&js_code&grant_type=authorization_code`: exchanges a code of wx.login for
 * `{ session_key, openid, unionid? }`. Source: WeChat's documentation, and for 40125 and 40163 what its users report.
 */
export function jscode2session(world: World): WechatCall {
  return {
    method: "GET",
    path,
    about: ({ query }) => ({ appid: query.get("appid"), code: query.get("js_code") }),
    answer: ({ query }) => exchange(world, query),
  };
}

function exchange(world: World, query: URLSearchParams): Verdict {
  const appid = query.get("appid");
  const secret = query.get("secret");
  const code = query.get("js_code");
  if (!appid) return { errcode: 41002 };
  if (!secret) return { errcode: 41004 };
  if (!code) return { errcode: 41008 };
  if (query.get("grant_type") !== "authorization_code") return { errcode: 40002 };

  const app = world.app(appid);
  if (app === undefined) return { errcode: 40013 };
  // Before the code is looked at: a caller whose secret was rotated may fetch the new one and try the code again.
  if (app.secret !== secret) return { errcode: 40125 };

  const taken = world.takeLoginCode(app, code);
  if (taken === "unknown" || taken === "another app's") return { errcode: 40029 };
  if (taken === "used") return { errcode: 40163 };
  const { user } = taken;
  // From here on the code is spent, refused or not. Nobody documents it, and this way is the harder one to live
  // with: a caller that sends the same code again gets 40163 here before it does in production.
  if (user.blocked) return { errcode: 40226 };
  if (!world.withinQuota(path, app, user)) return { errcode: 45011 };

  world.exchanges += 1;
  return { body: { session_key: world.renewSessionKey(app, user), ...world.identity(app, user) } };
}
