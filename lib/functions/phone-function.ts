import type { Construct } from "constructs";
import type { AppSecrets } from "../app-secrets.ts";
import { BundledFunction, type FunctionProps } from "../bundled-function.ts";
import { allowOnSecrets, allowOnTable } from "../grants.ts";
import type { Props } from "../prop-schemas.ts";
import type { Tables } from "../tables.ts";

export interface PhoneFunctionNeeds {
  readonly tables: Tables;
  readonly appSecrets: AppSecrets;
  readonly weChatBaseUrl: string;
  readonly settings: NonNullable<Props["phone"]>;
}

export function phoneFunction(
  scope: Construct,
  { tables: { bindings, attempts }, appSecrets, weChatBaseUrl, settings }: PhoneFunctionNeeds,
  props: FunctionProps,
) {
  const { perDay, perIdentity, keepNumber } = settings;
  const phone = new BundledFunction(scope, "Phone", {
    ...props,
    function: "phone",
    description: "weapp-login: asks WeChat for the phone number of a session's owner",
    environment: {
      APP_SECRETS: appSecrets.arnsAsJson,
      WECHAT_BASE_URL: weChatBaseUrl,
      BINDINGS_TABLE: bindings.tableName,
      ATTEMPTS_TABLE: attempts.tableName,
      PHONE_PER_DAY: String(perDay),
      PHONE_PER_IDENTITY: String(perIdentity),
      PHONE_KEEP_NUMBER: String(keepNumber),
    },
    memorySize: 256,
  });
  allowOnTable(phone, attempts, "dynamodb:UpdateItem");
  if (keepNumber) allowOnTable(phone, bindings, "dynamodb:UpdateItem");
  allowOnSecrets(phone, appSecrets.byAppId.values(), "secretsmanager:GetSecretValue");
  return phone;
}
