import { randomBytes } from "node:crypto";
import { none, optionalVariable, readEnvironment } from "../../contract/environment.ts";
import { dynamoDbClient, lambdaClient, secretsManagerClient } from "../aws/clients.ts";
import { lambdaInspection } from "../aws/function-inspection.ts";
import { accessTokens } from "../core/access-token.ts";
import { dynamoDbAccounts } from "../dynamodb/accounts.ts";
import { dynamoDbBindingDirectory } from "../dynamodb/binding-directory.ts";
import { dynamoDbInspection, type InspectedTable } from "../dynamodb/inspection.ts";
import { dynamoDbNumberMemory } from "../dynamodb/number-memory.ts";
import { dynamoDbNumberedUsers } from "../dynamodb/phone-numbers.ts";
import { dynamoDbRevocations } from "../dynamodb/revocations.ts";
import { dynamoDbSessionKeys } from "../dynamodb/session-keys.ts";
import { dynamoDbSessionList } from "../dynamodb/sessions.ts";
import { documentClient, tablesOf } from "../dynamodb/table.ts";
import { argon2id } from "../passwords/argon2id.ts";
import { lambdaVerifier } from "../passwords/lambda-verifier.ts";
import { shell } from "../runtime/shell.ts";
import { secretsManagerAppSecrets } from "../wechat/app-secret.ts";
import { secretsManagerAppSecretStore } from "../wechat/app-secret-store.ts";
import { weChatHost } from "../wechat/host.ts";
import { weChatSecretTrials } from "../wechat/secret-trials.ts";
import { serverCalls } from "../wechat/server-call.ts";
import { presentSessionKeys } from "../wechat/session-keys.ts";
import { stableToken } from "../wechat/stable-token.ts";
import { adminHandler } from "./handler.ts";

const env = readEnvironment("admin", process.env);
const numbersOnly = optionalVariable("PHONE_NUMBERS_ONLY", process.env) !== undefined;
const keysTable = optionalVariable("SESSION_KEYS_TABLE", process.env);
const appSecretArns: Record<string, string> = JSON.parse(env.APP_SECRETS);
const dynamoDb = dynamoDbClient();
const secretsManager = secretsManagerClient();
const appSecrets = secretsManagerAppSecretStore(secretsManager, appSecretArns);
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
  ...(keysTable === undefined ? [] : [{ table: "SessionKeys" as const, name: keysTable, rebuildable: true }]),
];

const table = tablesOf(documentClient(dynamoDb));
const bindings = table(env.BINDINGS_TABLE);
const calls = serverCalls(weChatHost(env.WECHAT_BASE_URL, Date.now));
const stable = stableToken(calls);
const tokens = accessTokens({
  stableToken: stable,
  appSecrets: secretsManagerAppSecrets(secretsManager, appSecretArns, Date.now),
  now: Date.now,
});

export const handler = shell(
  adminHandler({
    accounts:
      env.ACCOUNTS_TABLE === none || numbersOnly
        ? undefined
        : dynamoDbAccounts(table(env.ACCOUNTS_TABLE), {
            bindings: env.BINDINGS_TABLE,
            appIds: Object.keys(appSecretArns),
          }),
    numberedUsers: numbersOnly ? dynamoDbNumberedUsers(table(env.ACCOUNTS_TABLE)) : undefined,
    numberMemory: dynamoDbNumberMemory(bindings),
    directory: dynamoDbBindingDirectory(bindings),
    revocations: dynamoDbRevocations(bindings),
    sessions: dynamoDbSessionList(table(env.SESSIONS_TABLE)),
    hashes: argon2id,
    openData:
      keysTable === undefined
        ? undefined
        : {
            sessionKeys: dynamoDbSessionKeys(table(keysTable)),
            present: presentSessionKeys(calls, tokens),
          },
    appIds: Object.keys(appSecretArns),
    appSecrets,
    trials,
    stableToken: stable,
    accessTokens: optionalVariable("ACCESS_TOKENS", process.env) !== undefined,
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
