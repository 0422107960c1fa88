import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { BatchGetCommand, GetCommand, TransactWriteCommand, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { describe, expect, test } from "vitest";
import type { AuthorizationDecision } from "../../../local/aws/endpoint.ts";
import type { Principal } from "../../../local/aws/iam.ts";
import { awsForThisTest, refusal } from "../../support/aws.ts";

const tableArn = (name: string) => `arn:aws:dynamodb:us-east-1:000000000000:table/${name}`;
const secret = {
  arn: "arn:aws:secretsmanager:us-east-1:000000000000:secret:App-a1B2c3",
  name: "App",
  value: "s3cret",
};

/** May read bindings, and put and check people. */
const limited: Principal = {
  arn: "arn:aws:sts::000000000000:assumed-role/limited/laptop",
  policy: [
    {
      Effect: "Allow",
      Action: ["dynamodb:GetItem", "dynamodb:BatchGetItem"],
      Resource: tableArn("Bindings"),
    },
    {
      Effect: "Allow",
      Action: ["dynamodb:PutItem", "dynamodb:ConditionCheckItem"],
      Resource: tableArn("People"),
    },
  ],
};
const principals = (accessKeyId: string) => (accessKeyId === "LIMITED" ? limited : undefined);

const count = {
  TableName: "People",
  Key: { name: "counter" },
  UpdateExpression: "ADD visits :one",
  ExpressionAttributeValues: { ":one": 1 },
};

describe("who calls", () => {
  test("is unknown where nobody has the access key", async () => {
    const aws = await awsForThisTest({ secrets: [secret] });
    const words = {
      name: "UnrecognizedClientException",
      message: "The security token included in the request is invalid.",
    };
    const get = new GetCommand({ TableName: "People", Key: { name: "a" } });
    expect(await refusal(aws.documents("NOBODY").send(get))).toMatchObject(words);
    const getSecret = new GetSecretValueCommand({ SecretId: "App" });
    expect(await refusal(aws.secrets("NOBODY").send(getSecret))).toMatchObject(words);
  });

  test("must be said", async () => {
    const { url } = await awsForThisTest();
    const headers = {
      "x-amz-target": "DynamoDB_20120810.GetItem",
      "content-type": "application/x-amz-json-1.0",
    };
    const answer = await fetch(url, { method: "POST", headers, body: "{}" });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      __type: "com.amazon.coral.service#MissingAuthenticationTokenException",
      message: "Request is missing Authentication Token",
    });
  });
});

describe("access", () => {
  test("to DynamoDB is denied in AWS's words", async () => {
    const documents = (await awsForThisTest({ principals })).documents("LIMITED");
    const refused = await refusal(documents.send(new UpdateCommand(count)));
    expect(refused).toMatchObject({
      name: "AccessDeniedException",
      message: `User: ${limited.arn} is not authorized to perform: dynamodb:UpdateItem on resource: ${tableArn("People")} because no identity-based policy allows the dynamodb:UpdateItem action`,
      $metadata: { httpStatusCode: 400 },
    });
  });

  test("to Secrets Manager is denied in AWS's words", async () => {
    const secrets = (await awsForThisTest({ principals, secrets: [secret] })).secrets("LIMITED");
    const refused = await refusal(secrets.send(new GetSecretValueCommand({ SecretId: "App" })));
    expect(refused).toMatchObject({
      name: "AccessDeniedException",
      message: `User: ${limited.arn} is not authorized to perform: secretsmanager:GetSecretValue on resource: ${secret.arn} because no identity-based policy allows the secretsmanager:GetSecretValue action`,
      $metadata: { httpStatusCode: 400 },
    });
  });

  test("that is denied explicitly is said so", async () => {
    const policy = [...limited.policy, { Effect: "Deny", Action: "*", Resource: "*" } as const];
    const documents = (await awsForThisTest({ principals: () => ({ ...limited, policy }) })).documents();
    const refused = await refusal(
      documents.send(new GetCommand({ TableName: "Bindings", Key: { key: Buffer.alloc(16) } })),
    );
    expect(refused.message).toMatch(/with an explicit deny in an identity-based policy$/);
  });

  test("is decided for every action on every table of a batch or transaction, and every decision is reported", async () => {
    const decisions: AuthorizationDecision[] = [];
    const aws = await awsForThisTest({ principals, onDecision: (decision) => decisions.push(decision) });
    const documents = aws.documents("LIMITED");
    const taken = () =>
      decisions.splice(0).map(({ principal, action, resource, allowed }) => {
        expect(principal).toBe(limited);
        return `${action} ${resource.split("table/")[1]} ${allowed}`;
      });

    await documents.send(new GetCommand({ TableName: "Bindings", Key: { key: Buffer.alloc(16, 1) } }));
    expect(taken()).toEqual(["dynamodb:GetItem Bindings true"]);

    const Keys = [{ key: Buffer.alloc(16, 1) }];
    const Sessions = { Keys: [{ identity: Buffer.alloc(16, 1), secretHash: Buffer.alloc(32, 1) }] };
    await refusal(documents.send(new BatchGetCommand({ RequestItems: { Bindings: { Keys }, Sessions } })));
    expect(taken()).toEqual(["dynamodb:BatchGetItem Bindings true", "dynamodb:BatchGetItem Sessions false"]);

    const Put = { TableName: "People", Item: { name: "a" } };
    const check = {
      TableName: "People",
      Key: { name: "b" },
      ConditionExpression: "attribute_not_exists(age)",
    };
    const another = { Put: { ...Put, Item: { name: "d" } } };
    await documents.send(
      new TransactWriteCommand({ TransactItems: [{ Put }, another, { ConditionCheck: check }] }),
    );
    expect(taken()).toEqual(["dynamodb:PutItem People true", "dynamodb:ConditionCheckItem People true"]);

    const Delete = { TableName: "Sessions", Key: Sessions.Keys[0] };
    const mixed = [{ Put: { ...Put, Item: { name: "c" } } }, { Update: count }, { Delete }];
    const refused = await refusal(documents.send(new TransactWriteCommand({ TransactItems: mixed })));
    expect(refused.message).toMatch(/perform: dynamodb:UpdateItem on/);
    expect(taken()).toEqual([
      "dynamodb:PutItem People true",
      "dynamodb:UpdateItem People false",
      "dynamodb:DeleteItem Sessions false",
    ]);
  });

  test("that was denied leaves no trace", async () => {
    const { documents, dynamodb } = await awsForThisTest({ principals });
    await refusal(documents("LIMITED").send(new UpdateCommand(count)));
    expect(await dynamodb.call("GetItem", { TableName: "People", Key: { name: { S: "counter" } } })).toEqual(
      {},
    );
  });
});
