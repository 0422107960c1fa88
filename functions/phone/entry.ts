import { optionalVariable, readEnvironment, wholeNumber } from "../../contract/environment.ts";
import { secretsManagerClient } from "../aws/clients.ts";
import { accessTokens } from "../core/access-token.ts";
import { dynamoDbAttemptCounters } from "../dynamodb/attempts.ts";
import { dynamoDbKeptNumbers } from "../dynamodb/kept-numbers.ts";
import { tablesOf } from "../dynamodb/table.ts";
import { shell } from "../runtime/shell.ts";
import { warmUp } from "../runtime/warm-up.ts";
import { secretsManagerAppSecrets } from "../wechat/app-secret.ts";
import { weChatHost } from "../wechat/host.ts";
import { phoneCodes } from "../wechat/phone-number.ts";
import { serverCalls } from "../wechat/server-call.ts";
import { stableToken } from "../wechat/stable-token.ts";
import { phoneHandler } from "./handler.ts";

const env = readEnvironment("phone", process.env);
const appSecretArns: Record<string, string> = JSON.parse(env.APP_SECRETS);
const table = tablesOf();
const host = weChatHost(env.WECHAT_BASE_URL, Date.now);
const calls = serverCalls(host);
const appSecrets = secretsManagerAppSecrets(secretsManagerClient(), appSecretArns, Date.now);
const keepNumber = optionalVariable("PHONE_KEEP_NUMBER", process.env) === "true";

await warmUp(
  () => host.sockets.open(host.urlOf("/")),
  ...Object.keys(appSecretArns).map((appId) => () => appSecrets.current(appId)),
);

export const handler = shell(
  phoneHandler({
    phoneCodes: phoneCodes(calls),
    accessTokens: accessTokens({ stableToken: stableToken(calls), appSecrets, now: Date.now }),
    counters: dynamoDbAttemptCounters(table(env.ATTEMPTS_TABLE)),
    phoneLimits: {
      perDay: wholeNumber("PHONE_PER_DAY", env.PHONE_PER_DAY, 1),
      perIdentity: wholeNumber("PHONE_PER_IDENTITY", env.PHONE_PER_IDENTITY, 1),
    },
    keptNumbers: keepNumber ? dynamoDbKeptNumbers(table(env.BINDINGS_TABLE)) : undefined,
    now: Date.now,
  }),
);
