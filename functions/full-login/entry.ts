import { optionalVariable, readEnvironment, wholeNumber } from "../../contract/environment.ts";
import { accessTokens } from "../core/access-token.ts";
import { loginWithRisk } from "../core/risk.ts";
import { keepSessionKeys } from "../core/session-key.ts";
import { byNumber } from "../dynamodb/number-memory.ts";
import { dynamoDbSessionKeys } from "../dynamodb/session-keys.ts";
import { loginWiring } from "../login/wiring.ts";
import { shell } from "../runtime/shell.ts";
import { warmUp } from "../runtime/warm-up.ts";
import { weChatHost } from "../wechat/host.ts";
import { phoneCodes } from "../wechat/phone-number.ts";
import { weChatRiskRanks } from "../wechat/risk-rank.ts";
import { serverCalls } from "../wechat/server-call.ts";
import { stableToken } from "../wechat/stable-token.ts";
import { fullLoginHandler } from "./handler.ts";
import { phoneLoginWiring } from "./phone.ts";

const env = readEnvironment("full-login", process.env);
const host = weChatHost(env.WECHAT_BASE_URL, Date.now);
const calls = serverCalls(host);
const keysTable = optionalVariable("SESSION_KEYS_TABLE", process.env);
const withSessionKey = keysTable !== undefined;
const { deployment, deps, appSecrets, table, openings } = loginWiring(env, {
  host,
  withSessionKey,
  verifierIsOwners: optionalVariable("VERIFIER_IS_OWNERS", process.env) !== undefined,
  byNumber,
});
const tokens = accessTokens({ stableToken: stableToken(calls), appSecrets, now: Date.now });

const openData = keysTable !== undefined && {
  keepSessionKey: keepSessionKeys(dynamoDbSessionKeys(table(keysTable)), deps.sessionLifetimeSeconds),
};
const logInByPhone = phoneLoginWiring(process.env, {
  phoneCodes: phoneCodes(calls),
  accessTokens: tokens,
  counters: deps.counters,
});
const refuseFrom = optionalVariable("RISK_RANK_REFUSE_FROM", process.env);
const logIn =
  refuseFrom === undefined
    ? undefined
    : loginWithRisk(weChatRiskRanks(calls, tokens), wholeNumber("RISK_RANK_REFUSE_FROM", refuseFrom, 1));

await warmUp(...openings);

export const handler = shell(
  fullLoginHandler(
    { ...deployment, phone: logInByPhone !== undefined },
    { ...deps, ...openData, ...(logInByPhone && { logInByPhone }) },
    logIn,
  ),
);
