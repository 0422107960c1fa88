import { Stack } from "aws-cdk-lib";
import { Key } from "aws-cdk-lib/aws-kms";
import { describe, expect, test } from "vitest";
import { WeappLogin } from "../../lib/weapp-login.ts";
import { appId, newApp, synthesized, templateOf } from "../support/in-process.ts";
import {
  environmentOf,
  functionName,
  grantsOf,
  ofType,
  record,
  referencesIn,
  tableName,
} from "../support/template.ts";

const { resources, text } = synthesized({ sessionKeys: true });
const functions = ofType(resources, "AWS::Lambda::Function");

function named(name: string) {
  const found = functions.find((fn) => functionName(fn) === name);
  if (!found) throw new Error(`There is no function ${name}.`);
  return found;
}

function tableOf(from: typeof resources) {
  return ofType(from, "AWS::DynamoDB::GlobalTable").find((it) => tableName(it) === "SessionKeys");
}

/** `opendata GetItem`, for whatever may be done to the table of session_keys. */
function grants(from = resources): string[] {
  const table = tableOf(from)?.logicalId ?? "";
  return grantsOf(from)
    .filter(({ resource }) => referencesIn(resource).includes(table))
    .map(({ role, action }) => {
      const fn = ofType(from, "AWS::Lambda::Function").find(
        (it) => referencesIn(it.properties.Role).join() === role,
      );
      return `${fn && functionName(fn)} ${action.replace("dynamodb:", "")}`;
    })
    .sort();
}

describe("with sessionKeys", () => {
  test("login writes session_keys, open data reads them, admin does both, and the authorizer has no grant on them", () => {
    expect(grants()).toEqual([
      "admin DescribeTable",
      "admin DescribeTimeToLive",
      "admin GetItem",
      "admin UpdateItem",
      "login UpdateItem",
      "opendata GetItem",
    ]);
  });

  test("their table forgets, is of the identity alone, and goes with the stack", () => {
    expect(tableOf(resources)).toMatchObject({
      logicalId: "LoginTablesSessionKeys82EE9AC7",
      deletionPolicy: "Delete",
      properties: {
        KeySchema: [{ AttributeName: "identity", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "identity", AttributeType: "B" }],
        TimeToLiveSpecification: { AttributeName: "expiresAt", Enabled: true },
      },
    });
  });

  test("whoever works with it is told its name, and nobody else", () => {
    const told = functions.filter((fn) => "SESSION_KEYS_TABLE" in environmentOf(fn)).map(functionName);
    expect(told.sort()).toEqual(["admin", "login", "opendata"]);
    expect(Object.keys(environmentOf(named("opendata")))).toEqual(["SESSION_KEYS_TABLE"]);
  });

  test("the route is asked the authorizer about anew every time", () => {
    const routes = ofType(resources, "AWS::ApiGatewayV2::Route");
    const route = routes.find(({ properties }) => properties.RouteKey === "POST /open-data");
    const session = routes.find(({ properties }) => properties.RouteKey === "GET /session");
    expect(route?.properties).toMatchObject({ AuthorizationType: "CUSTOM" });
    expect(route?.properties.AuthorizerId).toEqual(session?.properties.AuthorizerId);
  });

  test("its function and its table are watched as the others are", () => {
    const filters = ofType(resources, "AWS::Logs::MetricFilter").map(({ properties }) =>
      record([properties.MetricTransformations].flat()[0]).MetricName === "MustLook"
        ? referencesIn(properties.LogGroupName).join()
        : "",
    );
    expect(filters).toContain(referencesIn(named("opendata").properties.LoggingConfig).join());
    const alarms = JSON.stringify(ofType(resources, "AWS::CloudWatch::Alarm"));
    expect(alarms).toContain(named("opendata").logicalId);
    expect(alarms).toContain(tableOf(resources)?.logicalId);
  });

  test("it is encrypted with the owner's key, as the other tables are", () => {
    const stack = new Stack(newApp(), "Shop", { env: { region: "eu-west-1", account: "111111111111" } });
    const encryptionKey = new Key(stack, "Key");
    new WeappLogin(stack, "Login", { appId, encryptionKey, sessionKeys: true });
    const { resources: encrypted } = templateOf(stack);
    const key = ofType(encrypted, "AWS::KMS::Key")[0]?.logicalId ?? "none";
    expect(tableOf(encrypted)?.properties.SSESpecification).toEqual({ SSEEnabled: true, SSEType: "KMS" });
    expect(referencesIn(tableOf(encrypted)?.properties.Replicas)).toContain(key);
    const role = referencesIn(
      ofType(encrypted, "AWS::Lambda::Function").find((fn) => functionName(fn) === "opendata")?.properties
        .Role,
    ).join();
    const ofKey = grantsOf(encrypted.filter(({ logicalId }) => logicalId === role).map(withoutConditions))
      .filter(({ resource }) => referencesIn(resource).includes(key))
      .map(({ action }) => action);
    expect(ofKey.sort()).toEqual(["kms:Decrypt", "kms:DescribeKey"]);
  });
});

test("without it there is no table, function, route, variable or grant of it", () => {
  for (const plain of [synthesized(), synthesized({ sessionKeys: false })]) {
    expect(plain.text).not.toMatch(/open-?data|session_?keys/i);
    expect(plain.text.length).toBeLessThan(text.length);
  }
});

/** A condition makes a statement more than a grant; here it is the key's, and encryption-key.test.ts looks at it. */
function withoutConditions(resource: (typeof resources)[number]): (typeof resources)[number] {
  const properties = JSON.parse(
    JSON.stringify(resource.properties, (name, value) => (name === "Condition" ? undefined : value)),
  );
  return { ...resource, properties };
}
