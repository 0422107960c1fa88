import type { Construct } from "constructs";
import type { AppSecrets } from "../app-secrets.ts";
import { BundledFunction, type FunctionProps } from "../bundled-function.ts";
import { allowOnSecrets } from "../grants.ts";

/** Lends the access token to the owner's Lambdas: invoked with IAM only, and may read AppSecrets and nothing else. */
export function accessTokenFunction(
  scope: Construct,
  { appSecrets, weChatBaseUrl }: { appSecrets: AppSecrets; weChatBaseUrl: string },
  props: FunctionProps,
) {
  const accessToken = new BundledFunction(scope, "AccessToken", {
    ...props,
    function: "access-token",
    description: "weapp-login: WeChat's access token for the owner's Lambdas, invoked with IAM only",
    environment: { APP_SECRETS: appSecrets.arnsAsJson, WECHAT_BASE_URL: weChatBaseUrl },
    memorySize: 256,
  });
  allowOnSecrets(accessToken, appSecrets.byAppId.values(), "secretsmanager:GetSecretValue");
  return accessToken;
}
