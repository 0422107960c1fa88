/** Login of WeChat mini-programs against a weapp-login API. What is exported here is the SDK. */
export { createLogin } from "./create-login.ts";
export type { Credentials, PhoneCode } from "./credentials.ts";
export type {
  DownloadOptions,
  Events,
  Login,
  LoginOptions,
  RequestOptions,
  UploadOptions,
} from "./login.ts";
export { errorOf, LoginError, type LoginErrorDetails } from "./login-error.ts";
export { addMessages, type ClientCode, type Message, messageFor } from "./messages.ts";
export type { Action, ServerCode } from "./server-errors.ts";
export type { Session } from "./session.ts";
export type { Answer, AnyAnswer, DownloadAnswer, Method, UploadAnswer, Wx, WxFailure } from "./wx.ts";
