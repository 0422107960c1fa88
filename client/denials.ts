import type { Message, RuntimeCode } from "./messages.ts";
import { addMessages, messageFor } from "./weapp-login.ts";
import type { WxFailure } from "./wx.ts";

/**
 * Why the runtime gives no phone number, or no open data, where it is the person's will or the privacy guideline
 * (用户隐私保护指引). The words differ by platform and version.
 */
export function denialOf({ errMsg = "", errno }: WxFailure): RuntimeCode | undefined {
  if (errno === 104 || /privacy permission/i.test(errMsg)) return "privacy_not_agreed";
  if (errno === 112 || /privacy agreement/i.test(errMsg)) return "privacy_not_declared";
  return /den(y|ied)|cancel|no response/i.test(errMsg) ? "user_denied" : undefined;
}

/** For `LoginError.detail`. */
export function words({ errMsg = "", errno }: WxFailure): string {
  return errno === undefined ? errMsg : `${errMsg} (errno ${errno})`;
}

/** Adds these where the app has no words of its own. */
export function addDefaults(messages: Readonly<Record<string, Message>>): void {
  const general = messageFor("", "en");
  for (const [code, message] of Object.entries(messages)) {
    if (messageFor(code, "en") === general) addMessages({ [code]: message });
  }
}

export const denialMessages = {
  user_denied: ["您未授权，请重新操作", "You have not agreed. Please try again."],
  privacy_not_agreed: ["请先同意隐私保护指引", "Please agree to the privacy guideline first."],
  privacy_not_declared: [
    "小程序尚未声明该信息的用途，请联系客服",
    "This use of your data is not declared. Please contact support.",
  ],
} satisfies Partial<Record<RuntimeCode, Message>>;
