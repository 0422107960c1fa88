/** Login of WeChat mini-programs against a weapp-login API. What is exported here is the SDK. */
export {
  createLogin,
  type DownloadOptions,
  type Events,
  type Login,
  type LoginOptions,
  type RequestOptions,
  type UploadOptions,
} from "./create-login.ts";
export type { Credentials } from "./credentials.ts";
export { errorOf, LoginError, type LoginErrorDetails } from "./login-error.ts";
export { type ClientCode, messageFor } from "./messages.ts";
export type { Action, ServerCode } from "./server-errors.ts";
export type { Session } from "./session.ts";
export type { Answer, AnyAnswer, DownloadAnswer, Method, UploadAnswer, Wx } from "./wx.ts";
