import { type Stack, Token } from "aws-cdk-lib";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { inOutputName } from "./app-secrets.ts";
import type { DomainProps, ThrottleProps } from "./login-api.ts";
import type { WeappLoginProps } from "./props.ts";
import { checkCache } from "./session-authorizer.ts";

/**
 * Throws at synthesis for what would only fail at the deploy or after it, and for what would have no effect. The AppIds
 * are looked at where their secrets are made, the runtime where the functions are.
 */
export function checkProps(props: WeappLoginProps, stack: Stack): void {
  const { appId, otherAppIds = [], sessionLifetime, authorizerCache } = props;
  const appIds = [appId, ...otherAppIds];
  const twice = appIds.find((it, index) => appIds.indexOf(it) !== index);
  if (twice !== undefined) throw new Error(`The AppId ${twice} is named twice.`);
  checkOutputNames(otherAppIds);
  if (sessionLifetime && sessionLifetime.toSeconds() < 1) {
    throw new Error("sessionLifetime must be a second or more.");
  }
  if (authorizerCache) checkCache("authorizerCache", authorizerCache);
  checkAttempts(props);
  checkReservedConcurrency(props);
  if (props.domain) checkDomain(props.domain, stack);
  if (props.cors) checkOrigins(props.cors.allowOrigins);
  if (props.loginThrottle) checkThrottle(props.loginThrottle);
  if (props.encryptionKey) checkKey(props.encryptionKey, stack);
  checkMonitoring(props);
}

/** Each of these AppIds has an output `AppSecretName…` of its own. */
function checkOutputNames(otherAppIds: readonly string[]): void {
  for (const [index, appId] of otherAppIds.entries()) {
    const before = otherAppIds.slice(0, index).find((it) => inOutputName(it) === inOutputName(appId));
    if (before === undefined) continue;
    throw new Error(
      `The AppIds ${before} and ${appId} differ only in - and _, which the names of outputs cannot hold: give one of them a stack of its own.`,
    );
  }
}

function checkAttempts({ attempts = {}, verifier }: WeappLoginProps): void {
  const { window, ...limits } = attempts;
  if (window && window.toSeconds() < 1) throw new Error("attempts.window must be a second or more.");
  for (const [name, limit] of Object.entries(limits)) {
    if (!Number.isInteger(limit) || limit < 0) {
      throw new Error(`attempts.${name} must be a whole number, 0 or more, and is ${limit}.`);
    }
  }
  const { invalidCodesPerSourceIp: _, ...ofPasswords } = limits;
  if (verifier === "none" && Object.keys(ofPasswords).length > 0) {
    throw new Error("attempts limits passwords, and with the verifier `none` there are no passwords.");
  }
}

function checkReservedConcurrency({
  reservedConcurrency = {},
  verifier = "built-in",
}: WeappLoginProps): void {
  for (const [name, instances] of Object.entries(reservedConcurrency)) {
    if (instances !== undefined && !(Number.isInteger(instances) && instances >= 1)) {
      throw new Error(
        `reservedConcurrency.${name} must be a whole number, 1 or more, and is ${instances}. With 0, Lambda would run nothing.`,
      );
    }
  }
  if (reservedConcurrency.verifier !== undefined && verifier !== "built-in") {
    throw new Error(
      "reservedConcurrency.verifier is for the built-in verifier, and this stack has none. Set it on your own function instead.",
    );
  }
}

function checkDomain({ name, certificateArn }: DomainProps, stack: Stack): void {
  if (!Token.isUnresolved(name) && !/^([a-z0-9-]+\.)+[a-z0-9-]+$/.test(name)) {
    throw new Error(`domain.name is a host name such as login.example.com, and not "${name}".`);
  }
  if (Token.isUnresolved(certificateArn)) return;
  const region = /^arn:[\w-]+:acm:([\w-]+):\d{12}:certificate\/./.exec(certificateArn)?.[1];
  if (region === undefined) {
    throw new Error(
      `domain.certificateArn is the ARN of a certificate in AWS Certificate Manager, and not "${certificateArn}".`,
    );
  }
  if (!Token.isUnresolved(stack.region) && region !== stack.region) {
    throw new Error(
      `domain.certificateArn is of a certificate in ${region}, and API Gateway needs one in the Region of the stack, ${stack.region}.`,
    );
  }
}

function checkOrigins(allowOrigins: readonly string[]): void {
  if (allowOrigins.length === 0) throw new Error("cors.allowOrigins is empty: leave cors out instead.");
  for (const origin of allowOrigins) {
    const isOrigin = /^https?:/.test(origin) && URL.canParse(origin) && new URL(origin).origin === origin;
    if (origin !== "*" && !isOrigin) {
      throw new Error(
        `cors.allowOrigins holds origins such as https://h5.example.com, or *, and not "${origin}".`,
      );
    }
  }
  if (allowOrigins.length > 1 && allowOrigins.includes("*")) {
    throw new Error(
      "cors.allowOrigins has * among others: it allows every site, and the others would say nothing.",
    );
  }
}

function checkThrottle({ ratePerSecond, burst }: ThrottleProps): void {
  if (!(Number.isFinite(ratePerSecond) && ratePerSecond > 0)) {
    throw new Error(`loginThrottle.ratePerSecond must be a number of more than 0, and is ${ratePerSecond}.`);
  }
  if (!(Number.isInteger(burst) && burst >= 1)) {
    throw new Error(`loginThrottle.burst must be a whole number, 1 or more, and is ${burst}.`);
  }
}

function checkKey(key: IKey, stack: Stack): void {
  if (Token.isUnresolved(stack.region)) {
    throw new Error(
      "encryptionKey needs a stack with a Region: new Stack(app, id, { env: { region: 'eu-west-1' } }). " +
        "DynamoDB names the key by Region.",
    );
  }
  const { region } = key.env;
  if (!Token.isUnresolved(region) && region !== stack.region) {
    throw new Error(
      `encryptionKey is a key in ${region}, and the stack is in ${stack.region}: take one from there.`,
    );
  }
}

function checkMonitoring({ monitoring = true, alarmTopic, alarmEmail }: WeappLoginProps): void {
  if (!monitoring && (alarmTopic || alarmEmail !== undefined)) {
    throw new Error(
      "monitoring is false, so that there are no alarms: leave alarmTopic and alarmEmail out, or monitoring.",
    );
  }
  if (alarmEmail !== undefined && !Token.isUnresolved(alarmEmail) && !/^[^@\s]+@[^@\s]+$/.test(alarmEmail)) {
    throw new Error(`alarmEmail is an address such as ops@example.com, and this is "${alarmEmail}".`);
  }
}
