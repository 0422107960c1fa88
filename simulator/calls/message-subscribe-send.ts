import type { State } from "../state/state.ts";
import { appOfToken } from "./app-of-token.ts";
import type { Verdict, WeChatCall, WeChatRequest } from "./call.ts";
import { jsonBody, textOf } from "./json-body.ts";

/**
 * `POST /cgi-bin/message/subscribe/send?access_token { touser, template_id, data, … }`: a subscription message to an openid
 * of this app. Templates are made up, and everybody is taken to have allowed them: what WeChat says to somebody who has not
 * (43101) comes on demand. Source: WeChat's documentation (api_sendmessage).
 */
export function messageSubscribeSend(state: State): WeChatCall {
  return {
    method: "POST",
    path: "/cgi-bin/message/subscribe/send",
    about: ({ query }) => ({ appId: state.tokens.appIdOf(query.get("access_token")) }),
    answer: (request) => send(state, request),
  };
}

function send(state: State, request: WeChatRequest): Verdict {
  const access = appOfToken(state, request);
  if ("errcode" in access) return access;
  const json = jsonBody(request.body);
  if ("errcode" in json) return json;
  const { fields } = json;
  const known = state.users.withOpenid(textOf(fields, "touser") ?? "");
  if (known?.app !== access.app) return { errcode: 40003 };
  if (textOf(fields, "template_id") === undefined) return { errcode: 40037 };
  const data = fields.get("data");
  if (typeof data !== "object" || data === null) return { errcode: 47003 };
  return { body: { errcode: 0, errmsg: "ok" } };
}
