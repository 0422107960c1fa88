import { BatchGetItemCommand, DynamoDBClient, TransactWriteItemsCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { expect, test } from "vitest";
import { dynamoDbClient } from "../../../../functions/dynamodb/client.ts";
import { lambdaClient } from "../../../../functions/passwords/lambda-client.ts";
import { secretsManagerClient } from "../../../../functions/wechat/secrets-manager-client.ts";
import { outcome, type Reply, serviceThatSays } from "./service-for-this-test.ts";

const bytes = new Uint8Array([0, 1, 254, 255]);
const everyKind = {
  B: { B: bytes },
  BS: { BS: [bytes, Buffer.from("two")] },
  S: { S: '中文 " \\ \u2028' },
  N: { N: "12345678901234567890.5" },
  M: {
    M: { B: { B: bytes }, L: { L: [{ BOOL: true }, { NULL: true }, { SS: ["a", "b"] }, { NS: ["1"] }] } },
  },
};
const item = JSON.stringify({
  B: { B: "AAH+/w==" },
  BS: { BS: ["AAH+/w==", "dHdv"] },
  S: { S: "B" },
  M: { M: { B: { B: "AAH+/w==" }, L: { L: [{ BOOL: true }, { B: "dHdv" }] } } },
});

const ok = (body: string, headers = {}): Reply => ({ status: 200, body, headers });
const refusal = (type: string, status = 400, rest = {}): Reply => ({
  status,
  body: JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: "because", ...rest }),
});

type Ask = (whose: "ours" | "theirs") => Promise<object>;

const batch: Ask = (whose) =>
  (whose === "ours" ? dynamoDbClient() : new DynamoDBClient({ maxAttempts: 3 })).send(
    new BatchGetItemCommand({ RequestItems: { B: { Keys: [everyKind], ConsistentRead: true } } }),
  );
const transaction: Ask = (whose) =>
  (whose === "ours" ? dynamoDbClient() : new DynamoDBClient({ maxAttempts: 3 })).send(
    new TransactWriteItemsCommand({
      TransactItems: [{ Put: { TableName: "T", Item: everyKind } }],
      ClientRequestToken: "the same",
    }),
  );
const secret: Ask = (whose) =>
  (whose === "ours" ? secretsManagerClient() : new SecretsManagerClient({ maxAttempts: 2 })).send(
    new GetSecretValueCommand({ SecretId: "arn:aws:secretsmanager:eu-west-1:1:secret:s" }),
  );
const invocation: Ask = (whose) =>
  (whose === "ours" ? lambdaClient() : new LambdaClient({ maxAttempts: 2 })).send(
    new InvokeCommand({ FunctionName: "arn:aws:lambda:eu-west-1:1:function:v", Payload: '{"a":"中"}' }),
  );

test.each<[what: string, ask: Ask, replies: Reply[]]>([
  ["values of every kind", batch, [ok(`{"Responses":{"B":[${item}],"BS":[${item}]},"UnprocessedKeys":{}}`)]],
  ["a transaction", transaction, [ok("{}")]],
  ["an answer without a body", transaction, [ok("")]],
  ["a refusal", batch, [refusal("ResourceNotFoundException")]],
  [
    "a refusal in other words",
    batch,
    [{ status: 400, body: '{"__type":"a#ValidationException","Message":"no"}' }],
  ],
  ["a try that is throttled", batch, [refusal("ProvisionedThroughputExceededException"), ok("{}")]],
  ["an error of DynamoDB's own, every time", batch, [refusal("InternalServerError", 500)]],
  [
    "a cancelled transaction",
    transaction,
    [
      refusal("TransactionCanceledException", 400, {
        CancellationReasons: [{ Code: "None" }, { Code: "ConditionalCheckFailed", Item: { a: { S: "1" } } }],
      }),
    ],
  ],
  ["a secret", secret, [ok('{"SecretString":"s","Name":"n"}')]],
  ["a secret that may not be read", secret, [refusal("AccessDeniedException")]],
  ["an invocation", invocation, [ok('{"userId":"u"}')]],
  [
    "an invocation that failed",
    invocation,
    [ok('{"errorType":"E"}', { "x-amz-function-error": "Unhandled" })],
  ],
  [
    "a function that is not there",
    invocation,
    [
      {
        status: 404,
        body: '{"Message":"Function not found"}',
        headers: { "x-amzn-errortype": "ResourceNotFoundException:http://internal.amazon.com/" },
      },
    ],
  ],
])("is asked, answers and fails as with the SDK's client as it comes: %s", async (_, ask, replies) => {
  const theirs = await serviceThatSays(...replies);
  const expected = await outcome(ask("theirs"));
  const ours = await serviceThatSays(...replies);
  expect(await outcome(ask("ours"))).toEqual(expected);

  const content = (of: typeof ours) => of.map(({ path, body }) => ({ path, body: JSON.parse(body) }));
  expect(content(ours)).toEqual(content(theirs));
  for (const [index, { headers }] of ours.entries()) {
    const names = ["content-type", "content-length", "x-amz-target", "x-amz-security-token"];
    for (const name of names) expect(headers[name], name).toBe(theirs[index]?.headers[name]);
    expect(headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/[a-z]+\/aws4_request, /,
    );
  }
});

test("what a proxy on the way says is an outage like any other", async () => {
  const arrived = await serviceThatSays({ status: 503, body: "<html>busy</html>" });
  expect(await outcome(batch("ours"))).toMatchObject({ name: "Unknown", httpStatusCode: 503, attempts: 3 });
  expect(arrived).toHaveLength(3);
});

test("what is no JSON although it succeeded is thrown", async () => {
  await serviceThatSays(ok("<html>"));
  await expect(batch("ours")).rejects.toThrow(SyntaxError);
});

test("each try is signed by itself", async () => {
  const arrived = await serviceThatSays(refusal("ThrottlingException"), ok("{}"));
  await batch("ours");
  const signed = arrived.map(({ headers }) => String(headers.authorization));
  expect(signed).toHaveLength(2);
  for (const authorization of signed) expect(authorization).not.toMatch(/SignedHeaders=\S*authorization/);
  expect(signed[0]).not.toBe(signed[1]);
});
