import { dialled } from "../state/phone-numbers.ts";
import type { State } from "../state/state.ts";
import { identityOf } from "../state/users.ts";
import { appOfToken } from "./app-of-token.ts";
import type { Verdict, WeChatCall, WeChatRequest } from "./call.ts";
import { foreignCodeAdvice } from "./foreign-code.ts";
import { jsonBody, textIn, textOf } from "./json-body.ts";

/**
 * `POST /wxa/business/getuserphonenumber?access_token { code, openid? }`: exchanges a code of a getPhoneNumber button for
 * `{ phone_info: { phoneNumber, purePhoneNumber, countryCode, watermark } }`. Source: WeChat's documentation
 * (api_getphonenumber).
 */
export function getuserphonenumber(state: State): WeChatCall {
  return {
    method: "POST",
    path: "/wxa/business/getuserphonenumber",
    about: ({ query, body }) => ({
      appId: state.tokens.appIdOf(query.get("access_token")),
      code: textIn(body, "code"),
    }),
    answer: (request) => phoneNumber(state, request),
  };
}

function phoneNumber(state: State, request: WeChatRequest): Verdict {
  const access = appOfToken(state, request);
  if ("errcode" in access) return access;
  const { app } = access;
  const json = jsonBody(request.body);
  if ("errcode" in json) return json;
  const code = textOf(json.fields, "code");
  if (code === undefined) return { errcode: 41008 };
  const openid = json.fields.get("openid");
  if (openid !== undefined && typeof openid !== "string") return { errcode: 47001 };

  const taken = state.phoneCodes.take(app, code);
  // WeChat documents no errcode of its own for a used code here, and 40013 for the code of another app.
  if (taken === "another app's") return { errcode: 40013 };
  if (taken === "unknown") return { errcode: 40029, advice: foreignCodeAdvice(code, "POST /_sim/phone") };
  if (typeof taken === "string") return { errcode: 40029 };
  const { user, issuedAt } = taken;
  // From here on the code is spent, as that of a login is: nobody documents it, and it is the harder way to live with.
  if (openid !== undefined && openid !== identityOf(app, user).openid) return { errcode: 40029 };
  if (!state.withinMinute(request.path, app, user)) return { errcode: 45011 };

  // The button looks at the quota: a number whose code was given out is still told.
  app.phoneQuota = Math.max(0, app.phoneQuota - 1);
  const phoneInfo = {
    phoneNumber: dialled(user.phoneNumber),
    purePhoneNumber: user.phoneNumber.digits,
    countryCode: user.phoneNumber.countryCode,
    watermark: { timestamp: Math.floor(issuedAt / 1000), appid: app.appId },
  };
  return { body: { errcode: 0, errmsg: "ok", phone_info: phoneInfo } };
}
