import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { isRecord } from "../../../local/aws/json.ts";
import { readRestApis } from "./assembly.ts";

const arnOf = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;
const uri = (arn: unknown) => ({
  "Fn::Join": ["", ["arn:aws:apigateway:x:lambda:path/2015-03-31/functions/", arn, "/invocations"]],
});
const orders = { "Fn::GetAtt": ["Orders", "Arn"] };
const imported = { "Fn::ImportValue": "Login:Authorizer" };
const api = { Ref: "Api" };

/** Much as CDK writes it: `GET /orders` is open, `ANY /orders/{id}` has an authorizer of another stack. */
const resources: Record<string, { Type: string; Properties: Record<string, unknown> }> = {
  Role: { Type: "AWS::IAM::Role", Properties: {} },
  Orders: {
    Type: "AWS::Lambda::Function",
    Properties: {
      Code: { S3Key: "abc.zip" },
      Handler: "index.handler",
      Role: { "Fn::GetAtt": ["Role", "Arn"] },
    },
  },
  Api: { Type: "AWS::ApiGateway::RestApi", Properties: { Name: "Shop" } },
  Deployment: { Type: "AWS::ApiGateway::Deployment", Properties: { RestApiId: api } },
  Stage: {
    Type: "AWS::ApiGateway::Stage",
    Properties: { RestApiId: api, DeploymentId: { Ref: "Deployment" }, StageName: "prod" },
  },
  OrdersResource: {
    Type: "AWS::ApiGateway::Resource",
    Properties: { ParentId: { "Fn::GetAtt": ["Api", "RootResourceId"] }, PathPart: "orders", RestApiId: api },
  },
  OrderResource: {
    Type: "AWS::ApiGateway::Resource",
    Properties: { ParentId: { Ref: "OrdersResource" }, PathPart: "{id}", RestApiId: api },
  },
  Open: {
    Type: "AWS::ApiGateway::Method",
    Properties: {
      HttpMethod: "GET",
      ResourceId: { Ref: "OrdersResource" },
      RestApiId: api,
      AuthorizationType: "NONE",
      Integration: { Type: "AWS_PROXY", Uri: uri(orders) },
    },
  },
  Guarded: {
    Type: "AWS::ApiGateway::Method",
    Properties: {
      HttpMethod: "ANY",
      ResourceId: { Ref: "OrderResource" },
      RestApiId: api,
      AuthorizationType: "CUSTOM",
      AuthorizerId: { Ref: "Asks" },
      Integration: { Type: "AWS_PROXY", Uri: uri(orders) },
    },
  },
  Asks: {
    Type: "AWS::ApiGateway::Authorizer",
    Properties: {
      RestApiId: api,
      Type: "REQUEST",
      AuthorizerUri: uri(imported),
      IdentitySource: "method.request.header.Authorization,method.request.querystring.shop",
      AuthorizerResultTtlInSeconds: 0,
    },
  },
  MayAsk: {
    Type: "AWS::Lambda::Permission",
    Properties: {
      FunctionName: imported,
      Principal: "apigateway.amazonaws.com",
      Action: "lambda:InvokeFunction",
      SourceArn: { "Fn::Join": ["", ["arn:of:", api, "/authorizers/", { Ref: "Asks" }]] },
    },
  },
};

/** The same with other properties of some resources; undefined: without it. */
async function read(changes: Readonly<Record<string, unknown>> = {}) {
  const directory = await mkdtemp(join(tmpdir(), "weapp-login-rest-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const Resources = Object.fromEntries(
    Object.entries(resources).flatMap(([name, it]) => {
      const change = changes[name];
      if (name in changes && !isRecord(change)) return [];
      return [[name, { ...it, Properties: { ...it.Properties, ...(isRecord(change) && change) } }]];
    }),
  );
  const assets = { files: { abc: { source: { path: "asset.abc" } } } };
  await writeFile(join(directory, "Shop.assets.json"), JSON.stringify(assets));
  await writeFile(join(directory, "Shop.template.json"), JSON.stringify({ Resources }));
  return {
    restApis: await readRestApis(directory, "Shop", "us-east-1", { "Login:Authorizer": arnOf("Authorizer") }),
  };
}

test("a REST API is a stage with its methods, what they invoke, and whom they ask", async () => {
  const { restApis } = await read();
  expect(restApis).toMatchObject([
    {
      apiId: "Shop-Api",
      stage: "prod",
      binary: false,
      methods: [
        { httpMethod: "GET", resourcePath: "/orders", functionArn: arnOf("Shop-Orders") },
        {
          httpMethod: "ANY",
          resourcePath: "/orders/{id}",
          functionArn: arnOf("Shop-Orders"),
          authorizer: {
            authorizerId: "Shop-Asks",
            functionArn: arnOf("Authorizer"),
            identitySources: [
              { from: "header", name: "Authorization" },
              { from: "querystring", name: "shop" },
            ],
            cacheSeconds: 0,
          },
        },
      ],
    },
  ]);
  expect(restApis[0]?.methods[0]).not.toHaveProperty("authorizer");
  expect([...(restApis[0]?.permissions ?? [])]).toEqual([
    [
      arnOf("Authorizer"),
      [
        {
          Effect: "Allow",
          Action: "lambda:InvokeFunction",
          Resource: "arn:of:Shop-Api/authorizers/Shop-Asks",
        },
      ],
    ],
  ]);
});

test("a method of the root is that of /", async () => {
  const { restApis } = await read({ Open: { ResourceId: { "Fn::GetAtt": ["Api", "RootResourceId"] } } });
  expect(restApis[0]?.methods[0]?.resourcePath).toBe("/");
});

test("what may be invoked by somebody else may not be by API Gateway", async () => {
  const { restApis } = await read({ MayAsk: { Principal: "s3.amazonaws.com" } });
  expect(restApis[0]?.permissions.size).toBe(0);
});

test("an authorizer that says nothing of its cache is one that API Gateway caches for 300 seconds", async () => {
  const { restApis } = await read({ Asks: { AuthorizerResultTtlInSeconds: undefined } });
  expect(restApis[0]?.methods[1]?.authorizer?.cacheSeconds).toBe(300);
});

test("an API without a stage is not there", async () => {
  expect((await read({ Stage: undefined })).restApis).toEqual([]);
});

describe("what the laptop would not honour is refused:", () => {
  test.each<[string, Record<string, unknown>, string]>([
    ["a mock", { Open: { Integration: { Type: "MOCK" } } }, "an integration of the type MOCK"],
    ["API keys", { Open: { ApiKeyRequired: true } }, "API keys"],
    ["IAM", { Open: { AuthorizationType: "AWS_IAM" } }, "authorization by AWS_IAM"],
    ["a TOKEN authorizer", { Asks: { Type: "TOKEN" } }, "an authorizer of the type TOKEN"],
    [
      "an authorizer from elsewhere",
      { Guarded: { AuthorizerId: "other" } },
      "an authorizer of another stack",
    ],
    ["a resource policy", { Api: { Policy: {} } }, "a resource policy"],
    ["an OpenAPI definition", { Api: { Body: {} } }, "an OpenAPI definition"],
    [
      "single binary types",
      { Api: { BinaryMediaTypes: ["image/png"] } },
      "binary media types other than */*",
    ],
    ["a stage that nothing was deployed to", { Deployment: undefined }, "has no resource Deployment"],
    [
      "another identity source",
      { Asks: { IdentitySource: "context.stage" } },
      "The local stack knows no identity source context.stage.",
    ],
    [
      "a cache that everybody shares",
      { Asks: { IdentitySource: "", AuthorizerResultTtlInSeconds: 300 } },
      "an authorizer with a cache and without identity sources",
    ],
  ])("%s", async (_what, changes, message) => {
    await expect(read(changes)).rejects.toThrow(message);
  });
});
