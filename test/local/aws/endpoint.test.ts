import { Agent, request } from "node:http";
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import {
  BatchGetCommand,
  GetCommand,
  PutCommand,
  TransactWriteCommand,
  UpdateCommand,
} from "@aws-sdk/lib-dynamodb";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Fault, InterceptedCall } from "../../../local/aws/endpoint.ts";
import type { Service } from "../../../local/aws/service.ts";
import { awsForThisTest, refusal, region, secretAccessKey } from "../../support/aws.ts";
import { signed } from "../../support/signed.ts";

const tableArn = (name: string) => `arn:aws:dynamodb:us-east-1:000000000000:table/${name}`;
const secret = {
  arn: "arn:aws:secretsmanager:us-east-1:000000000000:secret:App-a1B2c3",
  name: "App",
  value: "s3cret",
};

const count = {
  TableName: "People",
  Key: { name: "counter" },
  UpdateExpression: "ADD visits :one",
  ExpressionAttributeValues: { ":one": 1 },
};

describe("trouble", () => {
  /** An endpoint that meets its first calls with these faults, and the calls it saw. */
  async function troubled(faults: Fault[], attempts = 1) {
    const seen: InterceptedCall[] = [];
    const intercept = (call: InterceptedCall) => {
      seen.push(call);
      return faults.shift();
    };
    const aws = await awsForThisTest({ intercept, attempts, secrets: [secret] });
    const documents = aws.documents();
    const visits = async () => {
      const { Item } = await documents.send(
        new GetCommand({ TableName: "People", Key: { name: "counter" } }),
      );
      return Item?.visits;
    };
    return { aws, documents, seen, visits };
  }

  test("is made knowing who wants what", async () => {
    const { documents, seen } = await troubled([]);
    await documents.send(new TransactWriteCommand({ TransactItems: [{ Update: count }] }));
    expect(seen).toMatchObject([
      {
        principal: { arn: expect.stringContaining("owner") },
        action: "dynamodb:TransactWriteItems",
        resources: [tableArn("People")],
        input: { TransactItems: [{ Update: { TableName: "People" } }] },
      },
    ]);
  });

  test("as an AWS error takes the place of the action", async () => {
    const type = "ProvisionedThroughputExceededException";
    const { documents, visits } = await troubled([{ kind: "error", type, message: "Slow down." }]);
    expect(await refusal(documents.send(new UpdateCommand(count)))).toMatchObject({
      name: type,
      message: "Slow down.",
    });
    expect(await visits()).toBeUndefined();
  });

  test("as a fault of the service has its own status", async () => {
    const fault = { kind: "error", type: "InternalServiceError", message: "Oops.", status: 500 } as const;
    const { aws } = await troubled([fault]);
    const refused = await refusal(aws.secrets().send(new GetSecretValueCommand({ SecretId: "App" })));
    expect(refused).toMatchObject({ name: "InternalServiceError", $metadata: { httpStatusCode: 500 } });
  });

  test("as a dropped connection comes before the action", async () => {
    const { documents, visits } = await troubled([{ kind: "drop" }]);
    expect(await refusal(documents.send(new UpdateCommand(count)))).toMatchObject({ code: "ECONNRESET" });
    expect(await visits()).toBeUndefined();
  });

  test("as a lost reply comes after the action, which a repetition doubles", async () => {
    const { documents, visits, seen } = await troubled([{ kind: "lose-reply" }], 2);
    await documents.send(new UpdateCommand(count));
    expect(seen).toHaveLength(2);
    expect(await visits()).toBe(2);
  });

  test("as a lost reply does not double a transaction, which has a request token", async () => {
    const { documents, visits, seen } = await troubled([{ kind: "lose-reply" }], 2);
    await documents.send(new TransactWriteCommand({ TransactItems: [{ Update: count }] }));
    expect(seen).toHaveLength(2);
    expect(await visits()).toBe(1);
  });

  test("as an error carries fields, such as the reasons of a conflict that never arises here by itself", async () => {
    const CancellationReasons = [
      { Code: "TransactionConflict", Message: "Transaction is ongoing for the item" },
    ];
    const { documents } = await troubled([
      {
        kind: "error",
        type: "TransactionCanceledException",
        message: "Cancelled",
        fields: { CancellationReasons },
      },
    ]);
    const refused = await refusal(
      documents.send(new TransactWriteCommand({ TransactItems: [{ Update: count }] })),
    );
    expect(refused).toMatchObject({ name: "TransactionCanceledException", CancellationReasons });
  });

  test("as an answer of its own takes the place of the action", async () => {
    const RequestItems = { Bindings: { Keys: [{ key: Buffer.alloc(16, 1) }] } };
    const UnprocessedKeys = {
      Bindings: { Keys: [{ key: { B: RequestItems.Bindings.Keys[0]?.key.toString("base64") } }] },
    };
    const { documents } = await troubled([{ kind: "answer", output: { Responses: {}, UnprocessedKeys } }]);
    const answer = await documents.send(new BatchGetCommand({ RequestItems }));
    expect(answer.UnprocessedKeys).toEqual({ Bindings: { Keys: [{ key: new Uint8Array(16).fill(1) }] } });
  });

  test("as a delay lets the action happen later", async () => {
    const { documents, visits } = await troubled([{ kind: "delay", milliseconds: 20 }]);
    const started = performance.now();
    await documents.send(new UpdateCommand(count));
    // Timers may fire up to a millisecond early by this clock.
    expect(performance.now() - started).toBeGreaterThanOrEqual(19);
    expect(await visits()).toBe(1);
  });

  test("as a delay does not outlive the endpoint, and neither does the action", async () => {
    const seen = Promise.withResolvers<void>();
    const intercept = (): Fault => {
      seen.resolve();
      return { kind: "delay", milliseconds: 3_600_000 };
    };
    const aws = await awsForThisTest({ intercept });
    const unanswered = refusal(aws.documents().send(new UpdateCommand(count)));
    await seen.promise;
    const untouched = await aws.dynamodb.call("GetItem", {
      TableName: "People",
      Key: { name: { S: "counter" } },
    });
    await aws.close();
    expect(await unanswered).toBeInstanceOf(Error);
    expect(untouched).toEqual({});
  });

  test("as a promise holds a call back until the test lets it go", async () => {
    const gate = Promise.withResolvers<undefined>();
    const aws = await awsForThisTest({
      intercept: ({ action }) => (action.endsWith("UpdateItem") ? gate.promise : undefined),
    });
    const documents = aws.documents();
    const update = documents.send(new UpdateCommand({ ...count, ReturnValues: "ALL_NEW" }));
    await documents.send(new PutCommand({ TableName: "People", Item: { name: "counter", visits: 41 } }));
    gate.resolve(undefined);
    expect((await update).Attributes).toMatchObject({ visits: 42 });
  });
});

describe("the wire", () => {
  test("keeps connections alive", async () => {
    const { url } = await awsForThisTest();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    const localPort = () => {
      const { promise, resolve, reject } = Promise.withResolvers<number | undefined>();
      const headers = signed(url, { "x-amz-target": "DynamoDB_20120810.GetItem" }, "{}");
      const sent = request(url, { method: "POST", agent, headers }, (response) => {
        const port = response.socket.localPort;
        response.resume().on("end", () => resolve(port));
      });
      sent.on("error", reject).end("{}");
      return promise;
    };
    const [first, second] = [await localPort(), await localPort()];
    expect(first).toBeDefined();
    expect(second).toBe(first);
  });

  test.each([
    [
      "a body that is no JSON",
      "DynamoDB_20120810.GetItem",
      "{",
      400,
      "com.amazon.coral.service#SerializationException",
    ],
    [
      "a body that is no object",
      "DynamoDB_20120810.GetItem",
      "[]",
      400,
      "com.amazon.coral.service#SerializationException",
    ],
    [
      "an unknown operation",
      "DynamoDB_20120810.Fly",
      "{}",
      400,
      "com.amazon.coral.service#UnknownOperationException",
    ],
    [
      "an inherited name",
      "DynamoDB_20120810.toString",
      "{}",
      400,
      "com.amazon.coral.service#UnknownOperationException",
    ],
    ["an unknown operation", "secretsmanager.Fly", "{}", 400, "UnknownOperationException"],
    [
      "a wrong type",
      "DynamoDB_20120810.GetItem",
      '{"TableName":1}',
      400,
      "com.amazon.coral.service#SerializationException",
    ],
  ])("refuses %s (%s)", async (_what, target, body, status, type) => {
    const { url } = await awsForThisTest();
    const headers = signed(url, { "x-amz-target": target }, body);
    const answer = await fetch(url, { method: "POST", headers, body });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ __type: type });
  });

  test("refuses a service that is not there, and a body over 16 MB", async () => {
    const { url } = await awsForThisTest();
    const post = (target: string, body: string) =>
      fetch(url, { method: "POST", headers: { "x-amz-target": target }, body });
    expect((await post("AmazonSQS.SendMessage", "{}")).status).toBe(404);
    expect((await post("DynamoDB_20120810.PutItem", " ".repeat(16 * 1024 * 1024 + 1))).status).toBe(413);
  });

  test("answers 500 for a bug and tells who runs the endpoint", async () => {
    const failures: unknown[] = [];
    const bug = new Error("bug");
    const aws = await awsForThisTest({
      onFailure: (error) => failures.push(error),
      intercept: () => {
        throw bug;
      },
    });
    const refused = await refusal(
      aws.client().send(new GetItemCommand({ TableName: "People", Key: { name: { S: "a" } } })),
    );
    expect(refused).toMatchObject({ name: "InternalServerError", $metadata: { httpStatusCode: 500 } });
    expect(failures).toEqual([bug]);
  });

  test("carries a further service that is plugged in", async () => {
    const path = /^\/2015-03-31\/functions\/([^/]+)\/invocations$/;
    const arn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
    const lambda: Service = {
      owns: (request) => path.test(request.path),
      read(request) {
        const name = decodeURIComponent(path.exec(request.path)?.[1] ?? "");
        const input: unknown = JSON.parse(request.body.toString("utf8"));
        return {
          action: "lambda:InvokeFunction",
          input,
          permissions: [{ action: "lambda:InvokeFunction", resources: [arn(name)] }],
          perform: async () => ({ status: 200, headers: {}, body: JSON.stringify({ echo: input }) }),
        };
      },
      errorResponse: (error) => ({
        status: error.code === "AccessDeniedException" ? 403 : error.status,
        headers: { "x-amzn-errortype": error.code },
        body: JSON.stringify({ Message: error.message }),
      }),
    };
    const policy = [{ Effect: "Allow", Action: "lambda:InvokeFunction", Resource: arn("Verifier") } as const];
    const aws = await awsForThisTest({
      services: [lambda],
      principals: () => ({ arn: "arn:aws:iam::000000000000:role/r", policy }),
    });
    const credentials = { accessKeyId: "ANY", secretAccessKey };
    const client = new LambdaClient({ endpoint: aws.url, region, credentials, maxAttempts: 1 });
    onTestFinished(() => client.destroy());
    const invoke = (FunctionName: string) =>
      client.send(new InvokeCommand({ FunctionName, Payload: '{"a":1}' }));
    expect((await invoke("Verifier")).Payload?.transformToString()).toBe('{"echo":{"a":1}}');
    expect(await refusal(invoke("Admin"))).toMatchObject({
      name: "AccessDeniedException",
      $metadata: { httpStatusCode: 403 },
    });
  });
});
