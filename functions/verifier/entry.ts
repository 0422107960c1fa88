import { argon2id } from "../adapters/argon2id.ts";
import { documentClient, readNothing } from "../adapters/dynamodb.ts";
import { dynamoDbAccounts } from "../adapters/dynamodb-accounts.ts";
import { warmUp } from "../adapters/warm-up.ts";
import { accountVerifier } from "../core/account.ts";
import { invocations, timed } from "../core/invocation.ts";
import { readEnvironment } from "../environment.ts";
import { verifierHandler } from "./handler.ts";

const env = readEnvironment("verifier", process.env);
const client = documentClient();
// Usernames have no white space at their ends.
await warmUp((deadline) => readNothing({ client, name: env.ACCOUNTS_TABLE, deadline }, { username: " " }));

export const handler = verifierHandler({
  begin: invocations(console.log, () => performance.now()),
  verifierUntil: (deadline, time) =>
    accountVerifier(
      timed("accounts", dynamoDbAccounts({ client, name: env.ACCOUNTS_TABLE, deadline }), time),
      { ...argon2id, matches: (...question) => time("hash", () => argon2id.matches(...question)) },
    ),
});
