import { Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { Annotations, Match, Template } from "aws-cdk-lib/assertions";
import { Architecture } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { describe, expect, test } from "vitest";
import type { WeappLoginStackProps } from "../../lib/props.ts";
import { sampleAppId } from "../../lib/settings.ts";
import { WeappLogin } from "../../lib/weapp-login.ts";
import { appId, newApp, ownFunction, stackWith, synthesized } from "../support/in-process.ts";
import { newerRuntime } from "../support/newer-runtime.ts";
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
    expect(only(resources, "AWS::SecretsManager::Secret").deletionPolicy).toBe("RetainExceptOnCreate");
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
    expect(environment("admin").VERIFIER_FUNCTION).toBe("none");
    expect(grantsOf(resources).filter(({ action }) => action === "lambda:InvokeFunction")).toEqual([]);
    expect(text).toContain("LoginTablesBindings");
  });

  test("verifier may be a function of one's own, which login and doctor then invoke in place of the built-in one", () => {
    const stack = new Stack(newApp(), "Shop");
    const users = ownFunction(stack, "Users");
    new WeappLogin(stack, "Login", { appId, verifier: users });
    const resources = resourcesOf(Template.fromStack(stack).toJSON());
    const functions = ofType(resources, "AWS::Lambda::Function");
    expect(functions.map(functionName)).not.toContain("verifier");
    const { logicalId } = functions.find((it) => functionName(it) === "users") ?? {};
    const invoked = grantsOf(resources).filter(({ action }) => action === "lambda:InvokeFunction");
    expect(invoked.flatMap(({ resource }) => referencesIn(resource))).toEqual([logicalId, logicalId]);
    const login = functions.find((it) => functionName(it) === "login");
    expect(login && referencesIn(environmentOf(login).VERIFIER_FUNCTION)).toEqual([logicalId]);
    expect(ofType(resources, "AWS::DynamoDB::GlobalTable").map(tableName)).not.toContain("Accounts");
  });

  test("weChatBaseUrl is where login and admin find WeChat", () => {
    const { environment } = synthesized({ weChatBaseUrl: "https://api2.weixin.qq.com" });
    for (const name of ["login", "admin"]) {
      expect(environment(name).WECHAT_BASE_URL).toBe("https://api2.weixin.qq.com");
    }
  });

  test("identitiesPerAccount reaches login", () => {
    expect(synthesized().environment("login").IDENTITIES_PER_ACCOUNT).toBe("many");
    const strict = synthesized({ identitiesPerAccount: "one-per-app" });
    expect(strict.environment("login").IDENTITIES_PER_ACCOUNT).toBe("one-per-app");
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

  test("authorizerCache is for the owner's routes: a reused answer can neither end sessions nor unbind", () => {
    const { resources } = synthesized({ authorizerCache: Duration.minutes(2), hello: true });
    const cacheOf = new Map(
      ofType(resources, "AWS::ApiGatewayV2::Authorizer").map(({ logicalId, properties }) => {
        expect(properties.AuthorizerUri).toEqual(
          ofType(resources, "AWS::ApiGatewayV2::Authorizer")[0]?.properties.AuthorizerUri,
        );
        return [logicalId, properties.AuthorizerResultTtlInSeconds];
      }),
    );
    const caches = ofType(resources, "AWS::ApiGatewayV2::Route").map(({ properties }) => [
      properties.RouteKey,
      cacheOf.get(referencesIn(properties.AuthorizerId)[0] ?? "none"),
    ]);
    expect(Object.fromEntries(caches)).toEqual({
      "ANY /login": undefined,
      "GET /session": 0,
      "DELETE /session": 0,
      "GET /sessions": 0,
      "DELETE /sessions": 0,
      "DELETE /sessions/{id}": 0,
      "DELETE /binding": 0,
      "GET /hello": 120,
    });
  });

  test("authorizerCache of 0 needs no second authorizer", () => {
    const { resources } = synthesized({ authorizerCache: Duration.seconds(0), hello: true });
    expect(only(resources, "AWS::ApiGatewayV2::Authorizer").properties.AuthorizerResultTtlInSeconds).toBe(0);
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
      sessionLifetime: Duration.hours(1),
      attempts: {
        perIdentity: 1,
        perSourceIp: 0,
        perUsername: 3,
        invalidCodesPerSourceIp: 5,
        window: Duration.minutes(4),
      },
      runtime: newerRuntime(),
      architecture: Architecture.X86_64,
      logRetention: RetentionDays.ONE_WEEK,
      hello: true,
    });
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

describe("whoever deploys is warned at synthesis", () => {
  const warnings = (props: Partial<WeappLoginStackProps>) =>
    Annotations.fromStack(stackWith(props))
      .findWarning("*", Match.anyValue())
      .map(({ entry }) => /\[ack: ([\w:-]+)\]$/.exec(String(entry.data))?.[1])
      .sort();

  test.each<[string, Partial<WeappLoginStackProps>, string[]]>([
    ["of what outlives the stack, and how that is found again", {}, ["weapp-login:kept"]],
    [
      "that bindings and accounts go with a throw-away stack",
      { removalPolicy: RemovalPolicy.DESTROY },
      ["weapp-login:destroy"],
    ],
    [
      "that a table of accounts may be left behind",
      { verifier: "none" },
      ["weapp-login:kept", "weapp-login:noAccounts"],
    ],
    [
      "where codes and AppSecrets go, if not to WeChat",
      { weChatBaseUrl: "https://wechat.example.com" },
      ["weapp-login:kept", "weapp-login:weChatBaseUrl"],
    ],
    [
      "of nothing where they go to another address of WeChat's",
      { weChatBaseUrl: "https://api2.weixin.qq.com" },
      ["weapp-login:kept"],
    ],
    ["of the sample AppId", { appId: sampleAppId }, ["weapp-login:sampleAppId"]],
  ])("%s", (_what, props, expected) => {
    expect(warnings(props)).toEqual(expected);
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
