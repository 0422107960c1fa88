import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Duration, NestedStack, Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { LambdaIntegration, RestApi } from "aws-cdk-lib/aws-apigateway";
import { HttpApi, HttpMethod, HttpRoute, HttpRouteKey } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Code, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { afterAll, describe, expect, inject, test } from "vitest";
import { SessionAuthorizer } from "../../lib/session-authorizer.ts";
import { WeappLogin } from "../../lib/weapp-login.ts";
import { ofType, type Resource, referencesIn, resourcesOf } from "../support/template.ts";

// CDK checks each template against CloudFormation's schemas, which takes seconds.

// Each App writes its assembly somewhere, and CDK's own temporary directories stay for ever.
const directory = await mkdtemp(join(tmpdir(), "weapp-login-authorizer-"));
afterAll(() => rm(directory, { recursive: true }));
let apps = 0;
const newApp = () => new App({ outdir: join(directory, String(apps++)) });

const exported = { "Fn::ImportValue": "WeappLogin:AuthorizerFunctionArn" };

function shopStack(): Stack {
  return new Stack(newApp(), "Shop");
}

function lambda(stack: Stack, id: string): LambdaFunction {
  return new LambdaFunction(stack, id, {
    code: Code.fromInline("exports.handler = () => {};"),
    handler: "index.handler",
    runtime: Runtime.NODEJS_24_X,
  });
}

/** An HTTP API with these paths behind the authorizer. */
function httpApi(stack: Stack, id: string, authorizer: SessionAuthorizer, ...paths: string[]): HttpApi {
  const api = new HttpApi(stack, id);
  const handler = lambda(stack, `${id}Function`);
  for (const path of paths) {
    const integration = new HttpLambdaIntegration(path.slice(1), handler);
    api.addRoutes({ path, methods: [HttpMethod.GET], integration, authorizer });
  }
  return api;
}

/** A REST API with these resources behind the authorizer. */
function restApi(stack: Stack, id: string, authorizer: SessionAuthorizer, ...paths: string[]): RestApi {
  const api = new RestApi(stack, id);
  const integration = new LambdaIntegration(lambda(stack, `${id}Function`));
  for (const path of paths) {
    api.root
      .addResource(path.slice(1))
      .addMethod("GET", integration, { authorizer: authorizer.forRestApi(api) });
  }
  return api;
}

function resourcesIn(stack: Stack): Resource[] {
  return resourcesOf(Template.fromStack(stack).toJSON());
}

const authorizersIn = (resources: readonly Resource[]) => [
  ...ofType(resources, "AWS::ApiGatewayV2::Authorizer"),
  ...ofType(resources, "AWS::ApiGateway::Authorizer"),
];
const text = (value: unknown) => JSON.stringify(value);

describe("the authorizer of another stack, behind an HTTP API and a REST API", () => {
  const stack = shopStack();
  const session = SessionAuthorizer.fromStack(stack, "Session", "WeappLogin");
  httpApi(stack, "Http", session, "/orders", "/cart");
  restApi(stack, "Rest", session, "/orders", "/cart");
  const resources = resourcesIn(stack);
  const [http, rest] = authorizersIn(resources);

  test("is one authorizer for each API, however many routes it has", () => {
    expect(authorizersIn(resources).map(({ type }) => type)).toEqual([
      "AWS::ApiGatewayV2::Authorizer",
      "AWS::ApiGateway::Authorizer",
    ]);
    const guarded = [
      ...ofType(resources, "AWS::ApiGatewayV2::Route").map((it) => [it, http] as const),
      ...ofType(resources, "AWS::ApiGateway::Method").map((it) => [it, rest] as const),
    ];
    expect(guarded).toHaveLength(4);
    for (const [{ properties }, authorizer] of guarded) {
      expect(properties).toMatchObject({
        AuthorizationType: "CUSTOM",
        AuthorizerId: { Ref: authorizer?.logicalId },
      });
    }
  });

  test("is found by the export of the login stack", async () => {
    const template = await readFile(join(inject("assembly"), "WeappLogin.template.json"), "utf8");
    const { Outputs } = JSON.parse(template);
    expect(Outputs.AuthorizerFunctionArn).toMatchObject({
      // CloudFormation changes no export that is in use: another function would make every later deploy fail.
      Value: { "Fn::GetAtt": ["LoginAuthorizerD224D99C", "Arn"] },
      Export: { Name: exported["Fn::ImportValue"] },
    });
    for (const { properties } of [http, rest].filter((it) => it !== undefined)) {
      expect(text(properties.AuthorizerUri)).toContain(text(exported));
    }
  });

  test("may be invoked by these two authorizers, which the stack itself permits", () => {
    const permissions = ofType(resources, "AWS::Lambda::Permission").filter(
      ({ properties }) => text(properties.FunctionName) === text(exported),
    );
    expect(permissions.map(({ properties }) => referencesIn(properties.SourceArn).at(-1)).sort()).toEqual(
      [http?.logicalId, rest?.logicalId].sort(),
    );
    for (const { properties } of permissions) {
      expect(properties).toMatchObject({
        Action: "lambda:InvokeFunction",
        Principal: "apigateway.amazonaws.com",
      });
      expect(text(properties.SourceArn)).toContain("/authorizers/");
    }
  });

  test("is asked at every request, and not without an Authorization header", () => {
    // Said, because API Gateway's own default is 300 seconds, during which a logout does nothing.
    expect(http?.properties).toMatchObject({
      AuthorizerResultTtlInSeconds: 0,
      AuthorizerType: "REQUEST",
      AuthorizerPayloadFormatVersion: "2.0",
      EnableSimpleResponses: true,
      IdentitySource: ["$request.header.Authorization"],
    });
    expect(rest?.properties).toMatchObject({
      AuthorizerResultTtlInSeconds: 0,
      Type: "REQUEST",
      IdentitySource: "method.request.header.Authorization",
    });
  });

  test("is bound to no partition", () => {
    expect(text(resources)).not.toMatch(/arn:aws/);
  });
});

test("several APIs of either kind share one, in any stack of the app", () => {
  const app = newApp();
  const login = new Stack(app, "Login");
  const session = new SessionAuthorizer(lambda(login, "Authorizer"));
  httpApi(login, "Own", session, "/orders");
  restApi(login, "OwnRest", session, "/orders");
  const shop = new Stack(app, "Shop");
  httpApi(shop, "Http", session, "/orders");
  httpApi(shop, "OtherHttp", session, "/orders");
  restApi(shop, "Rest", session, "/orders");
  restApi(shop, "OtherRest", session, "/orders");

  // Fails where one stack would wait for the other.
  const [ofLogin, ofShop] = [resourcesIn(login), resourcesIn(shop)];
  expect(authorizersIn(ofLogin)).toHaveLength(2);
  const authorizers = authorizersIn(ofShop);
  expect(authorizers).toHaveLength(4);
  const apis = authorizers.flatMap(({ properties }) =>
    referencesIn([properties.ApiId, properties.RestApiId].filter((it) => it !== undefined)),
  );
  expect(new Set(apis).size).toBe(4);
  const sources = ofType(ofShop, "AWS::Lambda::Permission").map(({ properties }) => properties.SourceArn);
  for (const { logicalId } of authorizers) expect(sources.flatMap(referencesIn)).toContain(logicalId);
});

test("the authorizer may be given by its ARN", () => {
  const stack = shopStack();
  const arn = "arn:aws-cn:lambda:cn-north-1:111111111111:function:WeappLogin-Authorizer";
  restApi(stack, "Rest", SessionAuthorizer.fromFunctionArn(stack, "Session", arn), "/orders");
  const resources = resourcesIn(stack);
  expect(text(authorizersIn(resources)[0]?.properties.AuthorizerUri)).toContain(`${arn}/invocations`);
  const permitted = ofType(resources, "AWS::Lambda::Permission").map(
    ({ properties }) => properties.FunctionName,
  );
  expect(permitted).toContain(arn);
});

describe("a cache", () => {
  const cached = (stack: Stack, seconds: number) =>
    SessionAuthorizer.fromStack(stack, `Session${seconds}`, "WeappLogin", {
      cache: Duration.seconds(seconds),
    });

  test("is as long as one says, up to an hour", () => {
    const stack = shopStack();
    httpApi(stack, "Http", cached(stack, 300), "/orders");
    restApi(stack, "Rest", cached(stack, 3_600), "/orders");
    const seconds = authorizersIn(resourcesIn(stack)).map(
      ({ properties }) => properties.AuthorizerResultTtlInSeconds,
    );
    expect(seconds).toEqual([300, 3_600]);
    expect(() => cached(shopStack(), 3_601)).toThrow(
      "cache must be a Duration of whole seconds, from 0 s to 1 hour, and is 1 hour 1 second.",
    );
  });

  test("may differ between the routes of an API", () => {
    const stack = shopStack();
    const [now, later] = [SessionAuthorizer.fromStack(stack, "Session", "WeappLogin"), cached(stack, 60)];
    const http = httpApi(stack, "Http", now, "/orders");
    const integration = new HttpLambdaIntegration("feed", lambda(stack, "Feed"));
    http.addRoutes({ path: "/feed", methods: [HttpMethod.GET], integration, authorizer: later });
    const rest = restApi(stack, "Rest", now, "/orders");
    rest.root.addMethod("GET", undefined, { authorizer: later.forRestApi(rest) });
    const seconds = authorizersIn(resourcesIn(stack)).map(
      ({ properties }) => properties.AuthorizerResultTtlInSeconds,
    );
    expect(seconds).toEqual([0, 60, 0, 60]);
  });

  test("that changes is deployed: a REST API's stage stays with what its last deployment saw", () => {
    const deploymentWith = (seconds: number) => {
      const stack = shopStack();
      restApi(stack, "Rest", cached(stack, seconds), "/orders");
      return ofType(resourcesIn(stack), "AWS::ApiGateway::Deployment").map(({ logicalId }) => logicalId);
    };
    expect(deploymentWith(300)).toEqual(deploymentWith(300));
    expect(deploymentWith(300)).not.toEqual(deploymentWith(0));
  });
});

describe("an API with several of these", () => {
  const minute = { cache: Duration.minutes(1) };
  const apisIn = (stack: Stack) => ({ http: new HttpApi(stack, "Http"), rest: new RestApi(stack, "Rest") });

  /** A route and a method behind the authorizer; the ids of the authorizers that they got. */
  function guard({ http, rest }: ReturnType<typeof apisIn>, path: string, authorizer: SessionAuthorizer) {
    const stack = Stack.of(http);
    const handler = lambda(stack, `Function${path}`);
    const integration = new HttpLambdaIntegration(path, handler);
    http.addRoutes({ path: `/${path}`, methods: [HttpMethod.GET], integration, authorizer });
    rest.root
      .addResource(path)
      .addMethod("GET", new LambdaIntegration(handler), { authorizer: authorizer.forRestApi(rest) });
  }

  /** By path, the function (as its ARN) that each kind of API asks; throws where nobody may invoke it. */
  function asked(stack: Stack): Record<string, unknown[]> {
    const resources = resourcesIn(stack);
    const permissions = ofType(resources, "AWS::Lambda::Permission");
    const arnOf = (authorizerId: unknown) => {
      const authorizer = authorizersIn(resources).find(
        (it) => it.logicalId === referencesIn(authorizerId).at(0),
      );
      const permission = permissions.find(
        ({ properties }) => referencesIn(properties.SourceArn).at(-1) === authorizer?.logicalId,
      );
      const { FunctionName } = permission?.properties ?? {};
      if (!authorizer || !text(authorizer.properties.AuthorizerUri).includes(text(FunctionName))) {
        throw new Error("The function may not be invoked by this authorizer.");
      }
      return FunctionName;
    };
    const parts = new Map(
      ofType(resources, "AWS::ApiGateway::Resource").map((it) => [it.logicalId, it.properties.PathPart]),
    );
    const byPath: Record<string, unknown[]> = {};
    for (const { properties } of ofType(resources, "AWS::ApiGatewayV2::Route")) {
      byPath[String(properties.RouteKey).replace("GET /", "")] = [arnOf(properties.AuthorizerId)];
    }
    for (const { properties } of ofType(resources, "AWS::ApiGateway::Method")) {
      const path = String(parts.get(referencesIn(properties.ResourceId)[0] ?? ""));
      byPath[path]?.push(arnOf(properties.AuthorizerId));
    }
    return byPath;
  }

  test.each([{}, minute])("of one function has one authorizer of each cache: %j", (props) => {
    const stack = shopStack();
    const apis = apisIn(stack);
    guard(apis, "orders", SessionAuthorizer.fromStack(stack, "Orders", "WeappLogin", props));
    guard(apis, "cart", SessionAuthorizer.fromStack(stack, "Cart", "WeappLogin", props));
    expect(authorizersIn(resourcesIn(stack))).toHaveLength(2);
    expect(asked(stack)).toEqual({ orders: [exported, exported], cart: [exported, exported] });
  });

  test.each([{}, minute])("of two login stacks asks for each route the one it names: %j", (props) => {
    const stack = shopStack();
    const apis = apisIn(stack);
    for (const name of ["WeappLogin", "Staff", "Partners"]) {
      guard(apis, name, SessionAuthorizer.fromStack(stack, name, name, props));
    }
    const of = (name: string) => ({ "Fn::ImportValue": `${name}:AuthorizerFunctionArn` });
    expect(asked(stack)).toEqual({
      WeappLogin: [of("WeappLogin"), of("WeappLogin")],
      Staff: [of("Staff"), of("Staff")],
      Partners: [of("Partners"), of("Partners")],
    });
  });

  test("tells two functions apart that have the same logical id, each in a stack of its own", () => {
    const app = newApp();
    const authorizers = ["Login", "Staff"].map(
      (id) => new SessionAuthorizer(lambda(new Stack(app, id), "Authorizer")),
    );
    const stack = new Stack(app, "Shop");
    const apis = apisIn(stack);
    for (const [index, authorizer] of authorizers.entries()) guard(apis, `path${index}`, authorizer);
    app.synth();
    const { path0, path1 } = asked(stack);
    expect([text(path0), text(path1)]).toEqual([
      expect.stringContaining("Login:Export"),
      expect.stringContaining("Staff:Export"),
    ]);
  });

  test("keeps what the first is called, and the name of another does not depend on how many there are", () => {
    const namesWith = (...stacks: string[]) => {
      const stack = shopStack();
      const apis = apisIn(stack);
      for (const name of stacks) guard(apis, name, SessionAuthorizer.fromStack(stack, name, name));
      return authorizersIn(resourcesIn(stack)).map(({ logicalId }) => logicalId);
    };
    const alone = namesWith("WeappLogin");
    expect(alone).toEqual(["HttpSessionAuthorizerDE0D6D10", "RestSessionAuthorizer81A347D9"]);
    const [two, three] = [namesWith("WeappLogin", "Staff"), namesWith("WeappLogin", "Partners", "Staff")];
    expect(two).toEqual(expect.arrayContaining(alone));
    expect(three).toEqual(expect.arrayContaining(two));
  });
});

describe("two stacks on one HTTP API", () => {
  const httpApiId = "a1b2c3d4e5";

  /** Puts routes of its own on the API that is there already. */
  function addRoutes(stack: Stack, id = "Shared") {
    const httpApi = HttpApi.fromHttpApiAttributes(stack, id, { httpApiId });
    const authorizer = SessionAuthorizer.fromStack(stack, `Session${id}`, "WeappLogin");
    const integration = new HttpLambdaIntegration("Orders", lambda(stack, `Orders${id}`));
    const routeKey = HttpRouteKey.with(`/${stack.stackName}`, HttpMethod.GET);
    new HttpRoute(stack, `Route${id}`, { httpApi, routeKey, integration, authorizer });
  }

  const namesIn = (stack: Stack) =>
    authorizersIn(resourcesIn(stack)).map(({ properties }) => properties.Name);

  test("name their authorizers differently, as API Gateway wants it", () => {
    const [shop, feed] = [new Stack(newApp(), "Shop"), new Stack(newApp(), "Feed")];
    addRoutes(shop);
    addRoutes(feed);
    const names = [...namesIn(shop), ...namesIn(feed)];
    expect(names).toEqual([
      expect.stringMatching(/^SessionAuthorizer-Shop-\w{8}$/),
      expect.stringMatching(/^SessionAuthorizer-Feed-\w{8}$/),
    ]);
  });

  test("do so however alike they are: the same app deployed twice, nested stacks, an API that is imported twice", () => {
    const names = ["Shop-staging", "Shop-production"].flatMap((stackName) => {
      const stack = new Stack(newApp(), "Shop", { stackName });
      const nested = new NestedStack(stack, "Inner");
      addRoutes(stack);
      addRoutes(stack, "Again");
      addRoutes(nested);
      return [...namesIn(stack), ...namesIn(nested)];
    });
    expect(new Set(names).size).toBe(6);
  });

  test("have names that API Gateway takes, however long the stack's", () => {
    const stack = new Stack(newApp(), "Shop", { stackName: `S${"x".repeat(127)}` });
    addRoutes(stack);
    for (const name of namesIn(stack)) expect(name).toMatch(/^[\w-]{1,128}$/);
  });

  test("of which one is the login stack: its own is called otherwise, and stays so", async () => {
    const template = await readFile(join(inject("assembly"), "WeappLogin.template.json"), "utf8");
    const [login] = authorizersIn(resourcesOf(JSON.parse(template)));
    expect(login?.properties.Name).toMatch(/^SessionAuthorizer-WeappLogin-\w{8}$/);
  });
});

describe("is refused at synthesis:", () => {
  test.each([
    "",
    "Weapp Login",
    "arn:aws:cloudformation:…",
    "weapp_login",
    "1st",
    "x".repeat(129),
    undefined,
    null,
    5,
  ])("the stack name %j, which no stack can have", (name) => {
    const from = () => SessionAuthorizer.fromStack(shopStack(), "Session", name as string);
    expect(from).toThrow("stackName must be the name of a deployed stack, such as WeappLogin, and is ");
    expect(() => WeappLogin.fromStack(shopStack(), "Login", name as string)).toThrow("stackName must be");
  });

  const env = { region: "eu-west-1", account: "111111111111" };
  const arn = "arn:aws:lambda:eu-west-1:111111111111:function:WeappLogin-Authorizer";

  test.each([
    "",
    "WeappLogin-Authorizer",
    arn.replace("lambda", "dynamodb"),
    `${arn}:$LATEST:x`,
    arn.replace("eu-west-1", "us-east-1"),
    arn.replace("111111111111", "222222222222"),
    undefined,
    5,
  ])("the ARN %j, which is none of this account and Region", (wrong) => {
    const stack = new Stack(newApp(), "Shop", { env });
    expect(() => SessionAuthorizer.fromFunctionArn(stack, "Session", wrong as string)).toThrow(
      "functionArn must be the ARN of the authorizer function in the account and Region of the stack",
    );
    expect(() => SessionAuthorizer.fromFunctionArn(stack, "Session2", arn)).not.toThrow();
  });

  test.each<[string, unknown]>([
    ["null", null],
    ["a cache without a unit", { cache: 60 }],
    ["a misspelt cache", { ttl: Duration.seconds(60) }],
  ])("%s for props", (_what, props) => {
    expect(() => SessionAuthorizer.fromStack(shopStack(), "Session", "WeappLogin", props as object)).toThrow(
      /^(props|cache|ttl) (must be|is none of the props)/,
    );
  });

  test.each([undefined, null, "arn", {}])("%j for a function", (fn) => {
    expect(() => new SessionAuthorizer(fn as unknown as LambdaFunction)).toThrow(
      "authorizerFunction must be a function (IFunction)",
    );
  });

  test("a function that CDK would not let API Gateway invoke, so that every request would be a 500", () => {
    const stack = shopStack();
    const authorizer = new SessionAuthorizer(LambdaFunction.fromFunctionArn(stack, "Imported", arn));
    expect(() => httpApi(stack, "Http", authorizer, "/orders")).toThrow(
      "authorizerFunction is an imported function, and CDK cannot permit API Gateway to invoke it.",
    );
    const rest = new RestApi(stack, "Rest");
    expect(() => authorizer.forRestApi(rest)).toThrow("sameEnvironment: true");
  });
});
