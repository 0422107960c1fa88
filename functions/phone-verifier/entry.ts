import { randomBytes } from "node:crypto";
import * as v from "valibot";
import {
  type PasswordQuestion,
  type PhoneQuestion,
  passwordQuestion,
  phoneQuestion,
} from "../../contract/account-verifier.ts";
import { optionalVariable, readEnvironment } from "../../contract/environment.ts";
import { accountVerifier, newUserVerifier, phoneVerifier } from "../core/account.ts";
import { dynamoDbAccountRows } from "../dynamodb/accounts.ts";
import { dynamoDbNumberedUsers, dynamoDbPhoneNumbers } from "../dynamodb/phone-numbers.ts";
import { readNothing, tablesOf } from "../dynamodb/table.ts";
import { argon2id } from "../passwords/argon2id.ts";
import { outside } from "../runtime/invocation.ts";
import { shell } from "../runtime/shell.ts";
import { warmUp } from "../runtime/warm-up.ts";
import { verifierHandler } from "../verifier/handler.ts";

const env = readEnvironment("phone-verifier", process.env);
const accounts = tablesOf()(env.ACCOUNTS_TABLE);
const rows = dynamoDbAccountRows(accounts);
const hasher = {
  ...argon2id,
  matches: (...question: Parameters<typeof argon2id.matches>) =>
    outside("hash", () => argon2id.matches(...question)),
};

const byPassword = accountVerifier(rows, hasher);
const byNumber = phoneVerifier(dynamoDbPhoneNumbers(accounts, rows.find));
const builtIn = verifierHandler(
  {
    verify: (question: PasswordQuestion | PhoneQuestion) =>
      "phoneNumber" in question ? byNumber.verify(question) : byPassword.verify(question),
  },
  v.union([phoneQuestion, passwordQuestion]),
);
const numbersOnly = verifierHandler(
  newUserVerifier(dynamoDbNumberedUsers(accounts), randomBytes),
  phoneQuestion,
);

await warmUp(() => readNothing(accounts, { key: "nobody" }));

export const handler = shell(optionalVariable("PHONE_NUMBERS_ONLY", process.env) ? numbersOnly : builtIn);
