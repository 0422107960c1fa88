import type { OptionalCode, ServerCode } from "./server-errors.ts";

/** Chinese, English. */
export type Message = readonly [string, string];

/** Codes that the SDK gives itself. */
export type ClientCode = LoginCode | RuntimeCode;

type LoginCode =
  | "network_failed"
  | "network_timeout"
  | "interrupted"
  | "wx_login_failed"
  | "session_refused"
  | "logged_out"
  | "unexpected_answer";

/** Why the runtime gave no phone number, or no open data. */
export type RuntimeCode =
  | "user_denied"
  | "privacy_not_agreed"
  | "privacy_not_declared"
  | "phone_quota_empty"
  | "base_library_too_old"
  | "phone_button_failed"
  | "open_data_failed";

/** For the person who holds the phone. A code without a row does not compile, here or where `addMessages` is called. */
const messages: Record<Exclude<ServerCode, OptionalCode> | LoginCode, Message> = {
  invalid_request: ["请求有误，请检查后重试", "The request is not valid."],
  payload_too_large: ["提交的内容过大", "Too much was sent."],
  unsupported_media_type: ["请求有误，请检查后重试", "The request is not valid."],
  method_not_allowed: ["请求有误，请检查后重试", "The request is not valid."],
  invalid_code: ["登录凭证已失效，请重新登录", "The login has expired. Please log in again."],
  invalid_ticket: ["登录凭证已失效，请重新登录", "The login has expired. Please log in again."],
  invalid_credentials: ["用户名或密码错误", "Wrong username or password."],
  binding_required: ["请先绑定账号", "Please bind an account first."],
  already_bound: [
    "当前微信已绑定其他账号，请先解绑",
    "This WeChat is bound to another account. Unbind that first.",
  ],
  account_already_bound: [
    "该账号已绑定其他微信，请联系客服",
    "The account is bound to another WeChat. Please contact support.",
  ],
  access_changed: ["登录期间账号权限有变动，请重试", "Access has changed. Please log in again."],
  account_disabled: ["账号已停用，请联系客服", "The account is disabled. Please contact support."],
  wechat_user_blocked: [
    "微信限制了当前用户登录，请联系客服",
    "WeChat refuses this user. Please contact support.",
  ],
  too_many_attempts: ["尝试次数过多，请稍后再试", "Too many attempts. Please wait."],
  rate_limited: ["操作过于频繁，请稍后再试", "Too many requests. Please wait."],
  wechat_busy: ["微信繁忙，请重试", "WeChat is busy. Please try again."],
  wechat_unavailable: ["微信连接失败，请重试", "WeChat cannot be reached. Please try again."],
  wechat_timeout: ["微信响应超时，请重试", "WeChat timed out. Please try again."],
  quota_exhausted: ["今日次数已达上限，请稍后再试", "The limit for today is reached. Please wait."],
  store_unavailable: ["服务繁忙，请重试", "The service is busy. Please try again."],
  internal_error: ["服务出错，请重试", "Something went wrong. Please try again."],
  not_configured: ["登录服务尚未配置，请联系客服", "Login is not set up. Please contact support."],

  network_failed: ["网络连接失败，请检查网络后重试", "No connection. Please check the network."],
  network_timeout: ["网络超时，请重试", "The network timed out. Please try again."],
  interrupted: ["请求被中断，请重试", "The request was interrupted. Please try again."],
  wx_login_failed: ["微信登录失败，请重试", "WeChat login failed. Please try again."],
  session_refused: ["登录状态已失效，请重试", "The session has ended. Please try again."],
  logged_out: ["您已退出登录", "You are logged out."],
  unexpected_answer: ["服务异常，请重试", "The service failed. Please try again."],
};

/** A sentence to show for `LoginError.code`; a general one for codes that it does not know. */
export function messageFor(code: string, language: "zh" | "en"): string {
  return messages[isKnown(code) ? code : "unexpected_answer"][language === "zh" ? 0 : 1];
}

/** For codes of your own functions, or in other words for those of login. */
export function addMessages(more: Readonly<Record<string, Message>>): void {
  Object.assign(messages, more);
}

function isKnown(code: string): code is keyof typeof messages {
  return Object.keys(messages).includes(code);
}
