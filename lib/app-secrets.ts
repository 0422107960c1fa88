import { RemovalPolicy, SecretValue, Stack } from "aws-cdk-lib";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { appSecretPlaceholder } from "../contract/environment.ts";
import { acknowledge } from "./acknowledge.ts";

/** One secret per mini-program. */
export interface AppSecrets {
  readonly byAppId: ReadonlyMap<string, Secret>;
  /** `{ APPID: ARN }`, for the functions' environment. */
  readonly arnsAsJson: string;
}

export function appSecrets(scope: Construct, appIds: readonly string[], key?: IKey): AppSecrets {
  const byAppId = new Map(appIds.map((appId) => [appId, appSecret(scope, appId, key)]));
  const arns = Object.fromEntries([...byAppId].map(([appId, secret]) => [appId, secret.secretArn]));
  return { byAppId, arnsAsJson: Stack.of(scope).toJsonString(arns) };
}

/** What of an AppId the name of an output may hold. */
export function inOutputName(appId: string): string {
  return appId.replaceAll(/[-_]/g, "");
}

/**
 * The secret that holds a mini-program's AppSecret, as plain text. The template carries only a placeholder, which
 * login refuses; CloudFormation leaves a value set later alone as long as the placeholder stays the same. Retained: a
 * lost AppSecret must be reset in WeChat's console, which ends every other use of it. Not where its creation is taken back:
 * nothing was set yet, and every further try would leave one more behind.
 */
function appSecret(scope: Construct, appId: string, encryptionKey?: IKey): Secret {
  const secret = new Secret(scope, `AppSecret-${appId}`, {
    description: `AppSecret of the mini-program ${appId}`,
    secretStringValue: SecretValue.unsafePlainText(appSecretPlaceholder),
    removalPolicy: RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
    ...(encryptionKey && { encryptionKey }),
  });
  acknowledge(secret, {
    id: "AwsSolutions-SMG4",
    reason:
      "WeChat has no API that changes an AppSecret: its owner resets it in WeChat's console and stores it with `weapp-login secret set`.",
  });
  return secret;
}
