import { randomBytes } from "node:crypto";
import { none, readEnvironment } from "../../contract/environment.ts";
import { dynamoDbClient, lambdaClient, secretsManagerClient } from "../aws/clients.ts";
import { lambdaInspection } from "../aws/function-inspection.ts";
import { dynamoDbAccounts } from "../dynamodb/accounts.ts";
import { dynamoDbBindingDirectory } from "../dynamodb/binding-directory.ts";
import { dynamoDbInspection, type InspectedTable } from "../dynamodb/inspection.ts";
import { dynamoDbRevocations } from "../dynamodb/revocations.ts";
import { dynamoDbSessionList } from "../dynamodb/sessions.ts";
import { documentClient, tablesOf } from "../dynamodb/table.ts";
import { argon2id } from "../passwords/argon2id.ts";
import { lambdaVerifier } from "../passwords/lambda-verifier.ts";
import { shell } from "../runtime/shell.ts";
import { secretsManagerAppSecretStore } from "../wechat/app-secret-store.ts";
import { weChatSecretTrials } from "../wechat/secret-trials.ts";
import { adminHandler } from "./handler.ts";

const env = readEnvironment("admin", process.env);
const appSecretArns: Record<string, string> = JSON.parse(env.APP_SECRETS);
const dynamoDb = dynamoDbClient();
const appSecrets = secretsManagerAppSecretStore(secretsManagerClient(), appSecretArns);
const lambda = lambdaClient();
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

const table = tablesOf(documentClient(dynamoDb));
const bindings = table(env.BINDINGS_TABLE);

export const handler = shell(
  adminHandler({
    accounts:
      env.ACCOUNTS_TABLE === none
        ? undefined
        : dynamoDbAccounts(table(env.ACCOUNTS_TABLE), env.BINDINGS_TABLE),
    directory: dynamoDbBindingDirectory(bindings),
    revocations: dynamoDbRevocations(bindings),
    sessions: dynamoDbSessionList(table(env.SESSIONS_TABLE)),
    hashes: argon2id,
    appIds: Object.keys(appSecretArns),
    appSecrets,
    trials,
    weChatUrl: env.WECHAT_BASE_URL,
    tables: dynamoDbInspection(dynamoDb, tables),
    functions: lambdaInspection(lambda, [
      { function: "login", name: env.LOGIN_FUNCTION },
      { function: "session", name: env.SESSION_FUNCTION },
      { function: "authorizer", name: env.AUTHORIZER_FUNCTION },
    ]),
    verifier: env.VERIFIER_FUNCTION === none ? undefined : lambdaVerifier(lambda, env.VERIFIER_FUNCTION),
    clock,
    now: Date.now,
    random: randomBytes,
  }),
);
