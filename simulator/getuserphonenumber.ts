import { jsonBody, type Verdict, type WechatCall, type WechatRequest } from "./call.ts";
import { dialled } from "./phone-numbers.ts";
import type { World } from "./world.ts";

const path = "/wxa/business/getuserphonenumber";

/**
 * `POST /wxa/business/getuserphonenumber?access_token { code }`: exchanges a code of a getPhoneNumber button for
 * `{ phone_info: { phoneNumber, purePhoneNumber, countryCode, watermark } }`. Source: WeChat's documentation.
 */
export function getuserphonenumber(world: World): WechatCall {
  return {
    method: "POST",
    path,
    about: ({ query, body }) => ({
      appid: world.tokens.appidOf(query.get("access_token")),
      code: codeIn(body) ?? null,
    }),
    answer: (request) => phoneNumber(world, request),
  };
}

function phoneNumber(world: World, { query, body }: WechatRequest): Verdict {
  const access = world.tokens.check(query.get("access_token"));
  if ("errcode" in access) return access;
  const { app } = access;
  const json = jsonBody(body);
  if ("errcode" in json) return json;
  const code = codeIn(body);
  if (code === undefined) return { errcode: 41008 };

  const taken = world.takePhoneCode(app, code);
  // WeChat documents no errcode of its own for a used code here, and 40013 for the code of another app.
  if (taken === "unknown" || taken === "used") return { errcode: 40029 };
  if (taken === "another app's") return { errcode: 40013 };
  if (!world.withinQuota(path, app, taken.user)) return { errcode: 45011 };

  const { phone } = taken.user;
  const phoneInfo = {
    phoneNumber: dialled(phone),
    purePhoneNumber: phone.number,
    countryCode: phone.countryCode,
    watermark: { timestamp: Math.floor(taken.issuedAt / 1000), appid: app.appid },
  };
  return { body: { errcode: 0, errmsg: "ok", phone_info: phoneInfo } };
}

function codeIn(body: string): string | undefined {
  const json = jsonBody(body);
  const code = "fields" in json ? json.fields.get("code") : undefined;
  return typeof code === "string" && code !== "" ? code : undefined;
}
