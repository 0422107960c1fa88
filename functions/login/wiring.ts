import { randomBytes } from "node:crypto";
import { type Environment, none, wholeNumber } from "../../contract/environment.ts";
import { lambdaClient, secretsManagerClient } from "../aws/clients.ts";
import { codeExchange } from "../core/code-exchange.ts";
import { invalidCodes } from "../core/invalid-codes.ts";
import type { LoginDeps } from "../core/login-attempt.ts";
import { dynamoDbAttemptCounters, dynamoDbBindTickets } from "../dynamodb/attempts.ts";
import { type BindPolicy, dynamoDbBindings } from "../dynamodb/bindings.ts";
import { dynamoDbSessions } from "../dynamodb/sessions.ts";
import { readNothing, tablesOf } from "../dynamodb/table.ts";
import { lambdaVerifier } from "../passwords/lambda-verifier.ts";
import { nobody } from "../runtime/warm-up.ts";
import { secretsManagerAppSecrets } from "../wechat/app-secret.ts";
import type { WeChatHost } from "../wechat/host.ts";
import { weChat } from "../wechat/wechat.ts";

interface WiringOptions {
  /** Where other calls share WeChat's connections. */
  readonly host?: WeChatHost;
  readonly withSessionKey?: boolean;
  readonly verifierIsOwners: boolean;
  readonly byNumber?: BindPolicy["byNumber"];
}

/** What every login needs, with and without what only some deployments have. */
export function loginWiring(
  env: Environment<"login">,
  { host, withSessionKey = false, verifierIsOwners, byNumber }: WiringOptions,
) {
  const appSecretArns: Record<string, string> = JSON.parse(env.APP_SECRETS);
  const appIds = Object.keys(appSecretArns);
  const table = tablesOf();
  const names = { sessions: env.SESSIONS_TABLE, attempts: env.ATTEMPTS_TABLE };
  const appSecrets = secretsManagerAppSecrets(secretsManagerClient(), appSecretArns, Date.now);
  const counters = dynamoDbAttemptCounters(table(env.ATTEMPTS_TABLE));
  const limits = {
    perIdentity: wholeNumber("ATTEMPTS_PER_IDENTITY", env.ATTEMPTS_PER_IDENTITY),
    perSourceIp: wholeNumber("ATTEMPTS_PER_SOURCE_IP", env.ATTEMPTS_PER_SOURCE_IP),
    perUsername: wholeNumber("ATTEMPTS_PER_USERNAME", env.ATTEMPTS_PER_USERNAME),
    invalidCodesPerSourceIp: wholeNumber("INVALID_CODES_PER_SOURCE_IP", env.INVALID_CODES_PER_SOURCE_IP),
    windowSeconds: wholeNumber("ATTEMPTS_WINDOW_SECONDS", env.ATTEMPTS_WINDOW_SECONDS, 1),
  };
  const wechat = weChat({
    baseUrl: env.WECHAT_BASE_URL,
    now: Date.now,
    withSessionKey,
    ...(host && { host }),
  });
  const deps: LoginDeps = {
    exchangeCode: codeExchange({ wechat, appSecrets }),
    bindings: dynamoDbBindings(table(env.BINDINGS_TABLE), names, {
      oneIdentityPerApp: env.IDENTITIES_PER_ACCOUNT === "one-per-app",
      ...(byNumber && { byNumber }),
    }),
    sessions: dynamoDbSessions(table(env.SESSIONS_TABLE), names),
    tickets: dynamoDbBindTickets(table(env.ATTEMPTS_TABLE)),
    counters,
    invalidCodes: invalidCodes({ limits, counters }),
    verifier:
      env.VERIFIER_FUNCTION === none
        ? undefined
        : lambdaVerifier(lambdaClient(), env.VERIFIER_FUNCTION, verifierIsOwners),
    limits,
    sessionLifetimeSeconds: wholeNumber("SESSION_LIFETIME_SECONDS", env.SESSION_LIFETIME_SECONDS, 1),
    now: Date.now,
    random: randomBytes,
  };
  return {
    deployment: { appIds, passwords: env.VERIFIER_FUNCTION !== none },
    deps,
    table,
    appSecrets,
    /** For INIT. */
    openings: [
      wechat.connect,
      () => readNothing(table(env.BINDINGS_TABLE), { key: nobody }),
      ...appIds.map((appId) => () => appSecrets.current(appId)),
    ],
  };
}
