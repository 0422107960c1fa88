import type { State } from "../state/state.ts";
import { appOfToken } from "./app-of-token.ts";
import type { Verdict, WeChatCall, WeChatRequest } from "./call.ts";
import { jsonBody, textOf } from "./json-body.ts";

/** WeChat tells a rank only of somebody who was in the mini-program within so many milliseconds. */
const visitMs = 2 * 3_600_000;
/** Registration, marketing fraud, content. */
const scenes: readonly unknown[] = [0, 1, 2];

/**
 * `POST /wxa/getuserriskrank?access_token { appid, openid, scene, client_ip, … }`: `{ risk_rank }` from 0 (none) to 4.
 * Source: WeChat's documentation (api_getuserriskrank); a wx.login stands for the visit to the mini-program.
 */
export function getuserriskrank(state: State): WeChatCall {
  return {
    method: "POST",
    path: "/wxa/getuserriskrank",
    about: ({ query }) => ({ appId: state.tokens.appIdOf(query.get("access_token")) }),
    answer: (request) => riskRank(state, request),
  };
}

function riskRank(state: State, request: WeChatRequest): Verdict {
  const access = appOfToken(state, request);
  if ("errcode" in access) return access;
  const { app } = access;
  const json = jsonBody(request.body);
  if ("errcode" in json) return json;
  if (!scenes.includes(json.fields.get("scene"))) return { errcode: 40129 };
  if (textOf(json.fields, "client_ip") === undefined) return { errcode: 47001 };

  const known = state.users.withOpenid(textOf(json.fields, "openid") ?? "");
  if (known === undefined) return { errcode: 40003 };
  if (known.app !== app || json.fields.get("appid") !== app.appId) return { errcode: 43104 };
  const login = known.user.logins.get(app);
  if (login === undefined || state.now() >= login.at + visitMs) return { errcode: 61010 };
  return {
    body: {
      errcode: 0,
      errmsg: "getuserriskrank succ",
      risk_rank: known.user.riskRank,
      // WeChat's spelling, of its number for this request.
      unoin_id: state.random(4).readUInt32BE(),
    },
  };
}
