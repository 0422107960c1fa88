import type { AdminRequest } from "../../contract/operator-actions.ts";
import type { FunctionDescription } from "../../local/assembly.ts";
import { cloudFormationService } from "../../local/aws/cloudformation-service.ts";
import { type AwsEndpointOptions, startAwsEndpoint } from "../../local/aws/endpoint.ts";
import type { Principal } from "../../local/aws/iam.ts";
import type { Functions } from "../../local/lambda/functions.ts";
import { lambdaService } from "../../local/lambda/lambda-service.ts";
import { removeOperatorKey, writeOperatorKey } from "../../local/operator-key.ts";

export const apiUrl = "https://abc123.execute-api.us-east-1.amazonaws.com";

/** What an admin function that breaks leaves behind: Lambda's error payload. */
export class Crash {
  readonly payload: object;
  constructor(payload: object) {
    this.payload = payload;
  }
}

export interface FakeAwsOptions extends Pick<AwsEndpointOptions, "intercept" | "port"> {
  /** The admin function: an answer, a refusal, or a Crash. */
  readonly admin?: (request: AdminRequest) => unknown;
  readonly stackName?: string;
  readonly outputs?: Readonly<Record<string, string>>;
  /** What the operator may do; everything unless said otherwise. */
  readonly policy?: Principal["policy"];
}

export interface FakeAws {
  readonly url: string;
  /** What the admin function was asked, in order. */
  readonly requests: AdminRequest[];
  close(): Promise<void>;
}

const name = "WeappLogin-LoginAdmin";
const admin: FunctionDescription = {
  logicalId: "LoginAdmin",
  label: "admin",
  name,
  arn: `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
  directory: "",
  handler: "index.handler",
  timeoutSeconds: 60,
  memorySize: 128,
  environment: {},
  roleArn: "",
  policy: [],
  logGroup: { name: "", arn: "" },
  reportsSuccess: true,
  invokableByGateway: false,
};

/** The operator's, with which the command line comes where it is told `--local`. */
export const operatorKey = { accessKeyId: "OPERATOR", secretAccessKey: "a secret of operators" };

/** CloudFormation with one stack, and Lambda with its admin function, on a loopback port. */
export async function fakeAws(options: FakeAwsOptions = {}): Promise<FakeAws> {
  const { stackName = "WeappLogin", outputs = { ApiUrl: apiUrl, AdminFunctionName: name } } = options;
  const policy = options.policy ?? [{ Effect: "Allow", Action: "*", Resource: "*" }];
  const requests: AdminRequest[] = [];
  const functions: Functions = {
    find: (arnOrName) => (arnOrName === admin.arn || arnOrName === admin.name ? admin : undefined),
    async invoke(_function, payload) {
      const request: AdminRequest = JSON.parse(payload);
      requests.push(request);
      const answer = await options.admin?.(request);
      const crash = answer instanceof Crash ? answer : undefined;
      return {
        requestId: "",
        payload: JSON.stringify(crash ? crash.payload : (answer ?? null)),
        ...(crash && { functionError: "Unhandled" as const }),
      };
    },
    recycle: async () => {},
    close: async () => {},
  };
  const { url, close } = await startAwsEndpoint({
    services: [lambdaService(functions), cloudFormationService(stackName, outputs)],
    accessKeys: (accessKeyId) =>
      accessKeyId === operatorKey.accessKeyId
        ? { ...operatorKey, principal: { arn: "arn:aws:iam::000000000000:user/operator", policy } }
        : undefined,
    ...(options.intercept && { intercept: options.intercept }),
    ...(options.port && { port: options.port }),
  });
  const port = Number(new URL(url).port);
  await writeOperatorKey(port, operatorKey);
  return {
    url,
    requests,
    async close() {
      await removeOperatorKey(port);
      await close();
    },
  };
}
