import { readEnvironment } from "../../contract/environment.ts";
import { loginHandler } from "../login/handler.ts";
import { loginWiring } from "../login/wiring.ts";
import { shell } from "../runtime/shell.ts";
import { warmUp } from "../runtime/warm-up.ts";
import { weChatHost } from "../wechat/host.ts";

const env = readEnvironment("full-login", process.env);
const host = weChatHost(env.WECHAT_BASE_URL, Date.now);
const { deployment, deps, openings } = loginWiring(env, host);

await warmUp(...openings);

export const handler = shell(loginHandler(deployment, deps));
