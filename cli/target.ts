import { CloudFormationClient, DescribeStacksCommand, type Stack } from "@aws-sdk/client-cloudformation";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
import { readOperatorKey } from "../local/operator-key.ts";
import { type AdminClient, adminClient } from "./admin-client.ts";
import { awsFailure, type Where } from "./aws-failure.ts";
import { Failure, usage } from "./failure.ts";
import type { Text } from "./messages/english.ts";
import { expectProfile } from "./profiles.ts";
import { ProxyAgent } from "./proxy.ts";

/** Where `npm start` serves AWS's protocols, which follows the same variables, and what it calls its stack. */
export const laptopUrl = `http://localhost:${process.env.AWS_PORT || Number(process.env.PORT || 3000) + 2}`;
const laptopStack = "WeappLogin";

export interface TargetOptions {
  readonly local?: string;
  readonly stack?: string;
  readonly region?: string;
  readonly profile?: string;
  readonly endpointUrl?: string;
}

/** Which AWS, and which stack in it. */
export interface Target extends Where {
  readonly region?: string;
  readonly profile?: string;
}

/** A deployed stack, or the local one. */
export interface Deployment {
  readonly admin: AdminClient;
  readonly apiUrl: string;
}

export interface Connected extends Deployment {
  close(): void;
}

/** What the operator named; a usage failure where that is not exactly one deployment. */
export function readTarget({ local, stack, region, profile, endpointUrl }: TargetOptions): Target {
  if (endpointUrl !== undefined && !isHttpUrl(endpointUrl)) {
    throw usage(({ failures }) => failures.mustBeUrl("--endpoint-url", "http://localhost:4566"));
  }
  if (local !== undefined) {
    const other = [stack && "--stack", region && "--region", profile && "--profile"].find(Boolean);
    if (other) throw usage(({ failures }) => failures.localAlone(other));
    if (!isHttpUrl(local)) throw usage(({ failures }) => failures.mustBeUrl("--local", laptopUrl));
    return { stack: laptopStack, laptop: endpointUrl ?? local };
  }
  if (!stack) throw usage(({ failures }) => failures.whichDeployment);
  return {
    stack,
    ...(region && { region }),
    ...(profile && { profile }),
    ...(endpointUrl !== undefined && { endpointUrl }),
  };
}

function isHttpUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** A stack that is there, whatever it has in it. */
export interface FoundStack {
  readonly region: string;
  readonly status: string;
  readonly outputs: Readonly<Record<string, string>>;
  admin(functionName: string): AdminClient;
  close(): void;
}

/** Finds the deployment by its stack's outputs. */
export async function connect(
  target: Target,
  signal: AbortSignal,
  pause: (milliseconds: number) => Promise<void>,
): Promise<Connected> {
  const stack = await findStack(target, signal, pause);
  try {
    const functionName = outputOf(stack, "AdminFunctionName", target);
    const apiUrl = outputOf(stack, "ApiUrl", target);
    return { apiUrl, admin: stack.admin(functionName), close: stack.close };
  } catch (error) {
    stack.close();
    throw error;
  }
}

/** Asks CloudFormation, which proves credentials and Region. Rejects with a Failure. */
export async function findStack(
  target: Target,
  signal: AbortSignal,
  pause: (milliseconds: number) => Promise<void>,
): Promise<FoundStack> {
  const settings =
    target.laptop === undefined
      ? await awsSettings(target)
      : {
          endpoint: target.laptop,
          region: "us-east-1",
          credentials: await laptopKey(target.laptop),
          requestHandler: timeouts,
        };
  const cloudFormation = new CloudFormationClient(settings);
  // The admin client repeats what may be repeated, and nothing else: SDKs do not know which is which.
  const lambda = new LambdaClient({ ...settings, maxAttempts: 1 });
  const close = () => {
    cloudFormation.destroy();
    lambda.destroy();
  };
  try {
    const { Outputs = [], StackStatus = "unknown" } = await describe(cloudFormation, target, signal);
    return {
      region: await cloudFormation.config.region(),
      status: StackStatus,
      outputs: Object.fromEntries(
        Outputs.map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]),
      ),
      admin: (functionName) => adminClient({ lambda, functionName, where: target, signal, pause }),
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Where there is none, nothing answers there, or what does refuses this. */
async function laptopKey(url: string) {
  const { port } = new URL(url);
  return (await readOperatorKey(Number(port))) ?? { accessKeyId: "none", secretAccessKey: "none" };
}

const timeouts = { connectionTimeout: 5000 };

/** Credentials may take calls of their own (IAM Identity Center, a role): those go through the proxy too. */
async function awsSettings({ region, profile, endpointUrl }: Target) {
  await expectProfile(profile, process.env);
  const requestHandler = { ...timeouts, httpsAgent: new ProxyAgent() };
  return {
    ...(region && { region }),
    ...(profile && { profile }),
    ...(endpointUrl !== undefined && { endpoint: endpointUrl }),
    credentials: fromNodeProviderChain({ ...(profile && { profile }), clientConfig: { requestHandler } }),
    requestHandler,
  };
}

async function describe(client: CloudFormationClient, target: Target, signal: AbortSignal): Promise<Stack> {
  try {
    const command = new DescribeStacksCommand({ StackName: target.stack });
    const { Stacks } = await client.send(command, { abortSignal: signal });
    if (Stacks?.[0]) return Stacks[0];
  } catch (error) {
    // CloudFormation has no error of its own for a stack that is not there.
    const missing =
      error instanceof Error && error.name === "ValidationError" && /does not exist/.test(error.message);
    if (!missing) throw awsFailure(error, target, signal);
  }
  throw new Failure("no_such_stack", await missingStack(client, target));
}

async function missingStack(client: CloudFormationClient, { stack, laptop }: Target): Promise<Text> {
  if (laptop !== undefined) return ({ failures }) => failures.noLocalStack(stack, laptop);
  const region = await client.config.region();
  return ({ failures }) => failures.noStack(stack, region);
}

function outputOf({ outputs, status }: FoundStack, name: string, { stack, laptop }: Target): string {
  const value = outputs[name];
  if (value) return value;
  throw new Failure("missing_output", ({ failures }) =>
    failures.missingOutput(stack, name, status, laptop !== undefined),
  );
}
