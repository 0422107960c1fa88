import { Annotations, RemovalPolicy } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { type Props, propSchemas } from "./prop-schemas.ts";

const wayBack = "The way back: docs/adopt-retained.md.";

/** Warns at synthesis of what these props leave behind or take along. */
export function warnOfLosses(scope: Construct, { verifier, removalPolicy, weChatBaseUrl }: Props): void {
  const annotations = Annotations.of(scope);
  if (verifier !== "built-in") {
    annotations.addWarningV2(
      "weapp-login:noAccounts",
      `verifier is not built-in. If an earlier deploy had it, this one leaves the table Accounts behind, and going back makes an empty one. ${wayBack}`,
    );
  }
  if (removalPolicy === RemovalPolicy.DESTROY) {
    annotations.addWarningV2(
      "weapp-login:destroy",
      "removalPolicy is DESTROY: whoever deletes this stack deletes every binding and account with it.",
    );
  }
  const { host } = new URL(weChatBaseUrl);
  if (weChatBaseUrl !== propSchemas.weChatBaseUrl.default && !host.endsWith(".weixin.qq.com")) {
    annotations.addWarningV2(
      "weapp-login:weChatBaseUrl",
      `weChatBaseUrl is no address of WeChat's: codes and AppSecrets are sent to ${weChatBaseUrl}.`,
    );
  }
}

/** Warns at synthesis of what outlives the stack, and of what a next deploy would then make anew and empty. */
export function warnOfWhatStays(scope: Construct): void {
  Annotations.of(scope).addWarningV2(
    "weapp-login:kept",
    `The tables Bindings and Accounts and the AppSecrets outlive this stack. A first deploy that fails leaves the tables behind, and another appId the secret of the old one: the next deploy makes new, empty ones. ${wayBack}`,
  );
}
