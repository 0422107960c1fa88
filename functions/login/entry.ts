import { randomBytes } from "node:crypto";
import { none, readEnvironment, wholeNumber } from "../../contract/environment.ts";
import { lambdaClient, secretsManagerClient } from "../aws/clients.ts";
import { dynamoDbAttemptCounters, dynamoDbBindTickets } from "../dynamodb/attempts.ts";
import { dynamoDbBindings } from "../dynamodb/bindings.ts";
import { dynamoDbSessions } from "../dynamodb/sessions.ts";
import { documentClient, readNothing } from "../dynamodb/table.ts";
import { jitteredPause } from "../dynamodb/transaction.ts";
import { lambdaVerifier } from "../passwords/lambda-verifier.ts";
import { invocations, timed } from "../runtime/invocation.ts";
import { nobody, warmUp } from "../runtime/warm-up.ts";
import { secretsManagerAppSecrets } from "../wechat/app-secret.ts";
import { weChat } from "../wechat/wechat.ts";
import { loginHandler } from "./handler.ts";

const env = readEnvironment("login", process.env);
const appSecretArns: Record<string, string> = JSON.parse(env.APP_SECRETS);
const dynamoDb = documentClient();
const lambda = lambdaClient();
const appSecrets = secretsManagerAppSecrets(secretsManagerClient(), appSecretArns, Date.now);
const wechat = weChat({ baseUrl: env.WECHAT_BASE_URL, appSecrets, now: Date.now });
const limits = {
  perIdentity: wholeNumber("ATTEMPTS_PER_IDENTITY", env.ATTEMPTS_PER_IDENTITY),
  perSourceIp: wholeNumber("ATTEMPTS_PER_SOURCE_IP", env.ATTEMPTS_PER_SOURCE_IP),
  perUsername: wholeNumber("ATTEMPTS_PER_USERNAME", env.ATTEMPTS_PER_USERNAME),
  windowSeconds: wholeNumber("ATTEMPTS_WINDOW_SECONDS", env.ATTEMPTS_WINDOW_SECONDS, 1),
};
const policy = { oneIdentityPerApp: env.ONE_IDENTITY_PER_APP === "true" };
const sessionLifetimeSeconds = wholeNumber("SESSION_LIFETIME_SECONDS", env.SESSION_LIFETIME_SECONDS, 1);

await warmUp(
  wechat.connect,
  (deadline) => readNothing({ client: dynamoDb, name: env.BINDINGS_TABLE, deadline }, { key: nobody }),
  ...Object.keys(appSecretArns).map((appId) => () => appSecrets.current(appId)),
);

export const handler = loginHandler({
  deployment: { appIds: Object.keys(appSecretArns), passwords: env.VERIFIER_FUNCTION !== none },
  begin: invocations(console.log, () => performance.now()),
  needsUntil: (deadline, time) => {
    const table = (name: string) => ({ client: dynamoDb, name, deadline });
    return {
      wechat: wechat.timedBy(time),
      bindings: timed("bindings", dynamoDbBindings(table(env.BINDINGS_TABLE), policy, jitteredPause), time),
      sessions: timed("sessions", dynamoDbSessions(table(env.SESSIONS_TABLE)), time),
      tickets: timed("attempts", dynamoDbBindTickets(table(env.ATTEMPTS_TABLE)), time),
      counters: timed("attempts", dynamoDbAttemptCounters(table(env.ATTEMPTS_TABLE)), time),
      verifier:
        env.VERIFIER_FUNCTION === none
          ? none
          : timed("verifier", lambdaVerifier(lambda, env.VERIFIER_FUNCTION, deadline), time),
      limits,
      sessionLifetimeSeconds,
      now: Date.now,
      random: randomBytes,
    };
  },
});
