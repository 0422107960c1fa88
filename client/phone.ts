import { addDefaults, denialMessages, denialOf, words } from "./denials.ts";
import type { RuntimeCode } from "./messages.ts";
import type { OptionalCode } from "./server-errors.ts";
import {
  errorOf,
  type Login,
  LoginError,
  type Message,
  type Session,
  type WxFailure,
} from "./weapp-login.ts";

/**
 * `event.detail` of `<button open-type="getPhoneNumber" bindgetphonenumber="…">`, and of `getRealtimePhoneNumber`. Source:
 * WeChat's documentation of both.
 */
export interface PhoneDetail extends WxFailure {
  /** Good once, for 5 minutes. From base library 2.21.2 on, where the person agreed. */
  readonly code?: string | undefined;
  /** What base libraries before that one have in its place. */
  readonly encryptedData?: string | undefined;
}

type PhoneCode =
  | Exclude<OptionalCode, "session_key_stale">
  | keyof typeof denialMessages
  | Exclude<RuntimeCode, "open_data_failed">;

const messages: Readonly<Record<PhoneCode, Message>> = {
  ...denialMessages,
  invalid_phone_code: ["手机号凭证已失效，请重新授权", "Please share the phone number again."],
  phone_number_taken: [
    "该手机号已绑定其他微信，请联系客服",
    "The phone number is bound to another WeChat. Please contact support.",
  ],
  phone_quota_empty: [
    "手机号验证暂不可用，请使用其他方式",
    "Phone numbers are not available now. Please use another way.",
  ],
  base_library_too_old: ["微信版本过低，请升级微信", "WeChat is too old. Please update it."],
  phone_button_failed: ["获取手机号失败，请重试", "The phone number was not given. Please try again."],
};

/** Codes on their way, or that may be spent. */
const used = new Set<string>();

/**
 * Binds the WeChat identity to the account that has the phone number and logs in, by the rules of `login.bind`. Rejects
 * with a LoginError, also for what the button says instead of a code. Nothing is tried again that may have spent the
 * code: the action is then `new_phone_code`, and the person has to tap the button again. `binding_required`: no account
 * has this number.
 */
export function bindPhone(login: Login, detail: PhoneDetail): Promise<Session> {
  return withCode(detail, (phoneCode) => login.bind({ phoneCode }));
}

/**
 * The person's phone number (E.164), verified by WeChat, for who is logged in. Rejects with a LoginError, as `bindPhone`
 * does.
 */
export function phoneNumber(login: Login, detail: PhoneDetail): Promise<string> {
  return withCode(detail, async (phoneCode) => {
    // A refused session has not let the code through.
    const request = { path: "/phone", method: "POST", data: { phoneCode }, replay: true } as const;
    const answer = await login.request(request);
    const error = errorOf(answer);
    if (error) throw error;
    const { phoneNumber } = Object(answer.data);
    if (typeof phoneNumber === "string") return phoneNumber;
    throw new LoginError("unexpected_answer", { action: "new_phone_code", status: answer.statusCode });
  });
}

async function withCode<T>(detail: PhoneDetail, use: (code: string) => Promise<T>): Promise<T> {
  addDefaults(messages);
  const { code } = detail;
  if (!code) throw noCode(detail);
  if (used.has(code)) {
    throw new LoginError("invalid_phone_code", {
      action: "new_phone_code",
      detail: "a code is sent once: take that of the newest event",
    });
  }
  used.add(code);
  try {
    return await use(code);
  } catch (error) {
    if (!(error instanceof LoginError)) throw error;
    const { action, status } = error;
    if (action === "retry") throw new LoginError(error.code, { ...error, action: "new_phone_code" });
    // The server said that it has not asked WeChat; anything else may have come after that.
    if (status && (action === "new_code" || action === "wait")) used.delete(code);
    throw error;
  }
}

function noCode(detail: PhoneDetail): LoginError {
  const [code, action] = outcome(detail);
  return new LoginError(code, { action, detail: words(detail) });
}

function outcome(detail: PhoneDetail): readonly [RuntimeCode, LoginError["action"]] {
  const denial = denialOf(detail);
  if (denial) return [denial, denial === "privacy_not_declared" ? "fix_request" : "new_phone_code"];
  if (detail.errno === 1400001) return ["phone_quota_empty", "contact_support"];
  if (detail.encryptedData) return ["base_library_too_old", "contact_support"];
  return ["phone_button_failed", "new_phone_code"];
}
