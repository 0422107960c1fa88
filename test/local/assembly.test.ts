import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, inject, onTestFinished, test } from "vitest";
import { appSecretPlaceholder } from "../../contract/environment.ts";
import { environments } from "../../contract/environments.ts";
import { readAssembly } from "../../local/assembly.ts";
import { isAllowed } from "../../local/aws/iam.ts";
import { optionalFunctions } from "../support/optional-functions.ts";

const assembly = await readAssembly(inject("assembly"), "WeappLogin");
const functions = assembly.functions.map((fn) => [fn.label, fn] as const);

function lambda(label: string) {
  const found = assembly.functions.find((fn) => fn.label === label);
  if (!found) throw new Error(`There is no function ${label}.`);
  return found;
}

function table(variable: string) {
  const name = assembly.functions.flatMap(({ environment }) => environment[variable] ?? [])[0];
  const found = assembly.tables.find((it) => it.name === name);
  if (!found) throw new Error(`There is no table ${variable}.`);
  return found;
}

describe("functions", () => {
  test("are known by the names of their folders", () => {
    const expected = Object.keys(environments).filter((name) => !optionalFunctions.includes(name));
    expect(functions.map(([label]) => label).sort()).toEqual(expected.sort());
  });

  test.each(functions)("%s has a bundle with the file that its handler names", async (_label, fn) => {
    const [file] = fn.handler.split(".");
    expect(await readdir(fn.directory)).toContain(`${file}.mjs`);
    expect(fn.timeoutSeconds).toBeGreaterThan(0);
    expect(fn.memorySize).toBeGreaterThanOrEqual(128);
  });

  test.each(functions)("%s has an environment in which nothing is left to resolve", (label, fn) => {
    const names = new Map<string, readonly string[]>(Object.entries(environments)).get(label) ?? [];
    expect(Object.keys(fn.environment).sort()).toEqual([...names].sort());
    for (const value of Object.values(fn.environment)) expect(value).not.toMatch(/Ref|Fn::|\[object/);
  });

  test.each(functions)("%s may write its own log and nobody else's", (_label, fn) => {
    for (const other of assembly.functions) {
      expect(isAllowed(fn.policy, "logs:PutLogEvents", `${other.logGroup.arn}`), other.label).toBe(
        other === fn,
      );
    }
  });

  test("that have routes, and the authorizer, are invokable by the gateway; the verifier is not", () => {
    for (const { functionArn, routeKey } of assembly.routes) {
      const fn = assembly.functions.find(({ arn }) => arn === functionArn);
      expect(fn?.invokableByGateway, routeKey).toBe(true);
    }
    expect(lambda("authorizer").invokableByGateway).toBe(true);
    expect(lambda("verifier").invokableByGateway).toBe(false);
  });

  test("have the grants of their own role only", () => {
    const sessions = `arn:aws:dynamodb:us-east-1:000000000000:table/${table("SESSIONS_TABLE").name}`;
    const may = (label: string, action: string) => isAllowed(lambda(label).policy, action, sessions);
    expect(may("authorizer", "dynamodb:BatchGetItem")).toBe(true);
    expect(may("authorizer", "dynamodb:PutItem")).toBe(false);
    expect(may("login", "dynamodb:PutItem")).toBe(true);
    expect(may("verifier", "dynamodb:BatchGetItem")).toBe(false);
  });
});

describe("tables", () => {
  test.each([
    ["BINDINGS_TABLE", { partitionKey: "key", pointInTimeRecovery: true, deletionProtection: true }],
    ["ACCOUNTS_TABLE", { partitionKey: "key", pointInTimeRecovery: true, deletionProtection: true }],
    ["SESSIONS_TABLE", { partitionKey: "identity", sortKey: "secretHash", timeToLiveAttribute: "expiresAt" }],
    ["ATTEMPTS_TABLE", { partitionKey: "key", timeToLiveAttribute: "expiresAt" }],
  ])("%s is the table of the template", (variable, expected) => {
    expect(table(variable)).toMatchObject(expected);
  });

  test("declare the type of each key", () => {
    expect(table("SESSIONS_TABLE").attributes).toEqual([
      { name: "identity", type: "B" },
      { name: "secretHash", type: "B" },
    ]);
    expect(table("BINDINGS_TABLE")).not.toHaveProperty("sortKey");
    expect(table("BINDINGS_TABLE")).not.toHaveProperty("timeToLiveAttribute");
  });
});

describe("routes", () => {
  test("of login are open, and all others have the authorizer as the template configures it", () => {
    expect(assembly.routes.length).toBeGreaterThan(1);
    for (const { routeKey, authorizer } of assembly.routes) {
      expect(authorizer, routeKey).toEqual(
        routeKey === "ANY /login"
          ? undefined
          : {
              authorizerId: expect.stringContaining("SessionAuthorizer"),
              functionArn: lambda("authorizer").arn,
              payloadFormat: "2.0",
              identityHeaders: ["authorization"],
              cacheSeconds: 0,
            },
      );
    }
  });

  test("lead to the function that answers them", () => {
    const at = (routeKey: string) => assembly.routes.find((it) => it.routeKey === routeKey)?.functionArn;
    expect(at("ANY /login")).toBe(lambda("login").arn);
    expect(at("GET /session")).toBe(lambda("session").arn);
    expect(at("GET /hello")).toBe(lambda("hello").arn);
  });
});

test("login finds the AppSecret, which holds the placeholder, by the ARN in its environment", () => {
  const arns: unknown = JSON.parse(lambda("login").environment.APP_SECRETS ?? "");
  expect(Object.values(Object(arns))).toEqual(assembly.secrets.map(({ arn }) => arn));
  expect(assembly.secrets.map(({ value }) => value)).toEqual([appSecretPlaceholder]);
});

test("the outputs are those of a deploy", () => {
  expect(assembly.outputs).toMatchObject({
    ApiUrl: expect.stringMatching(/^https:\/\/[\w-]+\.execute-api\.us-east-1\.amazonaws\.com$/),
    AuthorizerFunctionArn: lambda("authorizer").arn,
    AppSecretName: assembly.secrets[0]?.name,
  });
});

test("the API and its authorizer are what other stacks may import", () => {
  expect(assembly.exports).toEqual({
    "WeappLogin:ApiId": assembly.outputs.ApiId,
    "WeappLogin:ApiUrl": assembly.outputs.ApiUrl,
    "WeappLogin:AuthorizerId": assembly.routes.find(({ routeKey }) => routeKey === "GET /session")?.authorizer
      ?.authorizerId,
    "WeappLogin:AuthorizerFunctionArn": lambda("authorizer").arn,
  });
});

test("names and ARNs are those of the Region one asks for", async () => {
  const elsewhere = await readAssembly(inject("assembly"), "WeappLogin", "ap-southeast-1");
  expect(elsewhere.place).toMatchObject({ region: "ap-southeast-1", stackName: "WeappLogin" });
  expect(elsewhere.functions[0]?.arn).toMatch(
    /^arn:aws:lambda:ap-southeast-1:000000000000:function:WeappLogin-/,
  );
  expect(elsewhere.outputs.ApiUrl).toContain(".ap-southeast-1.");
});

describe("what is in a template that the laptop cannot honour:", () => {
  const orders = {
    Type: "AWS::Lambda::Function",
    Properties: {
      Code: { S3Key: "abc.zip" },
      Handler: "index.handler",
      Timeout: 3,
      MemorySize: 128,
      Role: { "Fn::GetAtt": ["Role", "Arn"] },
      LoggingConfig: { LogGroup: "orders" },
    },
  };
  const arn = { "Fn::GetAtt": ["Orders", "Arn"] };
  const asks = {
    Type: "AWS::ApiGatewayV2::Authorizer",
    Properties: {
      AuthorizerUri: {
        "Fn::Join": ["", ["arn:aws:apigateway:x:lambda:path/2015-03-31/functions/", arn, "/invocations"]],
      },
      AuthorizerPayloadFormatVersion: "2.0",
      IdentitySource: ["$request.header.Authorization"],
    },
  };
  const resources = {
    Role: { Type: "AWS::IAM::Role" },
    Orders: orders,
    Integration: { Type: "AWS::ApiGatewayV2::Integration", Properties: { IntegrationUri: arn } },
    Asks: asks,
    Route: {
      Type: "AWS::ApiGatewayV2::Route",
      Properties: {
        RouteKey: "GET /orders",
        Target: { "Fn::Join": ["", ["integrations/", { Ref: "Integration" }]] },
        AuthorizerId: { Ref: "Asks" },
      },
    },
  };

  /** Reads an assembly of one function behind one authorizer, with further or other resources. */
  async function read(changes: Readonly<Record<string, unknown>> = {}) {
    const directory = await mkdtemp(join(tmpdir(), "weapp-login-assembly-"));
    onTestFinished(() => rm(directory, { recursive: true }));
    const assets = { files: { abc: { source: { path: "asset.abc" } } } };
    await writeFile(join(directory, "Shop.assets.json"), JSON.stringify(assets));
    await writeFile(
      join(directory, "Shop.template.json"),
      JSON.stringify({ Resources: { ...resources, ...changes } }),
    );
    return { directory, ...(await readAssembly(directory, "Shop")) };
  }

  test("nothing, if it is as plain as this one", async () => {
    const { directory, functions, routes, tables, secrets, outputs } = await read();
    expect(functions).toEqual([
      expect.objectContaining({
        name: "Shop-Orders",
        directory: join(directory, "asset.abc"),
        environment: {},
        policy: [],
        invokableByGateway: false,
      }),
    ]);
    expect(routes).toMatchObject([{ routeKey: "GET /orders", functionArn: functions[0]?.arn }]);
    expect([tables, secrets, outputs]).toEqual([[], [], {}]);
  });

  test("nothing, where a function leaves open what Lambda has a default for", async () => {
    const { Timeout, MemorySize, LoggingConfig, ...Properties } = orders.Properties;
    const { functions } = await read({ Orders: { ...orders, Properties } });
    expect(functions).toMatchObject([
      {
        timeoutSeconds: 3,
        memorySize: 128,
        logGroup: { name: "/aws/lambda/Shop-Orders" },
        reportsSuccess: true,
      },
    ]);
  });

  test("an authorizer that says nothing of its cache is one that API Gateway caches for 300 seconds", async () => {
    const { routes } = await read();
    expect(routes[0]?.authorizer?.cacheSeconds).toBe(300);
  });

  test("an identity source that is no header is refused", async () => {
    const IdentitySource = ["$request.querystring.session"];
    const changed = { ...asks, Properties: { ...asks.Properties, IdentitySource } };
    await expect(read({ Asks: changed })).rejects.toThrow(
      "The local stack knows no identity source $request.querystring.session.",
    );
  });

  test("a condition in a grant is refused", async () => {
    const statement = { Effect: "Allow", Action: "dynamodb:GetItem", Resource: "t", Condition: {} };
    const Policy = {
      Type: "AWS::IAM::Policy",
      Properties: { Roles: [{ Ref: "Role" }], PolicyDocument: { Statement: [statement] } },
    };
    await expect(read({ Policy })).rejects.toThrow("has a Condition, which is not evaluated here");
  });

  test("an intrinsic function is refused by name", async () => {
    const Properties = { ...orders.Properties, Timeout: { "Fn::If": ["Slow", 9, 3] } };
    await expect(read({ Orders: { ...orders, Properties } })).rejects.toThrow(
      "The local stack does not know CloudFormation's Fn::If.",
    );
  });

  test("a function whose code is not in the assembly is refused", async () => {
    const Properties = { ...orders.Properties, Code: { ZipFile: "exports.handler = 1" } };
    await expect(read({ Orders: { ...orders, Properties } })).rejects.toThrow(
      "The template does not have the shape that CDK writes.",
    );
  });
});
