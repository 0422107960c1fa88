import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { deadlines } from "../../contract/deadlines.ts";
import { environments } from "../../contract/environments.ts";
import { optionalFunctions } from "../support/optional-functions.ts";
import {
  environmentOf,
  functionName,
  grantsOf,
  ofType,
  only,
  outputsOf,
  type Resource,
  referencesIn,
  resourcesOf,
  tableName,
} from "../support/template.ts";

const text = await readFile(join(inject("assembly"), "WeappLogin.template.json"), "utf8");
const template: unknown = JSON.parse(text);
const resources = resourcesOf(template);
const functions = ofType(resources, "AWS::Lambda::Function");
const tables = ofType(resources, "AWS::DynamoDB::GlobalTable");
const roles = ofType(resources, "AWS::IAM::Role");
const logGroups = ofType(resources, "AWS::Logs::LogGroup");
const grants = grantsOf(resources);
const api = only(resources, "AWS::ApiGatewayV2::Api");
const authorizer = only(resources, "AWS::ApiGatewayV2::Authorizer");

/** The function of this name in `functions/`. */
function lambda(name: string): Resource {
  const found = functions.find((it) => functionName(it) === name);
  if (!found) throw new Error(`There is no function ${name}.`);
  return found;
}

function roleOf(fn: Resource): string {
  return referencesIn(fn.properties.Role).join();
}

function nameOfRole(role: string): string {
  return functions
    .filter((fn) => roleOf(fn) === role)
    .map(functionName)
    .join();
}

/** `login dynamodb:PutItem`, sorted, for whatever was granted on this resource. */
function grantsOn({ logicalId }: Resource): string[] {
  return grants
    .filter(({ resource }) => referencesIn(resource).includes(logicalId))
    .map(({ role, action }) => `${nameOfRole(role)} ${action}`)
    .sort();
}

describe("the API", () => {
  const routes = ofType(resources, "AWS::ApiGatewayV2::Route");

  test("is open at ANY /login and nowhere else", () => {
    const open = routes.filter(({ properties }) => properties.AuthorizationType !== "CUSTOM");
    expect(open.map(({ properties }) => properties.RouteKey)).toEqual(["ANY /login"]);
    expect(routes.length).toBeGreaterThan(1);
  });

  test("asks the session authorizer on every other route", () => {
    for (const { properties } of routes.filter((it) => it.properties.RouteKey !== "ANY /login")) {
      expect(properties, String(properties.RouteKey)).toMatchObject({
        AuthorizationType: "CUSTOM",
        AuthorizerId: { Ref: authorizer.logicalId },
      });
    }
  });

  test("has no way in beside its routes", () => {
    // A quick-create target is an open $default route that never shows up as a route.
    expect(api.properties).not.toHaveProperty("Target");
    expect(ofType(resources, "AWS::Lambda::Url")).toEqual([]);
    for (const { properties, logicalId } of ofType(resources, "AWS::Lambda::Permission")) {
      expect(properties.Principal, logicalId).toBe("apigateway.amazonaws.com");
      expect(properties.Action, logicalId).toBe("lambda:InvokeFunction");
      expect(referencesIn(properties.SourceArn), logicalId).toContain(api.logicalId);
    }
  });

  test("leads nobody to the verifier or to admin: those are invoked with IAM only", () => {
    const reachable = [
      ...ofType(resources, "AWS::Lambda::Permission").map(({ properties }) => properties.FunctionName),
      ...ofType(resources, "AWS::ApiGatewayV2::Integration").map(
        ({ properties }) => properties.IntegrationUri,
      ),
    ].flatMap(referencesIn);
    expect(reachable).toContain(lambda("login").logicalId);
    expect(reachable).not.toContain(lambda("verifier").logicalId);
    expect(reachable).not.toContain(lambda("admin").logicalId);
  });

  test("speaks payload format 2.0 with every function", () => {
    for (const { properties, logicalId } of ofType(resources, "AWS::ApiGatewayV2::Integration")) {
      expect(properties, logicalId).toMatchObject({
        IntegrationType: "AWS_PROXY",
        PayloadFormatVersion: "2.0",
      });
    }
  });

  test("never reuses an answer of the authorizer, and does not ask it without an Authorization header", () => {
    expect(authorizer.properties).toMatchObject({
      AuthorizerType: "REQUEST",
      // With anything but 0 a logout does nothing for as long.
      AuthorizerResultTtlInSeconds: 0,
      EnableSimpleResponses: true,
      AuthorizerPayloadFormatVersion: "2.0",
      IdentitySource: ["$request.header.Authorization"],
    });
    expect(referencesIn(authorizer.properties.AuthorizerUri)).toEqual([lambda("authorizer").logicalId]);
  });

  test("logs neither headers nor queries nor what the authorizer found out", () => {
    const { AccessLogSettings } = only(resources, "AWS::ApiGatewayV2::Stage").properties;
    expect(AccessLogSettings).toMatchObject({ Format: expect.any(String) });
    const variables = JSON.stringify(AccessLogSettings).match(/\$[\w.]+/g) ?? [];
    expect(variables).toContain("$context.requestId");
    const harmless =
      /^\$context\.(requestId|requestTimeEpoch|identity\.sourceIp|routeKey|status|responseLatency|integrationLatency|authorizer\.error|error\.message)$/;
    expect(variables.filter((name) => !harmless.test(name))).toEqual([]);
  });

  test("logs where neither the account's one policy of 5,120 characters nor drift detection stumbles over it", () => {
    const { AccessLogSettings } = only(resources, "AWS::ApiGatewayV2::Stage").properties;
    const [group, ...others] = logGroups.filter(({ logicalId }) =>
      referencesIn(AccessLogSettings).includes(logicalId),
    );
    expect(others).toEqual([]);
    expect(group?.properties.LogGroupName).toBe("/aws/vendedlogs/apigateway/WeappLogin");
    // `Fn::GetAtt` of a log group's ARN ends with `:*`, which API Gateway does not keep.
    expect(JSON.stringify(AccessLogSettings)).toMatch(/:log-group:",\{"Ref":"\w+"\}\]\]\}/);
  });
});

describe("grants", () => {
  test("nobody may Scan", () => {
    expect(grants.filter(({ action }) => /scan/i.test(action))).toEqual([]);
  });

  test("every grant names its action and a resource of this stack", () => {
    for (const { role, action, resource } of grants) {
      const grant = `${nameOfRole(role)} ${action}`;
      expect(action, grant).toMatch(/^[a-z]+:[A-Za-z]+$/);
      expect(referencesIn(resource), grant).toHaveLength(1);
    }
    expect(text).not.toMatch(/"Resource":\s*"\*"/);
  });

  test("no ARN is bound to the partition aws", () => {
    expect(text).not.toContain("arn:aws");
  });

  test("the authorizer may read the two tables in one batch, write its log, and nothing else", () => {
    const ofAuthorizer = grants
      .filter(({ role }) => role === roleOf(lambda("authorizer")))
      .map(({ action, resource }) => {
        const [id] = referencesIn(resource);
        const target = resources.find(({ logicalId }) => logicalId === id);
        return `${action} ${target?.type === "AWS::DynamoDB::GlobalTable" ? tableName(target) : target?.type}`;
      });
    expect(ofAuthorizer.sort()).toEqual([
      "dynamodb:BatchGetItem Bindings",
      "dynamodb:BatchGetItem Sessions",
      "logs:CreateLogStream AWS::Logs::LogGroup",
      "logs:PutLogEvents AWS::Logs::LogGroup",
    ]);
  });

  // Who may do what to the items of which table. The authorizer reads two and writes none.
  const mayDo: Record<string, Record<string, string>> = {
    admin: {
      Accounts: "BatchGetItem DeleteItem GetItem PutItem UpdateItem",
      Bindings: "GetItem UpdateItem",
      Sessions: "DeleteItem Query",
    },
    authorizer: { Bindings: "BatchGetItem", Sessions: "BatchGetItem" },
    hello: {},
    login: {
      Attempts: "GetItem PutItem UpdateItem",
      Bindings: "GetItem UpdateItem",
      Sessions: "PutItem",
    },
    session: { Bindings: "GetItem UpdateItem", Sessions: "DeleteItem Query" },
    verifier: { Accounts: "GetItem UpdateItem" },
  };

  test.each(functions.map(functionName))("%s may do to the tables what it must, and nothing else", (name) => {
    const done = tables.flatMap((table) => {
      const actions = grantsOn(table)
        .filter((grant) => grant.startsWith(`${name} `) && !grant.includes(" dynamodb:Describe"))
        .map((grant) => grant.replace(`${name} dynamodb:`, ""));
      return actions.length === 0 ? [] : [[tableName(table), actions.join(" ")]];
    });
    expect(Object.fromEntries(done)).toEqual(mayDo[name]);
  });

  test("nobody but admin may look at how a table is set up", () => {
    const describing = tables.flatMap(grantsOn).filter((grant) => grant.includes("dynamodb:Describe"));
    expect(describing.filter((grant) => !grant.startsWith("admin "))).toEqual([]);
  });

  test("admin describes every table, as doctor does, and how it forgets or is backed up", () => {
    for (const table of tables) {
      const kept = tableName(table) === "Bindings" || tableName(table) === "Accounts";
      expect(grantsOn(table).filter((grant) => grant.includes("Describe"))).toEqual(
        [
          "admin dynamodb:DescribeTable",
          `admin dynamodb:${kept ? "DescribeContinuousBackups" : "DescribeTimeToLive"}`,
        ].sort(),
      );
    }
  });

  test("nobody may delete a binding: unbinding takes the userId out and keeps what ends old sessions", () => {
    const bindings = tables.find((table) => tableName(table) === "Bindings");
    if (!bindings) throw new Error("There is no table of bindings.");
    expect(grantsOn(bindings).filter((grant) => /Delete|BatchWrite|PartiQL/.test(grant))).toEqual([]);
  });

  test("login reads AppSecrets, admin sets and checks them, and nobody else touches them", () => {
    for (const secret of ofType(resources, "AWS::SecretsManager::Secret")) {
      expect(grantsOn(secret)).toEqual([
        "admin secretsmanager:GetSecretValue",
        "admin secretsmanager:PutSecretValue",
        "login secretsmanager:GetSecretValue",
      ]);
    }
  });

  const onFunctions = grants
    .filter(({ action }) => action.startsWith("lambda:"))
    .map(({ role, action, resource }) => [nameOfRole(role), action, ...referencesIn(resource)].join(" "));
  const isInvocation = (grant: string) => grant.includes(" lambda:InvokeFunction ");

  test("login invokes a function, and admin for doctor: the verifier, and no other", () => {
    const verifier = lambda("verifier").logicalId;
    expect(onFunctions.filter(isInvocation).sort()).toEqual([
      `admin lambda:InvokeFunction ${verifier}`,
      `login lambda:InvokeFunction ${verifier}`,
    ]);
  });

  test("admin describes the functions behind the API, as doctor does, and no role changes any", () => {
    const described = (["authorizer", "login", "session"] as const).flatMap((name) =>
      ["GetFunctionConfiguration", "GetPolicy"].map((it) => `admin lambda:${it} ${lambda(name).logicalId}`),
    );
    expect(onFunctions.filter((grant) => !isInvocation(grant)).sort()).toEqual(described.sort());
  });

  test("every role is that of exactly one function, which it trusts, without a managed policy", () => {
    expect(functions.map(roleOf).sort()).toEqual(roles.map(({ logicalId }) => logicalId).sort());
    for (const { logicalId, properties } of roles) {
      expect(properties, logicalId).not.toHaveProperty("ManagedPolicyArns");
      expect(properties.AssumeRolePolicyDocument, logicalId).toMatchObject({
        Statement: [
          { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } },
        ],
      });
    }
    expect(ofType(resources, "AWS::IAM::ManagedPolicy")).toEqual([]);
  });

  test("stand in the roles themselves, where drift detection sees them", () => {
    expect(ofType(resources, "AWS::IAM::Policy")).toEqual([]);
    expect(ofType(resources, "AWS::IAM::RolePolicy")).toEqual([]);
  });
});

describe("every function", () => {
  const all = functions.map((fn) => [functionName(fn), fn] as const);

  test("of functions/ is in the stack, and no other", () => {
    const expected = Object.keys(environments).filter((name) => !optionalFunctions.includes(name));
    expect(all.map(([name]) => name).sort()).toEqual(expected.sort());
  });

  test.each(all)("%s gets exactly the environment that its entry reads", (name, fn) => {
    const names = new Map<string, readonly string[]>(Object.entries(environments)).get(name) ?? [];
    expect(Object.keys(environmentOf(fn)).sort()).toEqual([...names].sort());
  });

  test.each(all)("%s says its runtime, architecture, memory and timeout", (name, { properties }) => {
    const { timeoutSeconds } = new Map(Object.entries(deadlines)).get(name) ?? {};
    expect(properties).toMatchObject({
      Runtime: expect.stringMatching(/^nodejs(2[4-9]|[3-9]\d)\.x$/),
      Architectures: ["arm64"],
      MemorySize: expect.any(Number),
      // Without one, Lambda ends a function after 3 seconds.
      Timeout: timeoutSeconds,
    });
  });

  test("has the time to say that it took too long", () => {
    for (const deadline of Object.values(deadlines)) {
      if (!("deadlineMs" in deadline)) continue;
      expect(deadline.timeoutSeconds * 1_000 - deadline.deadlineMs).toBeGreaterThanOrEqual(1_000);
    }
  });

  test.each(all)("%s logs JSON into a log group of its own, which only it may write", (_name, fn) => {
    expect(fn.properties.LoggingConfig).toMatchObject({ LogFormat: "JSON" });
    const own = logGroups.filter(({ logicalId }) =>
      referencesIn(fn.properties.LoggingConfig).includes(logicalId),
    );
    expect(own).toHaveLength(1);
    const logged = grants.filter(({ role, action }) => role === roleOf(fn) && action.startsWith("logs:"));
    expect(logged.map(({ action }) => action).sort()).toEqual(["logs:CreateLogStream", "logs:PutLogEvents"]);
    expect(logged.flatMap(({ resource }) => referencesIn(resource))).toEqual([
      own[0]?.logicalId,
      own[0]?.logicalId,
    ]);
    const others = functions
      .filter((it) => it !== fn)
      .flatMap((it) => referencesIn(it.properties.LoggingConfig));
    expect(others).not.toContain(own[0]?.logicalId);
  });

  test("that hashes passwords has a whole vCPU", () => {
    expect(lambda("verifier").properties.MemorySize).toBe(1_769);
  });

  test("that calls WeChat calls WeChat", () => {
    for (const fn of functions.filter((it) => "WECHAT_BASE_URL" in environmentOf(it))) {
      expect(environmentOf(fn).WECHAT_BASE_URL).toBe("https://api.weixin.qq.com");
    }
  });
});

describe("what is kept", () => {
  // A changed logical id makes CloudFormation create an empty resource and let go of the one with the data in it.
  const pinned: [type: string, logicalId: string, cost: string][] = [
    [
      "AWS::DynamoDB::GlobalTable",
      "LoginTablesBindings250849DB",
      "every user starts over, with a new identity",
    ],
    ["AWS::DynamoDB::GlobalTable", "LoginTablesAccounts13AF5C40", "nobody's password works any more"],
    ["AWS::DynamoDB::GlobalTable", "LoginTablesSessionsDBC850B9", "everybody is logged out"],
    ["AWS::DynamoDB::GlobalTable", "LoginTablesAttempts460819B2", "every budget of guesses is full again"],
    [
      "AWS::SecretsManager::Secret",
      "LoginAppSecretwx0123456789abcdef356615D2",
      "login answers not_configured",
    ],
    [
      "AWS::ApiGatewayV2::Api",
      "LoginApiHttp42AF7BD4",
      "its URL, which every installed mini-program calls, is gone",
    ],
  ];

  test.each(pinned)("%s %s keeps its logical id, because otherwise %s", (type, logicalId) => {
    expect(ofType(resources, type).map((it) => it.logicalId)).toContain(logicalId);
  });

  test("nothing else holds data or outlives the stack: whatever comes to do so needs a line above", () => {
    const stateful = resources.filter(
      ({ type, deletionPolicy }) =>
        /^AWS::(DynamoDB|SecretsManager|S3|SSM|KMS|SQS)::/.test(type) ||
        /Retain/.test(String(deletionPolicy)),
    );
    const listed = pinned.map(([, logicalId]) => logicalId);
    expect(stateful.map(({ logicalId }) => logicalId).filter((it) => !listed.includes(it))).toEqual([]);
  });

  test.each(tables.map((table) => [tableName(table), table] as const))(
    "%s is billed on demand",
    (_name, table) => {
      expect(table.properties.BillingMode).toBe("PAY_PER_REQUEST");
    },
  );

  const irreplaceable = ["Bindings", "Accounts"];

  test.each(irreplaceable.map((name) => [name, tables.find((table) => tableName(table) === name)] as const))(
    "%s cannot be rebuilt: recoverable, protected from deletion, retained",
    (_name, table) => {
      expect(table?.properties.Replicas).toEqual([
        expect.objectContaining({
          DeletionProtectionEnabled: true,
          PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        }),
      ]);
      expect(table).toMatchObject({ deletionPolicy: "Retain", updateReplacePolicy: "Retain" });
      // An item that expires would be a binding or an account that vanishes.
      expect(table?.properties).not.toHaveProperty("TimeToLiveSpecification");
    },
  );

  test("every other table forgets what has expired", () => {
    for (const table of tables.filter((it) => !irreplaceable.includes(tableName(it)))) {
      expect(table.properties.TimeToLiveSpecification, tableName(table)).toEqual({
        AttributeName: "expiresAt",
        Enabled: true,
      });
    }
  });

  test("an AppSecret is deployed as the placeholder, never generated, and retained", () => {
    for (const secret of ofType(resources, "AWS::SecretsManager::Secret")) {
      // Spelt out: a changed placeholder would overwrite the live AppSecret at the next deploy.
      expect(secret.properties.SecretString).toBe("REPLACE_WITH_THE_APP_SECRET_OF_YOUR_MINI_PROGRAM");
      expect(secret.properties).not.toHaveProperty("GenerateSecretString");
      // But not where a first deploy fails: nothing was set yet, and each try would leave another one behind.
      expect(secret).toMatchObject({ deletionPolicy: "RetainExceptOnCreate", updateReplacePolicy: "Retain" });
    }
  });

  test("every log is forgotten some day: each function's, and the API's", () => {
    const written = [...functions, only(resources, "AWS::ApiGatewayV2::Stage")].map(
      ({ properties }) => properties.LoggingConfig ?? properties.AccessLogSettings,
    );
    expect(written.flatMap(referencesIn).sort()).toEqual(logGroups.map((it) => it.logicalId).sort());
    for (const { logicalId, properties } of logGroups) {
      expect(properties.RetentionInDays, logicalId).toEqual(expect.any(Number));
    }
  });
});

describe("the outputs", () => {
  const outputs = outputsOf(template);

  test("tell the mini-program where to call", () => {
    expect(referencesIn(outputs.ApiUrl)).toEqual([api.logicalId]);
    // A slash at the end would make `${baseUrl}/login` a path that does not exist.
    expect(JSON.stringify(outputs.ApiUrl)).toContain('{"Ref":"AWS::URLSuffix"}]]}');
  });

  test("tell other stacks the authorizer, and operators whom to ask and where the AppSecret goes", () => {
    expect(outputs.AuthorizerFunctionArn).toEqual({ "Fn::GetAtt": [lambda("authorizer").logicalId, "Arn"] });
    expect(outputs.AdminFunctionName).toEqual({ Ref: lambda("admin").logicalId });
    const { logicalId } = only(resources, "AWS::SecretsManager::Secret");
    expect(new Set(referencesIn(outputs.AppSecretName))).toEqual(new Set([logicalId]));
  });
});
