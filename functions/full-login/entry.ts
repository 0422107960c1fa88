import { readEnvironment } from "../../contract/environment.ts";
import { accessTokens } from "../core/access-token.ts";
import { byNumber } from "../dynamodb/number-memory.ts";
import { loginWiring } from "../login/wiring.ts";
import { shell } from "../runtime/shell.ts";
import { warmUp } from "../runtime/warm-up.ts";
import { weChatHost } from "../wechat/host.ts";
import { phoneCodes } from "../wechat/phone-number.ts";
import { serverCalls } from "../wechat/server-call.ts";
import { stableToken } from "../wechat/stable-token.ts";
import { fullLoginHandler } from "./handler.ts";
import { phoneLoginWiring } from "./phone.ts";

const env = readEnvironment("full-login", process.env);
const host = weChatHost(env.WECHAT_BASE_URL, Date.now);
const calls = serverCalls(host);
const { deployment, deps, appSecrets, openings } = loginWiring(env, host, byNumber);
const tokens = accessTokens({ stableToken: stableToken(calls), appSecrets, now: Date.now });
const logInByPhone = phoneLoginWiring(process.env, {
  phoneCodes: phoneCodes(calls),
  accessTokens: tokens,
  counters: deps.counters,
});

await warmUp(...openings);

export const handler = shell(
  fullLoginHandler(
    { ...deployment, phone: logInByPhone !== undefined },
    { ...deps, ...(logInByPhone && { logInByPhone }) },
  ),
);
