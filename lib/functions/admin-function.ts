import { Duration } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { deadlines } from "../../contract/deadlines.ts";
import { none } from "../../contract/environment.ts";
import type { AppSecrets } from "../app-secrets.ts";
import { bundledFunction, type FunctionProps } from "../bundled-function.ts";
import { allowOnSecrets, allowOnTable } from "../grants.ts";
import type { Tables } from "../tables.ts";
import { weChatUrl } from "./login-function.ts";

/** What operators do, invoked with IAM only. */
export function adminFunction(
  scope: Construct,
  { tables, appSecrets }: { tables: Tables; appSecrets: AppSecrets },
  props: FunctionProps,
) {
  const { bindings, sessions, attempts, accounts } = tables;
  const admin = bundledFunction(scope, "Admin", {
    ...props,
    function: "admin",
    description: "weapp-login: what operators do, invoked with IAM only",
    environment: {
      APP_SECRETS: appSecrets.arnsAsJson,
      WECHAT_BASE_URL: weChatUrl,
      BINDINGS_TABLE: bindings.tableName,
      SESSIONS_TABLE: sessions.tableName,
      ATTEMPTS_TABLE: attempts.tableName,
      ACCOUNTS_TABLE: accounts?.tableName ?? none,
    },
    // One vCPU: it hashes the passwords of an import.
    memorySize: 1_769,
    timeout: Duration.seconds(deadlines.admin.timeoutSeconds),
  });
  allowOnTable(admin, bindings, "dynamodb:GetItem", "dynamodb:UpdateItem");
  allowOnTable(admin, sessions, "dynamodb:Query", "dynamodb:DeleteItem");
  if (accounts) {
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
  // What `doctor` looks at: no item, and so no key, of any table.
  for (const table of accounts ? [bindings, accounts] : [bindings]) {
    table.grant(admin, "dynamodb:DescribeTable", "dynamodb:DescribeContinuousBackups");
  }
  for (const table of [sessions, attempts]) {
    table.grant(admin, "dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive");
  }
  allowOnSecrets(
    admin,
    appSecrets.byAppId.values(),
    "secretsmanager:GetSecretValue",
    "secretsmanager:PutSecretValue",
  );
  return admin;
}
