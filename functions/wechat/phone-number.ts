import * as v from "valibot";
import { isPhoneNumber } from "../../contract/phone-number.ts";
import type { PhoneCodes } from "../core/phone-number.ts";
import { refused } from "../core/refusal.ts";
import type { Meanings } from "./errcodes.ts";
import type { ServerCalls } from "./server-call.ts";

const errcodes: Meanings = {
  40029: { code: "invalid_phone_code" },
  // The AppId is the access token's, which WeChat has just taken: it is the code that is another mini-program's.
  40013: { code: "invalid_phone_code" },
};

const phoneAnswer = v.object({
  phone_info: v.object({
    purePhoneNumber: v.string(),
    countryCode: v.pipe(v.union([v.string(), v.number()]), v.transform(String)),
    watermark: v.object({ appid: v.string() }),
  }),
});

/**
 * `POST /wxa/business/getuserphonenumber`. With the `openid`, WeChat refuses a code of another user.
 * Source: https://developers.weixin.qq.com/miniprogram/dev/server/API/user-info/phone-number/api_getphonenumber
 */
export function phoneCodes({ askWithToken }: ServerCalls): PhoneCodes {
  return {
    async exchange({ appId, openid }, phoneCode, accessToken) {
      const answer = await askWithToken(
        {
          path: "/wxa/business/getuserphonenumber",
          json: { code: phoneCode, openid },
          schema: phoneAnswer,
          errcodes,
        },
        accessToken,
      );
      if (!("phone_info" in answer)) return answer;
      const { purePhoneNumber, countryCode, watermark } = answer.phone_info;
      // What it holds is not repeated: it is somebody's number.
      if (watermark.appid !== appId) return unusable("a watermark of another mini-program");
      const phoneNumber = `+${countryCode}${purePhoneNumber}`;
      return isPhoneNumber(phoneNumber) ? { phoneNumber } : unusable("no phone number in E.164");
    },
  };
}

function unusable(why: string) {
  return refused("wechat_unavailable", { facts: { why, alarm: true } });
}
