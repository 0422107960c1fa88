import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { none } from "../../contract/environment.ts";
import type { AppSecrets } from "../app-secrets.ts";
import { BundledFunction, type FunctionProps } from "../bundled-function.ts";
import { allowOnSecrets, allowOnTable } from "../grants.ts";
import type { Tables } from "../tables.ts";

export interface AdminFunctionNeeds {
  readonly tables: Tables;
  readonly appSecrets: AppSecrets;
  readonly weChatBaseUrl: string;
  readonly behindApi: Readonly<Record<"login" | "session" | "authorizer", IFunction>>;
  /** Undefined: there are no passwords. */
  readonly verifier: IFunction | undefined;
  /** Whether the table of accounts has phone numbers, and nothing else. */
  readonly numbersOnly: boolean;
}

/** What operators do, invoked with IAM only. */
export function adminFunction(
  scope: Construct,
  { tables, appSecrets, weChatBaseUrl, behindApi, verifier, numbersOnly }: AdminFunctionNeeds,
  props: FunctionProps,
) {
  const { bindings, sessions, attempts, accounts, sessionKeys } = tables;
  const admin = new BundledFunction(scope, "Admin", {
    ...props,
    function: "admin",
    description: "weapp-login: what operators do, invoked with IAM only",
    environment: {
      APP_SECRETS: appSecrets.arnsAsJson,
      WECHAT_BASE_URL: weChatBaseUrl,
      BINDINGS_TABLE: bindings.tableName,
      SESSIONS_TABLE: sessions.tableName,
      ATTEMPTS_TABLE: attempts.tableName,
      ACCOUNTS_TABLE: accounts?.tableName ?? none,
      LOGIN_FUNCTION: behindApi.login.functionName,
      SESSION_FUNCTION: behindApi.session.functionName,
      AUTHORIZER_FUNCTION: behindApi.authorizer.functionName,
      VERIFIER_FUNCTION: verifier?.functionArn ?? none,
      ...(numbersOnly && { PHONE_NUMBERS_ONLY: "true" }),
      ...(sessionKeys && { SESSION_KEYS_TABLE: sessionKeys.tableName }),
    },
    // One vCPU: it hashes the passwords of an import.
    memorySize: 1_769,
  });
  allowOnTable(admin, bindings, "dynamodb:GetItem", "dynamodb:UpdateItem");
  allowOnTable(admin, sessions, "dynamodb:Query", "dynamodb:DeleteItem");
  if (accounts && numbersOnly) allowOnTable(admin, accounts, "dynamodb:GetItem", "dynamodb:DeleteItem");
  else if (accounts) {
    allowOnTable(
      admin,
      accounts,
      "dynamodb:GetItem",
      "dynamodb:BatchGetItem",
      "dynamodb:PutItem",
      "dynamodb:UpdateItem",
      "dynamodb:DeleteItem",
    );
  }
  if (sessionKeys) allowOnTable(admin, sessionKeys, "dynamodb:GetItem", "dynamodb:UpdateItem");
  // What `doctor` looks at.
  for (const table of accounts ? [bindings, accounts] : [bindings]) {
    allowOnTable(admin, table, "dynamodb:DescribeTable", "dynamodb:DescribeContinuousBackups");
  }
  for (const table of sessionKeys ? [sessions, attempts, sessionKeys] : [sessions, attempts]) {
    allowOnTable(admin, table, "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive");
  }
  admin.allow({
    actions: ["lambda:GetFunctionConfiguration", "lambda:GetPolicy"],
    resources: Object.values(behindApi).map(({ functionArn }) => functionArn),
  });
  if (verifier) admin.allow({ actions: ["lambda:InvokeFunction"], resources: [verifier.functionArn] });
  allowOnSecrets(
    admin,
    appSecrets.byAppId.values(),
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
  );
  return admin;
}
