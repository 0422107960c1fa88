import { passwordQuestion } from "../../contract/account-verifier.ts";
import { readEnvironment } from "../../contract/environment.ts";
import { accountVerifier } from "../core/account.ts";
import { dynamoDbAccountRows } from "../dynamodb/accounts.ts";
import { readNothing, tablesOf } from "../dynamodb/table.ts";
import { argon2id } from "../passwords/argon2id.ts";
import { outside } from "../runtime/invocation.ts";
import { shell } from "../runtime/shell.ts";
import { warmUp } from "../runtime/warm-up.ts";
import { verifierHandler } from "./handler.ts";

const env = readEnvironment("verifier", process.env);
const accounts = tablesOf()(env.ACCOUNTS_TABLE);

await warmUp(() => readNothing(accounts, { key: "nobody" }));

export const handler = shell(
  verifierHandler(
    accountVerifier(dynamoDbAccountRows(accounts), {
      ...argon2id,
      matches: (...question) => outside("hash", () => argon2id.matches(...question)),
    }),
    passwordQuestion,
  ),
);
