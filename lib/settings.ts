import { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { Node } from "constructs";
import { sampleAppId, type WeappLoginStackProps } from "./weapp-login-stack.ts";

const readers = {
  appId: (value: string) => ({ appId: value }),
  otherAppIds: (value: string) => ({ otherAppIds: list(value) }),
  sessionLifetimeSeconds: (value: string) => ({ sessionLifetime: seconds(value) }),
  authorizerCacheSeconds: (value: string) => ({ authorizerCache: seconds(value) }),
  attemptsPerSourceIp: (value: string) => ({ attempts: { perSourceIp: wholeNumber(value) } }),
  reservedAuthorizers: (value: string) => ({ reservedConcurrency: { authorizer: wholeNumber(value) } }),
  removalPolicy: (value: string) => ({ removalPolicy: removalPolicy(value) }),
  verifier: (value: string) => ({ verifier: oneOf(value, "built-in", "none") }),
  identitiesPerAccount: (value: string) => ({ identitiesPerAccount: oneOf(value, "many", "one-per-app") }),
  corsOrigins: (value: string) => ({ cors: { allowOrigins: list(value) } }),
  monitoring: (value: string) => ({ monitoring: oneOf(value, "true", "false") === "true" }),
  alarmEmail: (value: string) => ({ alarmEmail: value }),
  hello: (value: string) => ({ hello: oneOf(value, "true", "false") === "true" }),
} satisfies Record<string, (value: string) => Partial<WeappLoginStackProps>>;

/** The stack's settings out of the CDK context: cdk.json, or `-c name=value` on the command line. */
export function settingsFromContext(node: Node): WeappLoginStackProps {
  const domainName = text(node, "domainName");
  const certificateArn = text(node, "certificateArn");
  if ((domainName === undefined) !== (certificateArn === undefined)) {
    throw new Error("The context values domainName and certificateArn go together.");
  }
  const rate = number(node, "loginRatePerSecond");
  const burst = number(node, "loginBurst");
  if ((rate === undefined) !== (burst === undefined)) {
    throw new Error("The context values loginRatePerSecond and loginBurst go together.");
  }
  const settings: Partial<WeappLoginStackProps>[] = Object.entries(readers).map(([name, read]) => {
    const value = text(node, name);
    try {
      return value === undefined ? {} : read(value);
    } catch (error) {
      throw new Error(`The context value ${name}: ${error instanceof Error ? error.message : error}`);
    }
  });
  return Object.assign({ appId: sampleAppId }, ...settings, {
    ...(domainName && certificateArn && { domain: { name: domainName, certificateArn } }),
    ...(rate !== undefined && burst !== undefined && { loginThrottle: { ratePerSecond: rate, burst } }),
  });
}

function text(node: Node, name: string): string | undefined {
  const value: unknown = node.tryGetContext(name);
  return value === undefined || value === "" ? undefined : String(value);
}

function number(node: Node, name: string): number | undefined {
  const value = text(node, name);
  if (value !== undefined && !/^\d{1,9}(\.\d{1,9})?$/.test(value)) {
    throw new Error(`The context value ${name}: "${value}" is not a number.`);
  }
  return value === undefined ? undefined : Number(value);
}

function list(value: string): string[] {
  return value.split(",").map((each) => each.trim());
}

function seconds(value: string): Duration {
  if (!/^\d{1,9}$/.test(value)) throw new Error(`"${value}" is not a whole number of seconds.`);
  return Duration.seconds(Number(value));
}

function wholeNumber(value: string): number {
  if (!/^\d{1,9}$/.test(value)) throw new Error(`"${value}" is not a whole number.`);
  return Number(value);
}

function removalPolicy(value: string): RemovalPolicy {
  return oneOf(value, "retain", "destroy") === "retain" ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY;
}

function oneOf<T extends string>(value: string, ...choices: T[]): T {
  const choice = choices.find((it) => it === value);
  if (choice === undefined) throw new Error(`"${value}" is neither ${choices.join(" nor ")}.`);
  return choice;
}
