import { randomBytes } from "node:crypto";
import { none, readEnvironment } from "../../contract/environment.ts";
import { dynamoDbClient, secretsManagerClient } from "../aws/clients.ts";
import { dynamoDbAccounts } from "../dynamodb/accounts.ts";
import { dynamoDbBindingDirectory } from "../dynamodb/binding-directory.ts";
import { dynamoDbInspection, type InspectedTable } from "../dynamodb/inspection.ts";
import { dynamoDbRevocations } from "../dynamodb/revocations.ts";
import { dynamoDbSessions } from "../dynamodb/sessions.ts";
import { documentClient } from "../dynamodb/table.ts";
import { jitteredPause } from "../dynamodb/transaction.ts";
import { argon2id } from "../passwords/argon2id.ts";
import { invocations, timed } from "../runtime/invocation.ts";
import { secretsManagerAppSecretStore } from "../wechat/app-secret-store.ts";
import { weChatSecretTrials } from "../wechat/secret-trials.ts";
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
