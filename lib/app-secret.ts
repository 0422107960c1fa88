import { RemovalPolicy, SecretValue } from "aws-cdk-lib";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { appSecretPlaceholder } from "../functions/environment.ts";

/**
 * The secret that holds a mini-program's AppSecret, as plain text. The template carries only a placeholder, which
 * login refuses; CloudFormation leaves a value set later alone as long as the placeholder stays the same. Retained: a
 * lost AppSecret must be reset in WeChat's console, which ends every other use of it.
 */
export function appSecret(scope: Construct, appId: string): Secret {
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(appId)) {
    throw new Error(`An AppId looks like wx0123456789abcdef, and this is "${appId}".`);
  }
  return new Secret(scope, `AppSecret-${appId}`, {
    description: `AppSecret of the mini-program ${appId}`,
    secretStringValue: SecretValue.unsafePlainText(appSecretPlaceholder),
    removalPolicy: RemovalPolicy.RETAIN,
  });
}
