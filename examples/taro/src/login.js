import Taro from "@tarojs/taro";
import { createLogin, LoginError, messageFor } from "weapp-login-client";

/** The one login of this mini-program. `baseUrl` is your API: the output `ApiUrl` of the deploy, or the laptop. */
export const login = createLogin({ baseUrl: "http://localhost:3000", wx: Taro });

/** What to tell the person. */
export function say(error) {
  if (!(error instanceof LoginError)) throw error;
  return messageFor(error.code, "zh");
}
