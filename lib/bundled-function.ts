import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyDocument, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import {
  type Architecture,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  type Runtime,
  SystemLogLevel,
} from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { deadlines } from "../contract/deadlines.ts";
import type { Environment, FunctionName, OptionalVariable } from "../contract/environment.ts";
import { acknowledge } from "./acknowledge.ts";
import { bundleOf } from "./bundles.ts";
import type { VpcProps } from "./props.ts";

/** What the owner of a deployment chooses for its functions. */
export interface FunctionProps {
  readonly runtime: Runtime;
  readonly architecture: Architecture;
  readonly logRetention: RetentionDays;
  readonly reservedConcurrency?: number | undefined;
  /** Of the functions that talk to WeChat. */
  readonly network?: VpcProps | undefined;
}

export interface BundledFunctionProps<F extends FunctionName> extends FunctionProps {
  readonly function: F;
  readonly description: string;
  readonly environment: Environment<F> & Partial<Record<OptionalVariable, string>>;
  /** MB; a Lambda has one vCPU at 1769. */
  readonly memorySize: number;
}

/**
 * A Lambda over its bundle, with a role and a log group of its own and no grant but its log. What it may do stands in the
 * role itself: drift detection does not see policies that are resources of their own.
 */
export class BundledFunction<F extends FunctionName = FunctionName> extends LambdaFunction {
  readonly #policy: PolicyDocument;

  constructor(scope: Construct, id: string, props: BundledFunctionProps<F>) {
    const { function: name, logRetention, environment, reservedConcurrency, network, ...rest } = props;
    checkSize(name, environment, scope);
    const logGroup = new LogGroup(scope, `${id}Log`, {
      retention: logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const policy = new PolicyDocument();
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      inlinePolicies: { Grants: policy },
    });
    super(scope, id, {
      ...rest,
      timeout: Duration.seconds(deadlines[name].timeoutSeconds),
      environment: { ...environment },
      handler: "index.handler",
      code: Code.fromAsset(bundleOf(name)),
      role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      // Every invocation leaves a line of its own, with what it took. Lambda's two would triple what the logs cost; those
      // that say that something went wrong (a timeout, a crash) are warnings.
      systemLogLevelV2: SystemLogLevel.WARN,
      ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
      ...(network && {
        vpc: network.vpc,
        ...(network.subnets && { vpcSubnets: network.subnets }),
        ...(network.securityGroups && { securityGroups: [...network.securityGroups] }),
      }),
    });
    this.#policy = policy;
    if (network) {
      this.allow({ actions: networkInterfaces, resources: ["*"] });
      acknowledge(role, networkInterfacesOfAnyName);
    }
    this.allow({
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [logGroup.logGroupArn],
    });
  }

  /** These actions on these resources, and nothing else. */
  allow(grant: Grant): void {
    const { actions, resources, conditions } = grant;
    this.#policy.addStatements(
      new PolicyStatement({
        actions: [...actions],
        resources: [...resources],
        ...(conditions && { conditions }),
      }),
    );
  }
}

/**
 * What Lambda does with the role of a function in a VPC: create and delete the network interfaces that it hangs the function
 * on. https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
 */
const networkInterfaces = [
  "ec2:CreateNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:DeleteNetworkInterface",
  "ec2:AssignPrivateIpAddresses",
  "ec2:UnassignPrivateIpAddresses",
];

const networkInterfacesOfAnyName = {
  id: "AwsSolutions-IAM5[Resource::*]",
  reason:
    "Lambda makes the network interfaces of a function in a VPC itself, with this role and under names of its own: AWS documents these six actions with * as their resource.",
};

export interface Grant {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: Record<string, unknown>;
}

const largestEnvironment = 4_096;
/** What an ARN or a generated name has beside the logical id that it is made of, at most. */
const aroundLogicalId = 80;

/** Only AppIds make an environment that large, and Lambda refuses it at the deploy only. */
function checkSize(
  name: FunctionName,
  environment: Readonly<Record<string, string>>,
  scope: Construct,
): void {
  const resolved = JSON.stringify(deployed(Stack.of(scope).resolve(environment)));
  const bytes = Buffer.byteLength(resolved);
  if (bytes <= largestEnvironment) return;
  throw new Error(
    `otherAppIds: with so many AppIds the environment of the ${name} function may have ${bytes} bytes, and Lambda allows ${largestEnvironment}. Give some of them a stack of their own.`,
  );
}

/** As long as it may become, with what CloudFormation puts into the place of its functions. */
function deployed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(deployed);
  if (typeof value !== "object" || value === null) return value;
  const [[name, argument] = ["", ""], ...others] = Object.entries(value);
  if (name === "Fn::Join" && Array.isArray(argument) && others.length === 0) {
    const [separator, parts] = argument;
    return Array.isArray(parts) ? parts.map(deployed).join(separator) : "";
  }
  if (name === "Ref" || name.startsWith("Fn::")) {
    const [logicalId = ""] = [argument].flat();
    return "x".repeat(String(logicalId).length + aroundLogicalId);
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, deployed(inner)]));
}
