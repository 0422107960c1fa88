import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Stack } from "aws-cdk-lib";
import { Key } from "aws-cdk-lib/aws-kms";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { describe, expect, inject, test } from "vitest";
import { WeappLogin } from "../../lib/weapp-login.ts";
import { isRecord } from "../../local/aws/json.ts";
import { appId, newApp, ownFunction, stackWith, synthesized, templateOf } from "../support/in-process.ts";
import { type Resource, resourcesOf } from "../support/template.ts";

const pseudoParameters: Record<string, string> = {
  "AWS::Partition": "aws-cn",
  "AWS::URLSuffix": "amazonaws.com.cn",
  "AWS::Region": "cn-north-1",
  "AWS::AccountId": "111111111111",
};

/**
 * Services whose principal has no `.cn` in China either, as the region facts of aws-cdk-lib have it (codedeploy and
 * elasticmapreduce are others). https://github.com/serverless/serverless/pull/6127 found it by deploying.
 */
const principals = ["lambda.amazonaws.com", "apigateway.amazonaws.com", "cloudwatch.amazonaws.com"];

const offered = new Set(
  (await readFile(join(import.meta.dirname, "../support/cn-north-1-resource-types.txt"), "utf8"))
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#")),
);

/** Every text in the value as it reads in Beijing; what a resource is called there stands as `<LogicalId>`. */
function textsIn(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (!isRecord(value)) return [];
  if (typeof value.Ref === "string") return [pseudoParameters[value.Ref] ?? `<${value.Ref}>`];
  if (Array.isArray(value["Fn::Join"])) {
    const [separator, parts] = value["Fn::Join"];
    return [textsIn(parts).join(String(separator))];
  }
  if (typeof value["Fn::Sub"] === "string") {
    return [
      value["Fn::Sub"].replaceAll(/\$\{([^}]+)\}/g, (_, name) => pseudoParameters[name] ?? `<${name}>`),
    ];
  }
  if ("Fn::GetAtt" in value) return [`<${textsIn(value["Fn::GetAtt"]).join(".")}>`];
  return Object.values(value).flatMap(textsIn);
}

/** What would lead out of China: an ARN of another partition, or a host that is not there. */
function foreign(value: unknown): string[] {
  const places = textsIn(value).flatMap(
    (text) => text.match(/arn:[^:]*:|[\w.-]*amazonaws\.com[\w.]*/g) ?? [],
  );
  return places.filter(
    (place) => place !== "arn:aws-cn:" && !place.endsWith(".com.cn") && !principals.includes(place),
  );
}

function notOffered(resources: readonly Pick<Resource, "type">[]): string[] {
  return resources.map(({ type }) => type).filter((type) => !offered.has(type));
}

const env = { region: "cn-north-1", account: "111111111111" };

describe("in Beijing", () => {
  test("the stack as `cdk synth` writes it for any Region is at home", async () => {
    const template: unknown = JSON.parse(
      await readFile(join(inject("assembly"), "WeappLogin.template.json"), "utf8"),
    );
    expect(foreign(template)).toEqual([]);
    expect(notOffered(resourcesOf(template))).toEqual([]);
    expect(JSON.stringify(template)).not.toMatch(/arn:aws/);
  });

  test("so it is synthesized for that Region, with everything that it can have", () => {
    const { text, resources, outputs } = synthesized(
      {
        hello: true,
        otherAppIds: ["wx00000000000000a2"],
        cors: { allowOrigins: ["*"] },
        loginThrottle: { ratePerSecond: 50, burst: 100 },
        alarmEmail: "ops@example.cn",
      },
      { env },
    );
    expect(foreign(resources)).toEqual([]);
    expect(foreign(outputs)).toEqual([]);
    expect(notOffered(resources)).toEqual([]);
    expect(text).not.toMatch(/arn:aws/);
    expect(textsIn(outputs.ApiUrl)).toEqual([
      expect.stringMatching(/^https:\/\/<\w+>\.execute-api\.cn-north-1\.amazonaws\.com\.cn$/),
    ]);
  });

  test("so it is with a domain and a key of the owner's, through whichever suffix KMS names a service by", () => {
    const stack = new Stack(newApp(), "Shop", { env });
    const encryptionKey = Key.fromKeyArn(stack, "Key", "arn:aws-cn:kms:cn-north-1:111111111111:key/one");
    const certificateArn = "arn:aws-cn:acm:cn-north-1:111111111111:certificate/one";
    const domain = { name: "login.example.cn", certificateArn };
    new WeappLogin(stack, "Login", { appId, encryptionKey, domain });
    const { resources } = templateOf(stack);
    expect(new Set(foreign(resources))).toEqual(
      new Set(["dynamodb.cn-north-1.amazonaws.com", "secretsmanager.cn-north-1.amazonaws.com"]),
    );
    const texts = textsIn(resources);
    expect(texts).toContain("dynamodb.cn-north-1.amazonaws.com.cn");
    expect(texts).toContain("secretsmanager.cn-north-1.amazonaws.com.cn");
    expect(notOffered(resources)).toEqual([]);
  });

  test("what is not at home is found", () => {
    const stack = stackWith({}, { env });
    ownFunction(stack, "Orders").addEnvironment("TOPIC", "arn:aws:sns:us-east-1:111111111111:orders");
    Secret.fromSecretCompleteArn(
      stack,
      "Far",
      "arn:aws:secretsmanager:us-east-1:111111111111:secret:a-abcdef",
    ).grantRead(ownFunction(stack, "Reader"));
    expect(foreign(templateOf(stack).resources)).toEqual(["arn:aws:", "arn:aws:"]);
    expect(foreign({ "Fn::Join": [".", ["sqs", { Ref: "AWS::Region" }, "amazonaws.com"]] })).toEqual([
      "sqs.cn-north-1.amazonaws.com",
    ]);
    expect(notOffered([{ type: "AWS::Cognito::UserPool" }])).toEqual(["AWS::Cognito::UserPool"]);
  });
});
