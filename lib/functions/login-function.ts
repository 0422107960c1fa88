import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { deadlines } from "../../contract/deadlines.ts";
import { none } from "../../contract/environment.ts";
import type { AppSecrets } from "../app-secrets.ts";
import { bundledFunction, type FunctionProps } from "../bundled-function.ts";
import { allow, allowOnSecrets, allowOnTable } from "../grants.ts";
import type { WeappLoginProps } from "../props.ts";
import type { Tables } from "../tables.ts";

export const weChatUrl = "https://api.weixin.qq.com";

export interface LoginFunctionNeeds {
  readonly tables: Tables;
  readonly appSecrets: AppSecrets;
  /** Undefined: there are no passwords. */
  readonly verifier: IFunction | undefined;
  readonly settings: Pick<WeappLoginProps, "identitiesPerAccount" | "sessionLifetime" | "attempts">;
}

export function loginFunction(
  scope: Construct,
  { tables, appSecrets, verifier, settings }: LoginFunctionNeeds,
  props: FunctionProps,
) {
  const { identitiesPerAccount, sessionLifetime = Duration.hours(24), attempts: limits = {} } = settings;
  const { bindings, sessions, attempts } = tables;
  const login = bundledFunction(scope, "Login", {
    ...props,
    function: "login",
    description: "weapp-login: ANY /login",
    environment: {
      APP_SECRETS: appSecrets.arnsAsJson,
      WECHAT_BASE_URL: weChatUrl,
      BINDINGS_TABLE: bindings.tableName,
      SESSIONS_TABLE: sessions.tableName,
      ATTEMPTS_TABLE: attempts.tableName,
      VERIFIER_FUNCTION: verifier?.functionArn ?? none,
      ONE_IDENTITY_PER_APP: String(identitiesPerAccount === "one-per-app"),
      SESSION_LIFETIME_SECONDS: seconds(sessionLifetime),
      ATTEMPTS_PER_IDENTITY: String(limits.perIdentity ?? 10),
      ATTEMPTS_PER_SOURCE_IP: String(limits.perSourceIp ?? 300),
      ATTEMPTS_PER_USERNAME: String(limits.perUsername ?? 20),
      INVALID_CODES_PER_SOURCE_IP: String(limits.invalidCodesPerSourceIp ?? 300),
      ATTEMPTS_WINDOW_SECONDS: seconds(limits.window ?? Duration.minutes(15)),
    },
    memorySize: 256,
    timeout: Duration.seconds(deadlines.login.timeoutSeconds),
  });
  allowOnTable(login, bindings, "dynamodb:GetItem", "dynamodb:UpdateItem");
  allowOnTable(login, sessions, "dynamodb:PutItem");
  allowOnTable(
    login,
    attempts,
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:UpdateItem",
    "dynamodb:DeleteItem",
  );
  allowOnSecrets(login, appSecrets.byAppId.values(), "secretsmanager:GetSecretValue");
  if (verifier) allow(login, ["lambda:InvokeFunction"], [verifier.functionArn]);
  return login;
}

function seconds(duration: Duration): string {
  return String(duration.toSeconds());
}
