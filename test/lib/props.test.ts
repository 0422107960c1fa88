import { readFile } from "node:fs/promises";
import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Annotations, Match, Template } from "aws-cdk-lib/assertions";
import { Architecture, Runtime } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { describe, expect, test } from "vitest";
import { settingsFromContext } from "../../lib/settings.ts";
import { WeappLogin } from "../../lib/weapp-login.ts";
import type { WeappLoginStackProps } from "../../lib/weapp-login-stack.ts";
import { sampleAppId } from "../../lib/weapp-login-stack.ts";
import { appId, newApp, ownFunction, stackWith, synthesized } from "../support/in-process.ts";
import {
  environmentOf,
  functionName,
  grantsOf,
  ofType,
  only,
  referencesIn,
  resourcesOf,
  tableName,
} from "../support/template.ts";

const otherAppId = "wx00000000000000a2";

describe("unless said otherwise", () => {
  const { resources, environment } = synthesized();

  test("there is no hello", () => {
    const names = ofType(resources, "AWS::Lambda::Function").map(functionName);
    expect(names).toContain("login");
    expect(names).not.toContain("hello");
    const routes = ofType(resources, "AWS::ApiGatewayV2::Route").map(({ properties }) => properties.RouteKey);
    expect(routes).not.toContain("GET /hello");
  });

  test("a session lives 24 hours, and attempts are limited as the README says", () => {
    expect(environment("login")).toMatchObject({
      SESSION_LIFETIME_SECONDS: "86400",
      ATTEMPTS_PER_IDENTITY: "10",
      ATTEMPTS_PER_SOURCE_IP: "300",
      ATTEMPTS_PER_USERNAME: "20",
      INVALID_CODES_PER_SOURCE_IP: "300",
      ATTEMPTS_WINDOW_SECONDS: "900",
    });
  });
});

describe("a prop", () => {
  test("removalPolicy DESTROY lets everything but AppSecrets go, without deletion protection", () => {
    const { resources } = synthesized({ removalPolicy: RemovalPolicy.DESTROY });
    const tables = ofType(resources, "AWS::DynamoDB::GlobalTable");
    expect(tables.map(tableName)).toContain("Bindings");
    for (const table of tables) {
      expect(table, tableName(table)).toMatchObject({
        deletionPolicy: "Delete",
        updateReplacePolicy: "Delete",
      });
      expect(JSON.stringify(table.properties)).not.toContain('"DeletionProtectionEnabled":true');
    }
    expect(only(resources, "AWS::SecretsManager::Secret").deletionPolicy).toBe("Retain");
  });

  test("domain becomes a domain name, its mapping, the ApiUrl and a target to point it at", () => {
    const certificateArn = "arn:aws:acm:eu-west-1:111111111111:certificate/one";
    const { resources, outputs } = synthesized({ domain: { name: "login.example.com", certificateArn } });
    const domain = only(resources, "AWS::ApiGatewayV2::DomainName");
    expect(domain.properties).toMatchObject({
      DomainName: "login.example.com",
      DomainNameConfigurations: [{ CertificateArn: certificateArn, EndpointType: "REGIONAL" }],
    });
    const mapping = only(resources, "AWS::ApiGatewayV2::ApiMapping").properties;
    expect(mapping).toMatchObject({ DomainName: { Ref: domain.logicalId }, Stage: "$default" });
    // A key would put a path segment before /login.
    expect(mapping).not.toHaveProperty("ApiMappingKey");
    expect(outputs.ApiUrl).toBe("https://login.example.com");
    expect(outputs.DomainTarget).toEqual({ "Fn::GetAtt": [domain.logicalId, "RegionalDomainName"] });
  });

  test("otherAppIds gives each mini-program an AppSecret, which login finds by its AppId", () => {
    const { resources, outputs, environment } = synthesized({ otherAppIds: [otherAppId] });
    const secrets = ofType(resources, "AWS::SecretsManager::Secret").map(({ logicalId }) => logicalId);
    expect(secrets).toEqual([
      expect.stringMatching(new RegExp(appId)),
      expect.stringMatching(new RegExp(otherAppId)),
    ]);
    expect(environment("login").APP_SECRETS).toEqual({
      "Fn::Join": [
        "",
        [`{"${appId}":"`, { Ref: secrets[0] }, `","${otherAppId}":"`, { Ref: secrets[1] }, '"}'],
      ],
    });
    expect(referencesIn(outputs.AppSecretName)).toContain(secrets[0]);
    expect(referencesIn(outputs[`AppSecretName${otherAppId}`])).toContain(secrets[1]);
  });

  test("verifier none leaves out accounts and verifier, and the grants that went with them", () => {
    const { text, resources, environment } = synthesized({ verifier: "none" });
    expect(ofType(resources, "AWS::DynamoDB::GlobalTable").map(tableName)).not.toContain("Accounts");
    expect(ofType(resources, "AWS::Lambda::Function").map(functionName)).not.toContain("verifier");
    expect(environment("login").VERIFIER_FUNCTION).toBe("none");
    expect(environment("admin").ACCOUNTS_TABLE).toBe("none");
    expect(grantsOf(resources).filter(({ action }) => action.startsWith("lambda:"))).toEqual([]);
    expect(text).toContain("LoginTablesBindings");
  });

  test("verifier may be a function of one's own, which login then invokes in place of the built-in one", () => {
    const stack = new Stack(newApp(), "Shop");
    const users = ownFunction(stack, "Users");
    new WeappLogin(stack, "Login", { appId, verifier: users });
    const resources = resourcesOf(Template.fromStack(stack).toJSON());
    const functions = ofType(resources, "AWS::Lambda::Function");
    expect(functions.map(functionName)).not.toContain("verifier");
    const { logicalId } = functions.find((it) => functionName(it) === "users") ?? {};
    const invoked = grantsOf(resources).filter(({ action }) => action === "lambda:InvokeFunction");
    expect(invoked.flatMap(({ resource }) => referencesIn(resource))).toEqual([logicalId]);
    const login = functions.find((it) => functionName(it) === "login");
    expect(login && referencesIn(environmentOf(login).VERIFIER_FUNCTION)).toEqual([logicalId]);
    expect(ofType(resources, "AWS::DynamoDB::GlobalTable").map(tableName)).not.toContain("Accounts");
  });

  test("identitiesPerAccount reaches login", () => {
    expect(synthesized().environment("login").ONE_IDENTITY_PER_APP).toBe("false");
    const strict = synthesized({ identitiesPerAccount: "one-per-app" });
    expect(strict.environment("login").ONE_IDENTITY_PER_APP).toBe("true");
  });

  test("reservedConcurrency sets instances aside for those it names, and for nobody unless it is given", () => {
    const reserved = (props: Partial<WeappLoginStackProps>) =>
      ofType(synthesized(props).resources, "AWS::Lambda::Function")
        .filter(({ properties }) => "ReservedConcurrentExecutions" in properties)
        .map((fn) => [functionName(fn), fn.properties.ReservedConcurrentExecutions]);
    expect(reserved({})).toEqual([]);
    expect(reserved({ reservedConcurrency: { authorizer: 20, login: 5 } })).toEqual([
      ["login", 5],
      ["authorizer", 20],
    ]);
  });

  test("hello adds a protected example", () => {
    const { resources } = synthesized({ hello: true });
    const route = ofType(resources, "AWS::ApiGatewayV2::Route").find(
      ({ properties }) => properties.RouteKey === "GET /hello",
    );
    expect(route?.properties).toMatchObject({
      AuthorizationType: "CUSTOM",
      AuthorizerId: { Ref: only(resources, "AWS::ApiGatewayV2::Authorizer").logicalId },
    });
  });

  test("of durations, attempts, runtime, architecture and logs reaches every place it is meant for", () => {
    const { resources, environment } = synthesized({
      authorizerCache: Duration.minutes(2),
      sessionLifetime: Duration.hours(1),
      attempts: {
        perIdentity: 1,
        perSourceIp: 0,
        perUsername: 3,
        invalidCodesPerSourceIp: 5,
        window: Duration.minutes(4),
      },
      runtime: new Runtime("nodejs26.x"),
      architecture: Architecture.X86_64,
      logRetention: RetentionDays.ONE_WEEK,
      hello: true,
    });
    const cachedFor = new Map(
      ofType(resources, "AWS::ApiGatewayV2::Authorizer").map(({ logicalId, properties }) => [
        logicalId,
        properties.AuthorizerResultTtlInSeconds,
      ]),
    );
    const routes = ofType(resources, "AWS::ApiGatewayV2::Route").map(({ properties }) => [
      properties.RouteKey,
      cachedFor.get(refIn(properties.AuthorizerId)),
    ]);
    // A cached allow reaches the owner's routes only.
    expect(Object.fromEntries(routes)).toEqual(
      Object.fromEntries([
        ["ANY /login", undefined],
        ...["GET", "DELETE"].map((method) => [`${method} /session`, 0] as const),
        ...["GET", "DELETE"].map((method) => [`${method} /sessions`, 0] as const),
        ["DELETE /sessions/{id}", 0],
        ["DELETE /binding", 0],
        ["GET /hello", 120],
      ]),
    );
    expect(environment("login")).toMatchObject({
      SESSION_LIFETIME_SECONDS: "3600",
      ATTEMPTS_PER_IDENTITY: "1",
      ATTEMPTS_PER_SOURCE_IP: "0",
      ATTEMPTS_PER_USERNAME: "3",
      INVALID_CODES_PER_SOURCE_IP: "5",
      ATTEMPTS_WINDOW_SECONDS: "240",
    });
    for (const fn of ofType(resources, "AWS::Lambda::Function")) {
      const expected = { Runtime: "nodejs26.x", Architectures: ["x86_64"] };
      expect(fn.properties, functionName(fn)).toMatchObject(expected);
    }
    for (const { properties, logicalId } of ofType(resources, "AWS::Logs::LogGroup")) {
      expect(properties.RetentionInDays, logicalId).toBe(7);
    }
  });
});

describe("is refused at synthesis:", () => {
  test.each([
    ["an older Node", Runtime.NODEJS_22_X, "nodejs22.x"],
    ["another language", Runtime.PYTHON_3_13, "python3.13"],
  ])("%s, which would fail at the first call", (_what, runtime, name) => {
    expect(() => stackWith({ runtime })).toThrow(
      `weapp-login needs the Lambda runtime nodejs24.x or newer, and got ${name}.`,
    );
  });

  test.each([
    [""],
    ["wx 0123456789abcdef"],
    ["wx0123456789abcdef "],
    ['wx"'],
    ["微信"],
    ["x".repeat(129)],
    ["-_"],
  ])("the AppId %j", (wrong) => {
    const message = `An AppId looks like wx0123456789abcdef, and this is "${wrong}".`;
    expect(() => stackWith({ appId: wrong })).toThrow(message);
    expect(() => stackWith({ otherAppIds: [wrong] })).toThrow(message);
  });
});

describe("the AppId of cdk.json", () => {
  const warning = Match.stringLikeRegexp("appId is still the sample .*cdk.json");

  test("is warned about before anybody deploys it", () => {
    const sampleStack = stackWith({ appId: sampleAppId });
    expect(Annotations.fromStack(sampleStack).findWarning("*", warning)).toHaveLength(1);
  });

  test("is no longer mentioned once it is one's own", () => {
    expect(Annotations.fromStack(stackWith()).findWarning("*", warning)).toEqual([]);
  });
});

describe("protect", () => {
  function withOrders() {
    const stack = stackWith();
    const login = stack.node.findChild("Login");
    if (!(login instanceof WeappLogin)) throw new Error("The stack has no Login.");
    return { stack, login, orders: ownFunction(stack, "Orders") };
  }

  test("puts a Lambda of one's own behind the authorizer, where the gateway may invoke it", () => {
    const { stack, login, orders } = withOrders();
    login.protect("GET /orders", orders);
    login.protect("DELETE /orders/{id}", orders);
    login.protect("ANY /files/{path+}", orders);
    const resources = resourcesOf(Template.fromStack(stack).toJSON());
    const authorizer = only(resources, "AWS::ApiGatewayV2::Authorizer").logicalId;
    const routes = new Map(
      ofType(resources, "AWS::ApiGatewayV2::Route").map((it) => [it.properties.RouteKey, it.properties]),
    );
    for (const route of ["GET /orders", "DELETE /orders/{id}", "ANY /files/{path+}"]) {
      expect(routes.get(route), route).toMatchObject({
        AuthorizationType: "CUSTOM",
        AuthorizerId: { Ref: authorizer },
      });
    }
    const invoked = ofType(resources, "AWS::Lambda::Permission").flatMap(({ properties }) =>
      referencesIn(properties.FunctionName),
    );
    const { logicalId } =
      ofType(resources, "AWS::Lambda::Function").find((it) => functionName(it) === "orders") ?? {};
    expect(invoked).toContain(logicalId);
  });

  test.each([
    ["/orders"],
    ["GET orders"],
    ["get /orders"],
    ["FETCH /orders"],
    ["GET  /orders"],
    ["GET /orders "],
    ["GET /my orders"],
    [""],
  ])("refuses the route %j", (route) => {
    const { login, orders } = withOrders();
    expect(() => login.protect(route, orders)).toThrow(
      `A route looks like "GET /orders", and this is "${route}".`,
    );
  });
});

describe("the context", () => {
  const settings = (context: Record<string, unknown>) => settingsFromContext(newApp(context).node);

  test.each<[string, Record<string, unknown>, Partial<WeappLoginStackProps>]>([
    ["nothing", {}, { appId: sampleAppId }],
    ["empty values", { appId: "", hello: "" }, { appId: sampleAppId }],
    ["appId", { appId }, { appId }],
    ["otherAppIds", { otherAppIds: "wxb, wxc" }, { appId: sampleAppId, otherAppIds: ["wxb", "wxc"] }],
    [
      "otherAppIds as a list",
      { otherAppIds: ["wxb", "wxc"] },
      { appId: sampleAppId, otherAppIds: ["wxb", "wxc"] },
    ],
    [
      "corsOrigins",
      { corsOrigins: "https://h5.example.com, https://m.example.com" },
      {
        appId: sampleAppId,
        cors: { allowOrigins: ["https://h5.example.com", "https://m.example.com"] },
      },
    ],
    [
      "a throttle, as text or as numbers",
      { loginRatePerSecond: "0.5", loginBurst: 20 },
      { appId: sampleAppId, loginThrottle: { ratePerSecond: 0.5, burst: 20 } },
    ],
    ["hello", { hello: "true" }, { appId: sampleAppId, hello: true }],
    ["monitoring", { monitoring: "false" }, { appId: sampleAppId, monitoring: false }],
    ["alarmEmail", { alarmEmail: "ops@example.com" }, { appId: sampleAppId, alarmEmail: "ops@example.com" }],
    [
      "attemptsPerSourceIp",
      { attemptsPerSourceIp: "1000" },
      { appId: sampleAppId, attempts: { perSourceIp: 1000 } },
    ],
    [
      "attemptsPerSourceIp 0, which switches the limit off",
      { attemptsPerSourceIp: 0 },
      { appId: sampleAppId, attempts: { perSourceIp: 0 } },
    ],
    [
      "reservedAuthorizers",
      { reservedAuthorizers: 50 },
      { appId: sampleAppId, reservedConcurrency: { authorizer: 50 } },
    ],
    ["hello as JSON", { hello: false }, { appId: sampleAppId, hello: false }],
    ["verifier", { verifier: "none" }, { appId: sampleAppId, verifier: "none" }],
    [
      "identitiesPerAccount",
      { identitiesPerAccount: "one-per-app" },
      { appId: sampleAppId, identitiesPerAccount: "one-per-app" },
    ],
    ["retain", { removalPolicy: "retain" }, { appId: sampleAppId, removalPolicy: RemovalPolicy.RETAIN }],
    ["destroy", { removalPolicy: "destroy" }, { appId: sampleAppId, removalPolicy: RemovalPolicy.DESTROY }],
    [
      "domain",
      { domainName: "login.example.com", certificateArn: "arn:one" },
      { appId: sampleAppId, domain: { name: "login.example.com", certificateArn: "arn:one" } },
    ],
  ])("%s", (_what, context, expected) => {
    expect(settings(context)).toEqual(expected);
  });

  test("gives durations in seconds, as text or as a number", () => {
    const { sessionLifetime, authorizerCache } = settings({
      sessionLifetimeSeconds: "3600",
      authorizerCacheSeconds: 60,
    });
    expect(sessionLifetime?.toSeconds()).toBe(3600);
    expect(authorizerCache?.toSeconds()).toBe(60);
  });

  test.each([
    ["sessionLifetimeSeconds", "1h"],
    ["sessionLifetimeSeconds", "-1"],
    ["sessionLifetimeSeconds", "1.5"],
    ["sessionLifetimeSeconds", "1e3"],
    ["authorizerCacheSeconds", "never"],
    ["attemptsPerSourceIp", "unlimited"],
    ["reservedAuthorizers", "1.5"],
    ["removalPolicy", "snapshot"],
    ["removalPolicy", "DESTROY"],
    ["verifier", "builtin"],
    ["identitiesPerAccount", "1"],
    ["hello", "yes"],
    ["loginRatePerSecond", "10/s"],
    ["loginBurst", "-1"],
    ["monitoring", "off"],
  ])("is refused by name: %s=%s", (name, value) => {
    expect(() => settings({ [name]: value })).toThrow(`The context value ${name}: "${value}" is `);
  });

  test.each([
    [{ domainName: "login.example.com" }],
    [{ certificateArn: "arn:one" }],
    [{ domainName: "login.example.com", certificateArn: "" }],
  ])("is refused with half a domain: %j", (context) => {
    expect(() => settings(context)).toThrow("The context values domainName and certificateArn go together.");
  });

  test.each([
    [{ loginRatePerSecond: 50 }],
    [{ loginBurst: 50 }],
    [{ loginRatePerSecond: 50, loginBurst: "" }],
  ])("is refused with half a throttle: %j", (context) => {
    expect(() => settings(context)).toThrow(
      "The context values loginRatePerSecond and loginBurst go together.",
    );
  });

  test("takes what the runbook tells people to put into cdk.json", async () => {
    const runbook = await readFile(new URL("../../docs/runbook.md", import.meta.url), "utf8");
    const spans = [...runbook.matchAll(/`("\w+": [^`]+)`/g)].map(([, span]) => `{${span}}`);
    expect(spans.length).toBeGreaterThan(3);
    for (const span of spans) {
      const context: Record<string, unknown> = JSON.parse(span);
      expect(Object.keys(settings(context)).length, span).toBeGreaterThan(1);
    }
  });
});

/** The logical id in `{ "Ref": … }`. */
function refIn(value: unknown): string {
  return typeof value === "object" && value !== null && "Ref" in value ? String(value.Ref) : "";
}
