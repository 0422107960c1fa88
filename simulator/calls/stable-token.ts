import type { State } from "../state/state.ts";
import type { Verdict, WeChatCall, WeChatRequest } from "./call.ts";
import { jsonBody, textIn } from "./json-body.ts";

/**
 * `POST /cgi-bin/stable_token { grant_type: "client_credential", appid, secret, force_refresh? }`: the app's
 * access_token, `{ access_token, expires_in }`. Source: WeChat's documentation (api_getstableaccesstoken); its quota of
 * 10,000 calls a minute is not simulated.
 */
export function stableToken(state: State): WeChatCall {
  return {
    method: "POST",
    path: "/cgi-bin/stable_token",
    about: ({ body }) => ({ appId: textIn(body, "appid") }),
    answer: (request) => token(state, request),
  };
}

function token(state: State, { path, body, address }: WeChatRequest): Verdict {
  const json = jsonBody(body);
  if ("errcode" in json) return json;
  const { fields } = json;
  const appId = fields.get("appid");
  const secret = fields.get("secret");
  const force = fields.get("force_refresh") ?? false;
  if (!appId) return { errcode: 41002 };
  if (!secret) return { errcode: 41004 };
  if (fields.get("grant_type") !== "client_credential") return { errcode: 40002 };
  if (typeof force !== "boolean") return { errcode: 47001 };

  const app = typeof appId === "string" ? state.apps.find(appId) : undefined;
  if (app === undefined) return { errcode: 40013 };
  if (app.secret !== secret) return { errcode: 40125 };
  // The list guards what turns an AppSecret into a token, and no other call.
  if (app.ipAllowlist.length > 0 && !app.ipAllowlist.includes(address)) return { errcode: 40164 };
  if (!state.withinDay(path, app)) return { errcode: 45009 };

  if (force) {
    const refreshed = state.tokens.refresh(app);
    if (refreshed !== "done") return refreshed;
  }
  const { token, expiresIn } = state.tokens.current(app);
  return { body: { access_token: token, expires_in: expiresIn } };
}
