import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { App, Duration, Stack } from "aws-cdk-lib";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { build } from "esbuild";
import { WeappLogin } from "../../lib/weapp-login.ts";
import { sample } from "../../local/sample.ts";
import { bundleOptions } from "../../scripts/bundle.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** An owner's Lambda that borrows a token, and tries whatever else it is told to; it says what came of each. */
const source = `
import { DynamoDBClient, GetItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { accessToken } from "weapp-login/access-token";

const tries = {
  borrow: (options) => accessToken(options),
  readSecret: (SecretId) => new SecretsManagerClient({}).send(new GetSecretValueCommand({ SecretId })),
  scan: (TableName) => new DynamoDBClient({}).send(new ScanCommand({ TableName })),
  getItem: (TableName) => new DynamoDBClient({}).send(new GetItemCommand({ TableName, Key: { key: { S: "a" } } })),
  invoke: (FunctionName) => new LambdaClient({}).send(new InvokeCommand({ FunctionName })),
};

export async function handler({ what, argument }) {
  try {
    return { done: await tries[what](argument) };
  } catch (error) {
    return { failed: error.code ?? error.name };
  }
}
`;

export interface MessagesStack {
  /** Of its assembly, for the laptop. */
  readonly directory: string;
  remove(): Promise<void>;
}

/**
 * The login's stack with a Lambda of the owner's in it, `Messages`, which has been granted the access token and nothing
 * else. People whose risk rank is 3 or more are turned away.
 */
export async function synthesizeMessagesStack(): Promise<MessagesStack> {
  const temporary = await mkdtemp(join(tmpdir(), "weapp-login-messages-"));
  const code = join(temporary, "messages");
  await mkdir(code);
  const { entryPoints: _, ...options } = bundleOptions("hello");
  await build({
    ...options,
    stdin: { contents: source, resolveDir: root, loader: "ts" },
    outfile: join(code, "index.mjs"),
  });
  const directory = join(temporary, "cdk.out");
  const app = new App({ outdir: directory });
  const stack = new Stack(app, "WeappLogin");
  const login = new WeappLogin(stack, "Login", { appId: sample.appId, riskRank: { refuseFrom: 3 } });
  const messages = new LambdaFunction(stack, "Messages", {
    runtime: Runtime.NODEJS_24_X,
    handler: "index.handler",
    code: Code.fromAsset(code),
    timeout: Duration.seconds(30),
  });
  login.grantAccessToken(messages);
  app.synth();
  return { directory, remove: () => rm(temporary, { recursive: true }) };
}
