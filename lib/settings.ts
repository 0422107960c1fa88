import { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { Node } from "constructs";
import type { WeappLoginStackProps } from "./weapp-login-stack.ts";

/** The AppId that cdk.json comes with: good for a laptop and for looking at the template, not for WeChat. */
export const sampleAppId = "wx0123456789abcdef";

const readers = {
  appId: (value: string) => ({ appId: value }),
  otherAppIds: (value: string) => ({ otherAppIds: value.split(",").map((appId) => appId.trim()) }),
  sessionLifetimeSeconds: (value: string) => ({ sessionLifetime: seconds(value) }),
  authorizerCacheSeconds: (value: string) => ({ authorizerCache: seconds(value) }),
  removalPolicy: (value: string) => ({ removalPolicy: removalPolicy(value) }),
  hello: (value: string) => ({ hello: yesOrNo(value) }),
} satisfies Record<string, (value: string) => Partial<WeappLoginStackProps>>;

/** The stack's settings out of the CDK context: cdk.json, or `-c name=value` on the command line. */
export function settingsFromContext(node: Node): WeappLoginStackProps {
  const domainName = text(node, "domainName");
  const certificateArn = text(node, "certificateArn");
  if ((domainName === undefined) !== (certificateArn === undefined)) {
    throw new Error("The context values domainName and certificateArn go together.");
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
  });
}

function text(node: Node, name: string): string | undefined {
  const value: unknown = node.tryGetContext(name);
  return value === undefined || value === "" ? undefined : String(value);
}

function seconds(value: string): Duration {
  if (!/^\d{1,9}$/.test(value)) throw new Error(`"${value}" is not a whole number of seconds.`);
  return Duration.seconds(Number(value));
}

function removalPolicy(value: string): RemovalPolicy {
  if (value === "retain") return RemovalPolicy.RETAIN;
  if (value === "destroy") return RemovalPolicy.DESTROY;
  throw new Error(`"${value}" is neither retain nor destroy.`);
}

function yesOrNo(value: string): boolean {
  if (value === "true" || value === "false") return value === "true";
  throw new Error(`"${value}" is neither true nor false.`);
}
