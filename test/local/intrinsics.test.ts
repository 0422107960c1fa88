import { describe, expect, test } from "vitest";
import { type Place, resolver } from "../../local/intrinsics.ts";

const place: Place = {
  partition: "aws-cn",
  region: "cn-north-1",
  accountId: "111111111111",
  stackName: "Shop",
};
const resources = {
  Table: { Type: "AWS::DynamoDB::GlobalTable" },
  Fn: { Type: "AWS::Lambda::Function" },
  Role: { Type: "AWS::IAM::Role" },
  Log: { Type: "AWS::Logs::LogGroup" },
  Secret: { Type: "AWS::SecretsManager::Secret" },
  Queue: { Type: "AWS::SQS::Queue" },
  Api: { Type: "AWS::ApiGateway::RestApi" },
  Stage: { Type: "AWS::ApiGateway::Stage", Properties: { StageName: "prod" } },
};
const resolve = resolver({ Resources: resources }, place, { "Login:Arn": "arn:of:the:authorizer" });

const regional = (service: string, path: string) => `arn:aws-cn:${service}:cn-north-1:111111111111:${path}`;

describe("Ref", () => {
  test.each([
    ["AWS::Partition", "aws-cn"],
    ["AWS::Region", "cn-north-1"],
    ["AWS::AccountId", "111111111111"],
    ["AWS::StackName", "Shop"],
    ["AWS::URLSuffix", "amazonaws.com"],
    ["Table", "Shop-Table"],
    ["Fn", "Shop-Fn"],
    ["Queue", "Shop-Queue"],
    ["Api", "Shop-Api"],
    // CloudFormation's Ref of a stage is its name, and that of a secret its ARN.
    ["Stage", "prod"],
    ["Secret", regional("secretsmanager", "secret:Shop-Secret-Laptop")],
  ])("of %s is %s", (name, expected) => {
    expect(resolve({ Ref: name })).toBe(expected);
  });
});

describe("Fn::GetAtt Arn", () => {
  test.each([
    ["Table", regional("dynamodb", "table/Shop-Table")],
    ["Fn", regional("lambda", "function:Shop-Fn")],
    ["Log", regional("logs", "log-group:Shop-Log:*")],
    ["Secret", regional("secretsmanager", "secret:Shop-Secret-Laptop")],
    // IAM has no Regions.
    ["Role", "arn:aws-cn:iam::111111111111:role/Shop-Role"],
  ])("of %s is %s", (name, expected) => {
    expect(resolve({ "Fn::GetAtt": [name, "Arn"] })).toBe(expected);
  });
});

test("Fn::ImportValue is what another stack exports by this name, however the name is put together", () => {
  expect(resolve({ "Fn::ImportValue": "Login:Arn" })).toBe("arn:of:the:authorizer");
  expect(resolve({ "Fn::ImportValue": { "Fn::Join": [":", ["Login", "Arn"]] } })).toBe(
    "arn:of:the:authorizer",
  );
});

test("an API has a URL, and the root of a REST API is a resource of its own", () => {
  expect(resolve({ "Fn::GetAtt": ["Api", "ApiEndpoint"] })).toBe(
    "https://Shop-Api.execute-api.cn-north-1.amazonaws.com",
  );
  expect(resolve({ "Fn::GetAtt": ["Api", "RootResourceId"] })).toBe("Shop-Api-root");
});

describe("text functions", () => {
  test.each([
    [
      "Fn::Sub",
      // biome-ignore lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation
      { "Fn::Sub": "assets-${AWS::AccountId}-${AWS::Region}-${Table}" },
      "assets-111111111111-cn-north-1-Shop-Table",
    ],
    ["Fn::Join", { "Fn::Join": ["/", ["a", { Ref: "Fn" }, 3]] }, "a/Shop-Fn/3"],
    ["Fn::Split", { "Fn::Split": [":", "a:b:c"] }, ["a", "b", "c"]],
    ["Fn::Select", { "Fn::Select": ["1", ["a", "b"]] }, "b"],
    [
      "one in the other, as CDK reads a secret's name from its ARN",
      { "Fn::Select": [6, { "Fn::Split": [":", { Ref: "Secret" }] }] },
      "Shop-Secret-Laptop",
    ],
    [
      "Fn::Join over a list that is computed",
      { "Fn::Join": ["+", { "Fn::Split": ["-", { Ref: "Table" }] }] },
      "Shop+Table",
    ],
  ])("%s", (_name, value, expected) => {
    expect(resolve(value)).toEqual(expected);
  });
});

test("everything else stays as it is, at any depth", () => {
  const value = { a: [1, true, null, "Ref"], b: { c: { Ref: "Table" } }, d: [] };
  expect(resolve(value)).toEqual({ ...value, b: { c: "Shop-Table" } });
  // An intrinsic function stands alone.
  const twoKeys = { Ref: "Table", Other: "x" };
  expect(resolve(twoKeys)).toEqual(twoKeys);
});

describe("what is not known is refused, because a guess would run something else than a deploy:", () => {
  test.each([
    ["a resource that there is none of", { Ref: "Nowhere" }, "The template has no resource Nowhere."],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: placeholders of CloudFormation
    ["the same in a text", { "Fn::Sub": "${Nowhere}" }, "The template has no resource Nowhere."],
    ["a pseudo parameter", { Ref: "AWS::StackId" }, "The template has no resource AWS::StackId."],
    [
      "an attribute",
      { "Fn::GetAtt": ["Table", "StreamArn"] },
      "does not know the attribute StreamArn of AWS::DynamoDB::GlobalTable",
    ],
    ["the ARN of a type", { "Fn::GetAtt": ["Queue", "Arn"] }, "does not know the ARN of AWS::SQS::Queue"],
    ["Fn::If", { "Fn::If": ["Production", "a", "b"] }, "does not know CloudFormation's Fn::If"],
    ["an import of what no stack exports", { "Fn::ImportValue": "Other" }, "No stack exports Other: deploy"],
  ])("%s", (_what, value, message) => {
    expect(() => resolve({ deep: [value] })).toThrow(message);
  });
});
