import { randomBytes } from "node:crypto";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { appSecretWriter } from "../adapters/app-secret-writer.ts";
import { argon2id } from "../adapters/argon2id.ts";
import { documentClient } from "../adapters/dynamodb.ts";
import { dynamoDbAccounts } from "../adapters/dynamodb-accounts.ts";
import { dynamoDbBindingDirectory } from "../adapters/dynamodb-binding-directory.ts";
import { dynamoDbRevocations } from "../adapters/dynamodb-revocations.ts";
import { dynamoDbSessions } from "../adapters/dynamodb-sessions.ts";
import { jitteredPause } from "../adapters/dynamodb-transaction.ts";
import { invocations, timed } from "../core/invocation.ts";
import { none, readEnvironment } from "../environment.ts";
import { adminHandler } from "./handler.ts";

const env = readEnvironment("admin", process.env);
const appSecretArns: Record<string, string> = JSON.parse(env.APP_SECRETS);
const client = documentClient();
const setAppSecret = appSecretWriter(new SecretsManagerClient(), appSecretArns);

export const handler = adminHandler({
  begin: invocations(console.log, () => performance.now()),
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
      setAppSecret,
      appIds: Object.keys(appSecretArns),
      now: Date.now,
      random: randomBytes,
    };
  },
});
