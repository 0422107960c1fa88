import { randomBytes } from "node:crypto";
import { appSecretWriter } from "../adapters/app-secret-writer.ts";
import { argon2id } from "../adapters/argon2id.ts";
import { documentClient } from "../adapters/dynamodb.ts";
import { dynamoDbAccounts } from "../adapters/dynamodb-accounts.ts";
import { dynamoDbBindingDirectory } from "../adapters/dynamodb-binding-directory.ts";
import { dynamoDbRevocations } from "../adapters/dynamodb-revocations.ts";
import { dynamoDbSessions } from "../adapters/dynamodb-sessions.ts";
import { jitteredPause } from "../adapters/dynamodb-transaction.ts";
import { secretsManagerClient } from "../adapters/secrets-manager-client.ts";
import { none, readEnvironment } from "../environment.ts";
import { adminHandler } from "./handler.ts";

const env = readEnvironment("admin", process.env);
const appSecretArns: Record<string, string> = JSON.parse(env.APP_SECRETS);
const client = documentClient();
const setAppSecret = appSecretWriter(secretsManagerClient(), appSecretArns);

export const handler = adminHandler({
  log: (facts) => console.log(facts),
  needsUntil: (deadline) => {
    const table = (name: string) => ({ client, name, deadline });
    return {
      accounts: env.ACCOUNTS_TABLE === none ? none : dynamoDbAccounts(table(env.ACCOUNTS_TABLE)),
      directory: dynamoDbBindingDirectory(table(env.BINDINGS_TABLE)),
      revocations: dynamoDbRevocations(table(env.BINDINGS_TABLE), jitteredPause),
      sessions: dynamoDbSessions(table(env.SESSIONS_TABLE)),
      hashes: argon2id,
      setAppSecret,
      appIds: Object.keys(appSecretArns),
      now: Date.now,
      random: randomBytes,
    };
  },
});
