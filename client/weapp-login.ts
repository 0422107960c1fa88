/** Login of WeChat mini-programs against a weapp-login API. What is exported here is the SDK. */
export {
  createLogin,
  type Events,
  type Login,
  type LoginOptions,
  type RequestOptions,
} from "./create-login.ts";
export { type Action, errorOf, LoginError, type LoginErrorDetails } from "./login-error.ts";
export { type ClientCode, messageFor, type ServerCode } from "./messages.ts";
export type { Session } from "./session-keeper.ts";
export type { Credentials } from "./sign-in.ts";
export type { Answer, Method, Wx } from "./wx.ts";
