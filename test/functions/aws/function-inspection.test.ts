import { LambdaClient } from "@aws-sdk/client-lambda";
import { expect, onTestFinished, test } from "vitest";
import { lambdaInspection } from "../../../functions/aws/function-inspection.ts";
import { serverForThisTest } from "../../support/server.ts";

interface Answer {
  readonly status?: number;
  readonly errorType?: string;
  readonly body?: object;
}

const statement = {
  Sid: "WeappLogin",
  Effect: "Allow",
  Principal: { Service: "apigateway.amazonaws.com" },
  Action: "lambda:InvokeFunction",
  Resource: "arn:of-the-function",
  Condition: { ArnLike: { "AWS:SourceArn": "arn:of-the-api" } },
};
const policyOf = (...Statement: object[]): Answer => ({
  body: { Policy: JSON.stringify({ Version: "2012-10-17", Id: "default", Statement }), RevisionId: "r" },
});
const active: Answer = { body: { FunctionName: "the-function", State: "Active" } };
const notFound: Answer = { status: 404, errorType: "ResourceNotFoundException", body: { Message: "s3cret" } };
const denied: Answer = { status: 403, errorType: "AccessDeniedException", body: { Message: "s3cret" } };

/** What answers in Lambda's place, on Lambda's own protocol. */
async function inspect(configuration: Answer, policy: Answer) {
  const endpoint = await serverForThisTest((request, response) => {
    const { status = 200, errorType, body } = request.url?.endsWith("/policy") ? policy : configuration;
    if (errorType !== undefined) response.setHeader("x-amzn-errortype", errorType);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
  });
  const client = new LambdaClient({
    endpoint,
    region: "us-east-1",
    maxAttempts: 1,
    credentials: { accessKeyId: "ATEST", secretAccessKey: "not verified" },
  });
  onTestFinished(() => client.destroy());
  return lambdaInspection(client, [{ function: "login", name: "the-function" }]).inspect();
}

const login = { function: "login", name: "the-function" };

test.each<[string, Answer, object]>([
  ["Active", active, { state: "there" }],
  ["Inactive, which wakes up", { body: { State: "Inactive", StateReasonCode: "Idle" } }, { state: "there" }],
  ["Pending", { body: { State: "Pending" } }, { state: "unusable", why: "Pending" }],
  [
    "Failed",
    { body: { State: "Failed", StateReasonCode: "InvalidSubnet" } },
    { state: "unusable", why: "Failed, InvalidSubnet" },
  ],
  ["not there", notFound, { state: "missing" }],
  ["not to be asked for", denied, { state: "unreadable", why: "AccessDeniedException" }],
])("a function that is %s", async (_, configuration, expected) => {
  expect(await inspect(configuration, policyOf(statement))).toEqual([
    { ...login, ...expected, invokableByApi: "yes" },
  ]);
});

test.each<[string, Answer, "yes" | "no" | "unknown"]>([
  ["lets API Gateway in", policyOf({ ...statement, Effect: "Deny" }, statement), "yes"],
  ["has no statement", policyOf(), "no"],
  ["lets somebody else in", policyOf({ ...statement, Principal: { Service: "sns.amazonaws.com" } }), "no"],
  ["lets everybody of an account in", policyOf({ ...statement, Principal: "*" }), "no"],
  ["lets API Gateway do something else", policyOf({ ...statement, Action: "lambda:GetFunction" }), "no"],
  ["denies it", policyOf({ ...statement, Effect: "Deny" }), "no"],
  ["is not there", notFound, "no"],
  ["may not be read", denied, "unknown"],
])("a policy that %s", async (_, policy, invokableByApi) => {
  expect(await inspect(active, policy)).toEqual([{ ...login, state: "there", invokableByApi }]);
});
