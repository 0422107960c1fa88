import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
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
import type { Environment, FunctionName } from "../contract/environment.ts";

/** What the owner of a deployment chooses for its functions. */
export interface FunctionProps {
  readonly runtime: Runtime;
  readonly architecture: Architecture;
  readonly logRetention: RetentionDays;
  readonly reservedConcurrency?: number | undefined;
}

export interface BundledFunctionProps<F extends FunctionName> extends FunctionProps {
  readonly function: F;
  readonly description: string;
  readonly environment: Environment<F>;
  /** MB; a Lambda has one vCPU at 1769. */
  readonly memorySize: number;
}

/** A Lambda over its bundle in `dist/functions`, with a role and a log group of its own and no grant but its log. */
export function bundledFunction<F extends FunctionName>(
  scope: Construct,
  id: string,
  props: BundledFunctionProps<F>,
): LambdaFunction {
  const { function: name, logRetention, runtime, environment, reservedConcurrency, ...rest } = props;
  assertRuntime(runtime);
  const directory = directoryOf(name);
  if (!existsSync(directory)) {
    throw new Error(`There is no bundle of the ${name} function. Run \`npm run build\` first.`);
  }
  const logGroup = new LogGroup(scope, `${id}Log`, {
    retention: logRetention,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
  role.addToPolicy(
    new PolicyStatement({
      actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
      resources: [logGroup.logGroupArn],
    }),
  );
  return new LambdaFunction(scope, id, {
    ...rest,
    timeout: Duration.seconds(deadlines[name].timeoutSeconds),
    environment: { ...environment },
    runtime,
    handler: "index.handler",
    code: Code.fromAsset(directory),
    role,
    logGroup,
    loggingFormat: LoggingFormat.JSON,
    // Every invocation leaves a line of its own, with what it took. Lambda's two would triple what the logs cost; those
    // that say that something went wrong (a timeout, a crash) are warnings.
    systemLogLevelV2: SystemLogLevel.WARN,
    ...(reservedConcurrency !== undefined && { reservedConcurrentExecutions: reservedConcurrency }),
  });
}

/** By package.json's own name for it, which is the same for these sources and for what is compiled of them. */
function directoryOf(name: FunctionName): string {
  return fileURLToPath(new URL(".", import.meta.resolve(`#functions/${name}/index.mjs`)));
}

/** The functions use what Node 24 brings (argon2 in node:crypto): on an older runtime they fail at their first call. */
function assertRuntime(runtime: Runtime): void {
  const version = Number(/^nodejs(\d+)\.x$/.exec(runtime.name)?.[1]);
  if (!(version >= 24)) {
    throw new Error(`weapp-login needs the Lambda runtime nodejs24.x or newer, and got ${runtime.name}.`);
  }
}
