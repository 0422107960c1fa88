import {
  CloudFormationClient,
  DescribeStacksCommand,
  ListStacksCommand,
} from "@aws-sdk/client-cloudformation";
import { expect, onTestFinished, test } from "vitest";
import { cloudFormationService } from "../../../local/aws/cloudformation-service.ts";
import { type AwsEndpointOptions, startAwsEndpoint } from "../../../local/aws/endpoint.ts";
import type { Principal } from "../../../local/aws/iam.ts";
import { owner, refusal, region, secretAccessKey } from "../../support/aws.ts";

const stackArn =
  "arn:aws:cloudformation:us-east-1:000000000000:stack/WeappLogin/00000000-0000-0000-0000-000000000000";
const outputs = {
  ApiUrl: "http://localhost:3000/?a=1&b=<2>",
  AdminFunctionName: "WeappLogin-管理",
};

async function cloudFormation(
  options: Partial<AwsEndpointOptions> & { principal?: Principal } = {},
  accessKeyId = "OWNER",
) {
  const { principal = owner, ...others } = options;
  const endpoint = await startAwsEndpoint({
    services: [cloudFormationService("WeappLogin", outputs)],
    accessKeys: (id) => (id === "OWNER" ? { secretAccessKey, principal } : undefined),
    ...others,
  });
  const client = new CloudFormationClient({
    endpoint: endpoint.url,
    region,
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey },
  });
  onTestFinished(async () => {
    client.destroy();
    await endpoint.close();
  });
  const describe = (StackName?: string) =>
    client.send(new DescribeStacksCommand(StackName === undefined ? {} : { StackName }));
  return { client, describe, url: endpoint.url };
}

test.each([
  ["its name", "WeappLogin"],
  ["its ARN", stackArn],
  ["no name at all", undefined],
])("the stack is described by %s, with every character of its outputs", async (_what, name) => {
  const { describe } = await cloudFormation();
  expect((await describe(name)).Stacks).toEqual([
    {
      StackId: stackArn,
      StackName: "WeappLogin",
      CreationTime: new Date(0),
      StackStatus: "CREATE_COMPLETE",
      DisableRollback: false,
      Outputs: [
        { OutputKey: "ApiUrl", OutputValue: outputs.ApiUrl },
        { OutputKey: "AdminFunctionName", OutputValue: outputs.AdminFunctionName },
      ],
    },
  ]);
});

test("another stack does not exist, in AWS's words", async () => {
  const { describe } = await cloudFormation();
  expect(await refusal(describe("Other <&> Stack"))).toMatchObject({
    name: "ValidationError",
    message: "Stack with id Other <&> Stack does not exist",
    $fault: "client",
    $metadata: { httpStatusCode: 400 },
  });
});

test("what is not DescribeStacks is not known", async () => {
  const { client } = await cloudFormation();
  expect(await refusal(client.send(new ListStacksCommand({})))).toMatchObject({
    name: "InvalidAction",
    message: "Could not find operation ListStacks for version 2010-05-15",
  });
});

test("who has no grant on the stack is denied, whether it is there or not", async () => {
  const nobody: Principal = { arn: "arn:aws:iam::000000000000:user/nobody", policy: [] };
  const { describe } = await cloudFormation({ principal: nobody });
  const denied = { name: "AccessDenied", $metadata: { httpStatusCode: 403 } };
  expect(await refusal(describe("WeappLogin"))).toMatchObject({
    ...denied,
    message:
      `User: ${nobody.arn} is not authorized to perform: cloudformation:DescribeStacks on resource: ${stackArn} ` +
      "because no identity-based policy allows the cloudformation:DescribeStacks action",
  });
  const other = await refusal(describe("Other"));
  expect(other).toMatchObject(denied);
  expect(other.message).toContain("stack/Other/*");
});

test("a grant on the stack's ARN is enough to describe it by name, not to list all", async () => {
  const reader: Principal = {
    arn: "arn:aws:iam::000000000000:user/reader",
    policy: [
      {
        Effect: "Allow",
        Action: "cloudformation:DescribeStacks",
        Resource: "arn:aws:cloudformation:*:*:stack/WeappLogin/*",
      },
    ],
  };
  const { describe } = await cloudFormation({ principal: reader });
  expect((await describe("WeappLogin")).Stacks).toHaveLength(1);
  expect((await refusal(describe())).name).toBe("AccessDenied");
});

test("an access key that belongs to nobody is not a valid token", async () => {
  const { describe } = await cloudFormation({}, "SOMEBODY");
  expect(await refusal(describe("WeappLogin"))).toMatchObject({
    name: "InvalidClientTokenId",
    $metadata: { httpStatusCode: 403 },
  });
});

test("a failure inside is a fault of the service", async () => {
  const intercept = () => {
    throw new Error("a bug");
  };
  const { describe } = await cloudFormation({ intercept, onFailure: () => {} });
  expect(await refusal(describe("WeappLogin"))).toMatchObject({
    name: "InternalFailure",
    $metadata: { httpStatusCode: 500 },
  });
});

test("forms of another API version are not its business", async () => {
  const { url } = await cloudFormation();
  const body = new URLSearchParams({ Action: "GetCallerIdentity", Version: "2011-06-15" });
  expect((await fetch(url, { method: "POST", body })).status).toBe(404);
});
