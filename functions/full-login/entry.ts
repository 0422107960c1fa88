import { optionalVariable, readEnvironment } from "../../contract/environment.ts";
import { keepSessionKeys } from "../core/session-key.ts";
import { dynamoDbSessionKeys } from "../dynamodb/session-keys.ts";
import { loginHandler } from "../login/handler.ts";
import { loginWiring } from "../login/wiring.ts";
import { shell } from "../runtime/shell.ts";
import { warmUp } from "../runtime/warm-up.ts";
import { weChatHost } from "../wechat/host.ts";

const env = readEnvironment("full-login", process.env);
const host = weChatHost(env.WECHAT_BASE_URL, Date.now);
const keysTable = optionalVariable("SESSION_KEYS_TABLE", process.env);
const { deployment, deps, table, openings } = loginWiring(env, host, keysTable !== undefined);
const openData = keysTable !== undefined && {
  keepSessionKey: keepSessionKeys(dynamoDbSessionKeys(table(keysTable)), deps.sessionLifetimeSeconds),
};

await warmUp(...openings);

export const handler = shell(loginHandler(deployment, { ...deps, ...openData }));
