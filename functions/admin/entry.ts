import { randomBytes } from "node:crypto";
import { secretsManagerAppSecretStore } from "../adapters/app-secret-store.ts";
import { argon2id } from "../adapters/argon2id.ts";
import { documentClient } from "../adapters/dynamodb.ts";
import { dynamoDbAccounts } from "../adapters/dynamodb-accounts.ts";
import { dynamoDbBindingDirectory } from "../adapters/dynamodb-binding-directory.ts";
import { dynamoDbClient } from "../adapters/dynamodb-client.ts";
import { dynamoDbInspection, type InspectedTable } from "../adapters/dynamodb-inspection.ts";
import { dynamoDbRevocations } from "../adapters/dynamodb-revocations.ts";
import { dynamoDbSessions } from "../adapters/dynamodb-sessions.ts";
import { jitteredPause } from "../adapters/dynamodb-transaction.ts";
import { secretsManagerClient } from "../adapters/secrets-manager-client.ts";
import { weChatSecretTrials } from "../adapters/wechat-secret-trials.ts";
import { invocations, timed } from "../core/invocation.ts";
import { none, readEnvironment } from "../environment.ts";
import { adminHandler } from "./handler.ts";

const env = readEnvironment("admin", process.env);
const appSecretArns: Record<string, string> = JSON.parse(env.APP_SECRETS);
const dynamoDb = dynamoDbClient();
const client = documentClient(dynamoDb);
const appSecrets = secretsManagerAppSecretStore(secretsManagerClient(), appSecretArns);
const clock = () => performance.now();
const trials = weChatSecretTrials({ baseUrl: env.WECHAT_BASE_URL, now: Date.now, clock });
const tables: readonly InspectedTable[] = [
  { table: "Bindings", name: env.BINDINGS_TABLE, rebuildable: false },
  ...(env.ACCOUNTS_TABLE === none
    ? []
    : [{ table: "Accounts" as const, name: env.ACCOUNTS_TABLE, rebuildable: false }]),
  { table: "Sessions", name: env.SESSIONS_TABLE, rebuildable: true },
  { table: "Attempts", name: env.ATTEMPTS_TABLE, rebuildable: true },
];

export const handler = adminHandler({
  begin: invocations(console.log, clock),
  needsUntil: (deadline, time) => {
    const table = (name: string) => ({ client, name, deadline });
    return {
      accounts:
        env.ACCOUNTS_TABLE === none
          ? none
          : timed("accounts", dynamoDbAccounts(table(env.ACCOUNTS_TABLE)), time),
      directory: timed("bindings", dynamoDbBindingDirectory(table(env.BINDINGS_TABLE)), time),
      revocations: timed("bindings", dynamoDbRevocations(table(env.BINDINGS_TABLE), jitteredPause), time),
      sessions: timed("sessions", dynamoDbSessions(table(env.SESSIONS_TABLE)), time),
      hashes: argon2id,
      appIds: Object.keys(appSecretArns),
      appSecrets: timed("secret", appSecrets, time),
      trials: timed("wechat", trials, time),
      weChatUrl: env.WECHAT_BASE_URL,
      tables: timed("tables", dynamoDbInspection(dynamoDb, tables, deadline), time),
      now: Date.now,
      random: randomBytes,
    };
  },
});
