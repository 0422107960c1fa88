import { randomBytes } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { readEnvironment } from "../../contract/environment.ts";
import { dynamoDbAttemptCounters, dynamoDbBindTickets } from "../../functions/dynamodb/attempts.ts";
import { dynamoDbBindings } from "../../functions/dynamodb/bindings.ts";
import { dynamoDbSessions } from "../../functions/dynamodb/sessions.ts";
import { jitteredPause } from "../../functions/dynamodb/transaction.ts";
import { loginHandler } from "../../functions/login/handler.ts";
import { lambdaVerifier } from "../../functions/passwords/lambda-verifier.ts";
import { invocations } from "../../functions/runtime/invocation.ts";
import { secretsManagerAppSecrets } from "../../functions/wechat/app-secret.ts";
import { weChat } from "../../functions/wechat/wechat.ts";

/*
 * The login as it would usually be wired: the same handler, core and adapters over default clients, with nothing tuned
 * and nothing warmed up.
 */
const env = readEnvironment("login", process.env);
const appSecretArns: Record<string, string> = JSON.parse(env.APP_SECRETS);
const marshallOptions = { removeUndefinedValues: true };
const client = DynamoDBDocumentClient.from(new DynamoDBClient({}), { marshallOptions });
const secretsManager = new SecretsManagerClient({});
const lambda = new LambdaClient({});
const appSecrets = secretsManagerAppSecrets(secretsManager, appSecretArns, Date.now);
const wechat = weChat({ baseUrl: env.WECHAT_BASE_URL, appSecrets, now: Date.now });

export const handler = loginHandler({
  deployment: { appIds: Object.keys(appSecretArns), passwords: true },
  begin: invocations(console.log, () => performance.now()),
  needsUntil: (deadline, time) => {
    const table = (name: string) => ({ client, name, deadline });
    return {
      wechat: wechat.timedBy(time),
      bindings: dynamoDbBindings(table(env.BINDINGS_TABLE), { oneIdentityPerApp: false }, jitteredPause),
      sessions: dynamoDbSessions(table(env.SESSIONS_TABLE)),
      tickets: dynamoDbBindTickets(table(env.ATTEMPTS_TABLE)),
      counters: dynamoDbAttemptCounters(table(env.ATTEMPTS_TABLE)),
      verifier: lambdaVerifier(lambda, env.VERIFIER_FUNCTION, deadline),
      limits: { perIdentity: 10, perSourceIp: 300, perUsername: 20, windowSeconds: 900 },
      sessionLifetimeSeconds: Number(env.SESSION_LIFETIME_SECONDS),
      now: Date.now,
      random: randomBytes,
    };
  },
});
