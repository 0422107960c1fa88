import { Stack } from "aws-cdk-lib";
import { describe, expect, test } from "vitest";
import { WeappLogin } from "../../lib/weapp-login.ts";
import { appId, newApp, ownFunction, synthesized } from "../support/in-process.ts";
import { ofType, only, type Resource, referencesIn } from "../support/template.ts";

const cors = { allowOrigins: ["https://h5.example.com"] };
const loginThrottle = { ratePerSecond: 0.5, burst: 20 };

function routeKeys(resources: readonly Resource[]): string[] {
  return ofType(resources, "AWS::ApiGatewayV2::Route").map(({ properties }) => String(properties.RouteKey));
}

describe("cors", () => {
  const { resources } = synthesized({ cors, hello: true });

  test("lets the named sites send what the API reads, and read what the SDK goes by", () => {
    expect(only(resources, "AWS::ApiGatewayV2::Api").properties.CorsConfiguration).toEqual({
      AllowOrigins: ["https://h5.example.com"],
      AllowMethods: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
      // Named: `*` does not stand for Authorization.
      AllowHeaders: ["authorization", "content-type"],
      ExposeHeaders: ["retry-after", "date", "apigw-requestid"],
      MaxAge: 3600,
    });
  });

  test("leaves no route that would catch a browser's preflight, which has no session", () => {
    expect(routeKeys(resources).filter((key) => /^(ANY|OPTIONS) |\$default/.test(key))).toEqual([]);
  });

  test("leaves /login open for every other method, so that a wrong one is still answered 405", () => {
    const open = ofType(resources, "AWS::ApiGatewayV2::Route").filter(
      ({ properties }) => properties.AuthorizationType !== "CUSTOM",
    );
    expect(routeKeys(open).sort()).toEqual([
      "DELETE /login",
      "GET /login",
      "HEAD /login",
      "PATCH /login",
      "POST /login",
      "PUT /login",
    ]);
  });

  test.each(["ANY /orders", "OPTIONS /orders"])("refuses to protect %s, which would catch it", (route) => {
    const stack = new Stack(newApp(), "Shop");
    const login = new WeappLogin(stack, "Login", { appId, cors });
    expect(() => login.protect(route, ownFunction(stack, "Orders"))).toThrow(
      `With cors, "${route}" would catch the browser's preflight`,
    );
  });

  test("is off unless it is asked for: mini-programs need none", () => {
    const plain = synthesized();
    expect(only(plain.resources, "AWS::ApiGatewayV2::Api").properties).not.toHaveProperty(
      "CorsConfiguration",
    );
    expect(routeKeys(plain.resources)).toContain("ANY /login");
  });
});

describe("loginThrottle", () => {
  const settings = { ThrottlingRateLimit: 0.5, ThrottlingBurstLimit: 20 };

  test.each([
    ["ANY /login", { loginThrottle }],
    ["each method of /login, with cors", { loginThrottle, cors }],
  ])("throttles %s, and no other route", (_what, props) => {
    const { resources } = synthesized(props);
    const ofLogin = routeKeys(resources).filter((key) => key.endsWith(" /login"));
    expect(only(resources, "AWS::ApiGatewayV2::Stage").properties.RouteSettings).toEqual(
      Object.fromEntries(ofLogin.map((key) => [key, settings])),
    );
  });

  test("makes the stage wait for its routes: CloudFormation would fail on a route that is not there yet", () => {
    const { resources } = synthesized({ loginThrottle, cors });
    const stage = only(resources, "AWS::ApiGatewayV2::Stage");
    const ofLogin = ofType(resources, "AWS::ApiGatewayV2::Route").filter(({ properties }) =>
      String(properties.RouteKey).endsWith(" /login"),
    );
    expect(stage.dependsOn).toEqual(expect.arrayContaining(ofLogin.map(({ logicalId }) => logicalId)));
    // No circle: a route does not wait for the stage.
    for (const route of ofLogin) expect(referencesIn(route.properties)).not.toContain(stage.logicalId);
  });

  test("is off unless it is asked for", () => {
    expect(only(synthesized().resources, "AWS::ApiGatewayV2::Stage").properties).not.toHaveProperty(
      "RouteSettings",
    );
  });
});
