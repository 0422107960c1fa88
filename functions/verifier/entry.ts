import { readEnvironment } from "../../contract/environment.ts";
import { accountVerifier } from "../core/account.ts";
import { dynamoDbAccounts } from "../dynamodb/accounts.ts";
import { documentClient, readNothing } from "../dynamodb/table.ts";
import { argon2id } from "../passwords/argon2id.ts";
import { invocations, timed } from "../runtime/invocation.ts";
import { warmUp } from "../runtime/warm-up.ts";
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
