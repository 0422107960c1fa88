import { accessToken } from "weapp-login/access-token";
import { messageSender, type SubscriptionMessage } from "./send.ts";

const send = messageSender({ accessToken });

export async function handler(message: SubscriptionMessage) {
  return { errcode: await send(message) };
}
