import type { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import { none } from "../../contract/environment.ts";
import type { AppSecrets } from "../app-secrets.ts";
import { BundledFunction, type FunctionProps } from "../bundled-function.ts";
import { allowOnSecrets, allowOnTable } from "../grants.ts";
import type { Props } from "../prop-schemas.ts";
import type { Tables } from "../tables.ts";

export interface LoginFunctionNeeds {
  readonly tables: Tables;
  readonly appSecrets: AppSecrets;
  /** Undefined: there are no passwords. */
  readonly verifier: IFunction | undefined;
  /** Who knows phone numbers. Undefined: nobody logs in by one. */
  readonly phoneVerifier: IFunction | undefined;
  readonly settings: Pick<
    Props,
    | "weChatBaseUrl"
    | "verifier"
    | "identitiesPerAccount"
    | "sessionLifetime"
    | "phone"
    | "sessionKeys"
    | "attempts"
    | "riskRank"
  >;
}

/** Whether these props ask for something that only the bundle full-login carries. */
export function isFull({
  phone,
  sessionKeys,
  riskRank,
}: Pick<Props, "phone" | "sessionKeys" | "riskRank">): boolean {
  return phone !== undefined || sessionKeys || riskRank !== undefined;
}

export function loginFunction(
  scope: Construct,
  { tables, appSecrets, verifier, phoneVerifier, settings }: LoginFunctionNeeds,
  props: FunctionProps,
) {
  const {
    weChatBaseUrl,
    identitiesPerAccount,
    sessionLifetime,
    attempts: limits,
    phone,
    riskRank,
  } = settings;
  const { bindings, sessions, attempts, sessionKeys } = tables;
  const login = new BundledFunction(scope, "Login", {
    ...props,
    function: isFull(settings) ? "full-login" : "login",
    description: "weapp-login: ANY /login",
    environment: {
      APP_SECRETS: appSecrets.arnsAsJson,
      WECHAT_BASE_URL: weChatBaseUrl,
      BINDINGS_TABLE: bindings.tableName,
      SESSIONS_TABLE: sessions.tableName,
      ATTEMPTS_TABLE: attempts.tableName,
      VERIFIER_FUNCTION: verifier?.functionArn ?? none,
      IDENTITIES_PER_ACCOUNT: identitiesPerAccount,
      SESSION_LIFETIME_SECONDS: seconds(sessionLifetime),
      ATTEMPTS_PER_IDENTITY: String(limits.perIdentity),
      ATTEMPTS_PER_SOURCE_IP: String(limits.perSourceIp),
      ATTEMPTS_PER_USERNAME: String(limits.perUsername),
      INVALID_CODES_PER_SOURCE_IP: String(limits.invalidCodesPerSourceIp),
      ATTEMPTS_WINDOW_SECONDS: seconds(limits.window),
      ...(typeof settings.verifier === "object" && { VERIFIER_IS_OWNERS: "true" }),
      ...(phone &&
        phoneVerifier && {
          PHONE_VERIFIER_FUNCTION: phoneVerifier.functionArn,
          PHONE_PER_DAY: String(phone.perDay),
          PHONE_PER_IDENTITY: String(phone.perIdentity),
          PHONE_NEXT_HOLDER: phone.nextHolder,
          PHONE_KEEP_NUMBER: String(phone.keepNumber),
        }),
      ...(riskRank && { RISK_RANK_REFUSE_FROM: String(riskRank.refuseFrom) }),
      ...(sessionKeys && { SESSION_KEYS_TABLE: sessionKeys.tableName }),
    },
    memorySize: 256,
  });
  allowOnTable(login, bindings, "dynamodb:GetItem", "dynamodb:UpdateItem");
  allowOnTable(login, sessions, "dynamodb:PutItem");
  allowOnTable(login, attempts, "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem");
  if (sessionKeys) allowOnTable(login, sessionKeys, "dynamodb:UpdateItem");
  allowOnSecrets(login, appSecrets.byAppId.values(), "secretsmanager:GetSecretValue");
  const invoked = verifier ?? phoneVerifier;
  if (invoked) login.allow({ actions: ["lambda:InvokeFunction"], resources: [invoked.functionArn] });
  return login;
}

function seconds(duration: Duration): string {
  return String(duration.toSeconds());
}
