import { type Stack, Token } from "aws-cdk-lib";
import type { IKey } from "aws-cdk-lib/aws-kms";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import { inOutputName } from "./app-secrets.ts";
import { isElsewhere } from "./elsewhere.ts";
import { type Props, propSchemas } from "./prop-schemas.ts";
import type { WeappLoginProps } from "./props.ts";
import { readBy } from "./schemas.ts";

/**
 * The props with their defaults. Throws at synthesis for what is no such prop or may not be its value, for what would
 * only fail at the deploy or after it, and for what would have no effect.
 */
export function readProps(given: WeappLoginProps, stack: Stack): Props {
  const props = readBy(propSchemas, given);
  checkAppIds(props);
  checkVerifier(props, given, stack);
  if (props.phone?.numberInContext && !props.phone.keepNumber) {
    throw new Error("phone.numberInContext needs phone.keepNumber: what is not kept cannot be told.");
  }
  if (props.domain) checkCertificate(props.domain.certificateArn, stack);
  if (props.encryptionKey) checkKey(props.encryptionKey, stack);
  checkMonitoring(props, stack);
  return props;
}

function checkAppIds({ appId, otherAppIds }: Props): void {
  const appIds = [appId, ...otherAppIds];
  const twice = appIds.find((it, index) => appIds.indexOf(it) !== index);
  if (twice !== undefined) throw new Error(`otherAppIds: the AppId ${twice} is named twice.`);
  // Each of these has an output `AppSecretName…` of its own.
  for (const [index, other] of otherAppIds.entries()) {
    const before = otherAppIds.slice(0, index).find((it) => inOutputName(it) === inOutputName(other));
    if (before === undefined) continue;
    throw new Error(
      `otherAppIds: ${before} and ${other} differ only in - and _, which the names of outputs cannot hold: give one of them a stack of its own.`,
    );
  }
}

function checkVerifier(
  { verifier, reservedConcurrency }: Props,
  { attempts = {} }: WeappLoginProps,
  stack: Stack,
): void {
  const { invalidCodesPerSourceIp: _, ...ofPasswords } = attempts;
  if (verifier === "none" && Object.values(ofPasswords).some((limit) => limit !== undefined)) {
    throw new Error("attempts limits passwords, and with the verifier `none` there are no passwords.");
  }
  if (reservedConcurrency.verifier !== undefined && verifier !== "built-in") {
    throw new Error(
      "reservedConcurrency.verifier is for the built-in verifier, and this stack has none. Set it on your own function instead.",
    );
  }
  if (typeof verifier === "object") checkRegion("verifier", "a function", verifier, stack);
}

function checkCertificate(certificateArn: string, stack: Stack): void {
  if (Token.isUnresolved(certificateArn)) return;
  const [, , , region = "", account = ""] = certificateArn.split(":");
  if (isElsewhere(region, stack.region)) {
    throw new Error(
      `domain.certificateArn is of a certificate in ${region}, and API Gateway needs one in the Region of the stack, ${stack.region}.`,
    );
  }
  if (isElsewhere(account, stack.account)) {
    throw new Error(
      `domain.certificateArn is of a certificate of the account ${account}, and API Gateway needs one of the stack's, ${stack.account}.`,
    );
  }
}

function checkKey(key: IKey, stack: Stack): void {
  if (Token.isUnresolved(stack.region)) {
    throw new Error(
      "encryptionKey needs a stack with a Region: new Stack(app, id, { env: { region: 'eu-west-1' } }). " +
        "DynamoDB names the key by Region.",
    );
  }
  checkRegion("encryptionKey", "a key", key, stack);
}

function checkMonitoring({ monitoring, alarmTopic, alarmEmail, runbookUrl }: Props, stack: Stack): void {
  if (!monitoring && (alarmTopic || (alarmEmail ?? runbookUrl) !== undefined)) {
    throw new Error(
      "monitoring is false, so that there are no alarms: leave alarmTopic, alarmEmail and runbookUrl out, or monitoring.",
    );
  }
  if (alarmTopic) checkRegion("alarmTopic", "a topic", alarmTopic, stack);
}

function checkRegion(name: string, what: string, { env }: IFunction | IKey | ITopic, stack: Stack): void {
  if (!isElsewhere(env.region, stack.region)) return;
  throw new Error(
    `${name} is ${what} in ${env.region}, and the stack is in ${stack.region}: take one from there.`,
  );
}
