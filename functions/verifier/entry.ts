import { argon2id } from "../adapters/argon2id.ts";
import { documentClient } from "../adapters/dynamodb.ts";
import { dynamoDbAccounts } from "../adapters/dynamodb-accounts.ts";
import { accountVerifier } from "../core/account.ts";
import { readEnvironment } from "../environment.ts";
import { verifierHandler } from "./handler.ts";

const env = readEnvironment("verifier", process.env);
const client = documentClient();

export const handler = verifierHandler({
  verifierUntil: (deadline) =>
    accountVerifier(dynamoDbAccounts({ client, name: env.ACCOUNTS_TABLE, deadline }), argon2id),
});
