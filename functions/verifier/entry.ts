import { argon2id } from "../adapters/argon2id.ts";
import { documentClient, readNothing } from "../adapters/dynamodb.ts";
import { dynamoDbAccounts } from "../adapters/dynamodb-accounts.ts";
import { warmUp } from "../adapters/warm-up.ts";
import { accountVerifier } from "../core/account.ts";
import { readEnvironment } from "../environment.ts";
import { verifierHandler } from "./handler.ts";

const env = readEnvironment("verifier", process.env);
const client = documentClient();
// Usernames have no white space at their ends.
await warmUp((deadline) => readNothing({ client, name: env.ACCOUNTS_TABLE, deadline }, { username: " " }));

export const handler = verifierHandler({
  verifierUntil: (deadline) =>
    accountVerifier(dynamoDbAccounts({ client, name: env.ACCOUNTS_TABLE, deadline }), argon2id),
});
