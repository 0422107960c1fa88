import { optionalVariable, readEnvironment, wholeNumber } from "../../contract/environment.ts";
import { accessTokens } from "../core/access-token.ts";
import { loginWithRisk } from "../core/risk.ts";
import { keepSessionKeys } from "../core/session-key.ts";
import { dynamoDbSessionKeys } from "../dynamodb/session-keys.ts";
import { loginHandler } from "../login/handler.ts";
import { loginWiring } from "../login/wiring.ts";
import { shell } from "../runtime/shell.ts";
import { warmUp } from "../runtime/warm-up.ts";
import { weChatHost } from "../wechat/host.ts";
import { weChatRiskRanks } from "../wechat/risk-rank.ts";
import { serverCalls } from "../wechat/server-call.ts";
import { stableToken } from "../wechat/stable-token.ts";

const env = readEnvironment("full-login", process.env);
const host = weChatHost(env.WECHAT_BASE_URL, Date.now);
const keysTable = optionalVariable("SESSION_KEYS_TABLE", process.env);
const { deployment, deps, appSecrets, table, openings } = loginWiring(env, host, keysTable !== undefined);
const calls = serverCalls(host);
const tokens = accessTokens({ stableToken: stableToken(calls), appSecrets, now: Date.now });

const openData = keysTable !== undefined && {
  keepSessionKey: keepSessionKeys(dynamoDbSessionKeys(table(keysTable)), deps.sessionLifetimeSeconds),
};
const refuseFrom = optionalVariable("RISK_RANK_REFUSE_FROM", process.env);
const logIn =
  refuseFrom === undefined
    ? undefined
    : loginWithRisk(weChatRiskRanks(calls, tokens), wholeNumber("RISK_RANK_REFUSE_FROM", refuseFrom, 1));

await warmUp(...openings);

export const handler = shell(loginHandler(deployment, { ...deps, ...openData }, logIn));
