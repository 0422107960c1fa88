import { Stack } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { type IFunction, Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { describe, expect, test } from "vitest";
import type { WeappLoginProps } from "../../lib/props.ts";
import { WeappLogin } from "../../lib/weapp-login.ts";
import { appId, newApp, ownFunction } from "../support/in-process.ts";
import { functionName, ofType, only, type Resource, referencesIn, resourcesOf } from "../support/template.ts";

const functionArn = "arn:aws:lambda:eu-west-1:111111111111:function:orders";
const here = { env: { region: "eu-west-1", account: "111111111111" } };

/** What puts routes on the login's API: the stack of the login itself, and one that knows the name of that stack. */
const places = {
  "the construct": (stackProps = {}, props: Partial<WeappLoginProps> = {}) => {
    const stack = new Stack(newApp(), "Shop", stackProps);
    return { stack, login: new WeappLogin(stack, "Login", { appId, ...props }) };
  },
  "another stack": (stackProps = {}) => {
    const stack = new Stack(newApp(), "Orders", stackProps);
    return { stack, login: WeappLogin.fromStack(stack, "Login", "Shop") };
  },
};

function resourcesIn(stack: Stack): Resource[] {
  return resourcesOf(Template.fromStack(stack).toJSON());
}

/** Permissions of the function with this name. */
function permissionsOf(resources: readonly Resource[], name: string): Resource[] {
  const fn = ofType(resources, "AWS::Lambda::Function").find((it) => functionName(it) === name);
  return ofType(resources, "AWS::Lambda::Permission").filter(({ properties }) =>
    referencesIn(properties.FunctionName).includes(String(fn?.logicalId)),
  );
}

describe.each(Object.entries(places))("protect, of %s,", (_where, place) => {
  test("puts a Lambda of one's own behind the authorizer, where the gateway may invoke it", () => {
    const { stack, login } = place();
    const orders = ownFunction(stack, "Orders");
    const keys = [
      "GET /orders",
      "DELETE /orders/{id}",
      "PUT /{shop}/orders/{id+}",
      "ANY /files/{path+}",
      "GET /",
    ];
    for (const key of keys) login.protect(key, orders);
    const resources = resourcesIn(stack);
    const session = ofType(resources, "AWS::ApiGatewayV2::Route").find(
      ({ properties }) => properties.RouteKey === "GET /session",
    );
    const authorizer = session?.properties.AuthorizerId ?? { "Fn::ImportValue": "Shop:AuthorizerId" };
    const routes = ofType(resources, "AWS::ApiGatewayV2::Route").filter(({ properties }) =>
      keys.includes(String(properties.RouteKey)),
    );
    expect(routes).toHaveLength(keys.length);
    for (const { properties } of routes) {
      expect(properties).toMatchObject({ AuthorizationType: "CUSTOM", AuthorizerId: authorizer });
    }
  });

  test("makes one integration and one permission for each function, whose policy holds some 50", () => {
    const { stack, login } = place();
    const [orders, cart] = [ownFunction(stack, "Orders"), ownFunction(stack, "Cart")];
    for (let route = 0; route < 60; route++) login.protect(`GET /orders-${route}`, orders);
    login.protect("GET /cart", cart);
    const resources = resourcesIn(stack);
    for (const name of ["orders", "cart"]) {
      const [permission, ...others] = permissionsOf(resources, name);
      expect(others).toEqual([]);
      expect(permission?.properties).toMatchObject({ Principal: "apigateway.amazonaws.com" });
      expect(JSON.stringify(permission?.properties.SourceArn)).toMatch(/:execute-api:|\/\*\/\*/);
    }
    const integrations = ofType(resources, "AWS::ApiGatewayV2::Integration").filter(
      ({ properties }) => !/Login|Session/.test(JSON.stringify(properties.IntegrationUri)),
    );
    expect(integrations).toHaveLength(2);
  });

  test.each([
    "/orders",
    "GET orders",
    "get /orders",
    "FETCH /orders",
    "GET  /orders",
    "GET /orders ",
    "GET /my orders",
    "GET /orders/",
    "GET //orders",
    "GET /orders?page=1",
    "GET /orders#top",
    "GET /orders/{}",
    "GET /orders/{id",
    "GET /orders/id}",
    "GET /orders/x{id}",
    "GET /{rest+}/orders",
    "GET /{id}/orders/{id}",
    "$default",
    "",
    undefined,
    null,
    5,
  ])("refuses the route %j", (route) => {
    const { stack, login } = place();
    expect(() => login.protect(route as string, ownFunction(stack, "Orders"))).toThrow(
      `A route looks like "GET /orders/{id}", without a query, and this is "${route}".`,
    );
  });

  test.each([
    ["GET /orders", "GET /orders"],
    ["GET /orders/{id}", "GET /orders/{orderId}"],
    ["GET /orders/{id+}", "GET /orders/{path+}"],
    ["DELETE /sessions/{handle}", undefined],
    ["GET /session", undefined],
  ])("refuses a route that is there already: %s", (route, again = route) => {
    const { stack, login } = place();
    const orders = ownFunction(stack, "Orders");
    if (again !== route || route === "GET /orders") login.protect(route, orders);
    expect(() => login.protect(again, orders)).toThrow(`The API has "${again}" already`);
  });

  test.each(["POST /phone", "POST /open-data"])("refuses %s of a login that has it", (route) => {
    const { stack, login } = place({}, { phone: {}, sessionKeys: true });
    expect(() => login.protect(route, ownFunction(stack, "Orders"))).toThrow(
      /^The API has "POST .*" already|^"POST .*" is the login's own/,
    );
  });

  test("takes routes that only look like one another", () => {
    const { stack, login } = place();
    const orders = ownFunction(stack, "Orders");
    for (const path of [
      "/orders/{id}",
      "/orders/{id+}",
      "/orders/id",
      "/orders-id",

      "/session",
    ]) {
      login.protect(`PUT ${path}`, orders);
    }
    Template.fromStack(stack);
  });

  test.each(["POST /login", "GET /login", "ANY /login"])("refuses %s, which has to stay open", (route) => {
    const { stack, login } = place();
    expect(() => login.protect(route, ownFunction(stack, "Orders"))).toThrow("is the login itself");
  });

  test.each([undefined, null, "orders", functionArn, {}])("refuses %j for a Lambda", (handler) => {
    const { login } = place();
    expect(() => login.protect("GET /orders", handler as unknown as IFunction)).toThrow(
      'The handler of "GET /orders" must be a function (IFunction).',
    );
  });

  describe("of an imported Lambda", () => {
    const protect = (stackProps: object, make: (stack: Stack) => IFunction) => {
      const { stack, login } = place(stackProps);
      login.protect("GET /orders", make(stack));
      return ofType(resourcesIn(stack), "AWS::Lambda::Permission").filter(
        ({ properties }) => properties.FunctionName === functionArn,
      );
    };
    const byArn = (arn: string) => (stack: Stack) => LambdaFunction.fromFunctionArn(stack, "Imported", arn);
    const by = (more: object) => (stack: Stack) =>
      LambdaFunction.fromFunctionAttributes(stack, "Imported", { functionArn, ...more });

    test("refuses one of which CDK does not know that it may permit it", () => {
      const message = 'The handler of "GET /orders" is an imported function, and CDK cannot permit';
      expect(() => protect({}, byArn(functionArn))).toThrow(message);
      expect(() => protect(here, byArn(functionArn.replace("111111111111", "222222222222")))).toThrow(
        message,
      );
    });

    test("refuses one of another Region", () => {
      expect(() => protect(here, byArn(functionArn.replace("eu-west-1", "us-east-1")))).toThrow(
        'The handler of "GET /orders" is a function in us-east-1, and API Gateway invokes those in eu-west-1 only.',
      );
    });

    test("permits one of the stack's own account, or of the same environment as its writer says", () => {
      expect(protect(here, byArn(functionArn))).toHaveLength(1);
      expect(protect({}, by({ sameEnvironment: true }))).toHaveLength(1);
    });

    test("believes its writer that it is permitted already", () => {
      expect(protect({}, by({ skipPermissions: true }))).toEqual([]);
    });
  });

  test("takes an alias of a Lambda of one's own", () => {
    const { stack, login } = place();
    // CDK's own types do not agree with one another where optional properties are exact.
    login.protect("GET /orders", ownFunction(stack, "Orders").addAlias("live") as IFunction);
    const alias = only(resourcesIn(stack), "AWS::Lambda::Alias");
    const permitted = ofType(resourcesIn(stack), "AWS::Lambda::Permission").flatMap(({ properties }) =>
      referencesIn(properties.FunctionName),
    );
    expect(permitted).toContain(alias.logicalId);
  });
});

test("another stack's routes are on the login's own API, behind its authorizer without cache, and nothing else is made", () => {
  const { stack, login } = places["another stack"]();
  login.protect("GET /orders", ownFunction(stack, "Orders"));
  const resources = resourcesIn(stack);
  expect(only(resources, "AWS::ApiGatewayV2::Route").properties).toMatchObject({
    ApiId: { "Fn::ImportValue": "Shop:ApiId" },
    AuthorizerId: { "Fn::ImportValue": "Shop:AuthorizerId" },
  });
  expect(ofType(resources, "AWS::ApiGatewayV2::Authorizer")).toEqual([]);
  expect(stack.resolve(login.url)).toEqual({ "Fn::ImportValue": "Shop:ApiUrl" });
});
