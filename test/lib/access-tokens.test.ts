import { Stack } from "aws-cdk-lib";
import { Function as LambdaFunction } from "aws-cdk-lib/aws-lambda";
import { describe, expect, test } from "vitest";
import { environments } from "../../contract/environments.ts";
import type { WeappLoginProps } from "../../lib/props.ts";
import { WeappLogin } from "../../lib/weapp-login.ts";
import { appId, newApp, ownFunction, synthesized, templateOf } from "../support/in-process.ts";
import { environmentOf, functionName, grantsOf, ofType, referencesIn } from "../support/template.ts";

function shop(props: Partial<WeappLoginProps> = {}) {
  const app = newApp();
  const stack = new Stack(app, "Shop");
  return { app, stack, login: new WeappLogin(stack, "Login", { appId, ...props }) };
}

/** What the roles whose logical ids begin like this may do, and to which resources. */
function grantsOfRole(stack: Stack, start: string): string[] {
  const grants = grantsOf(templateOf(stack).resources).filter(({ role }) => role.startsWith(start));
  return grants.map(({ action, resource }) => `${action} ${referencesIn(resource).join()}`).sort();
}

function arnOf(stack: Stack): string {
  const { resources } = templateOf(stack);
  const found = ofType(resources, "AWS::Lambda::Function").find((it) => functionName(it) === "accesstoken");
  if (!found) throw new Error("There is no function that lends the access token.");
  return found.logicalId;
}

describe("with accessTokens", () => {
  const { resources, outputs, environment } = synthesized({ accessTokens: true });

  test("there is one function more, with the environment that its entry reads", () => {
    expect(Object.keys(environment("accesstoken"))).toEqual([...environments["access-token"]]);
  });

  test("it may read AppSecrets and write its log, and nothing else", () => {
    const grants = grantsOf(resources).filter(({ role }) => role.startsWith("LoginAccessTokenRole"));
    expect(grants.map(({ action }) => action).sort()).toEqual([
      "logs:CreateLogStream",
      "logs:PutLogEvents",
      "secretsmanager:GetSecretValue",
    ]);
  });

  test("nobody outside may invoke it, and no route leads to it", () => {
    const named = JSON.stringify([
      ofType(resources, "AWS::Lambda::Permission"),
      ofType(resources, "AWS::ApiGatewayV2::Integration"),
    ]);
    expect(named).not.toContain("AccessToken");
  });

  test("the admin function knows, and other stacks find it by an export", () => {
    expect(environment("admin")).toMatchObject({ ACCESS_TOKENS: "yes" });
    expect(outputs).toHaveProperty("AccessTokenFunctionArn");
  });

  test("the alarm MustLook rings for it too", () => {
    const filters = ofType(resources, "AWS::Logs::MetricFilter").filter(({ properties }) =>
      JSON.stringify(properties.MetricTransformations).includes("MustLook"),
    );
    const watched = filters.flatMap(({ properties }) => referencesIn(properties.LogGroupName));
    expect(watched).toContainEqual(expect.stringMatching(/^LoginAccessTokenLog/));
  });
});

test("without it there is none of that", () => {
  const { text, outputs } = synthesized();
  expect(text).not.toMatch(/AccessToken|ACCESS_TOKENS/);
  expect(outputs).not.toHaveProperty("AccessTokenFunctionArn");
});

describe("grantAccessToken", () => {
  test.each([true, false])(
    "lets a function invoke the one that lends, and nothing else: %j",
    (accessTokens) => {
      const { stack, login } = shop({ accessTokens });
      const mine = ownFunction(stack, "Mine");
      login.grantAccessToken(mine);
      expect(grantsOfRole(stack, "Mine")).toEqual([`lambda:InvokeFunction ${arnOf(stack)}`]);
      const { resources } = templateOf(stack);
      const [fn] = resources.filter(
        ({ logicalId, type }) => type.endsWith("::Function") && /^Mine/.test(logicalId),
      );
      expect(fn && environmentOf(fn)).toEqual({
        WEAPP_LOGIN_ACCESS_TOKEN_FUNCTION: { "Fn::GetAtt": [arnOf(stack), "Arn"] },
      });
    },
  );

  test("makes one function for all of them", () => {
    const { stack, login } = shop();
    for (const id of ["Mine", "Yours"]) login.grantAccessToken(ownFunction(stack, id));
    expect(arnOf(stack)).toMatch(/^LoginAccessToken/);
    expect(grantsOfRole(stack, "Yours")).toEqual(grantsOfRole(stack, "Mine"));
  });

  test("lets a function of another stack invoke it", () => {
    const { app, login } = shop();
    const other = new Stack(app, "Other");
    login.grantAccessToken(ownFunction(other, "Mine"));
    expect(grantsOf(templateOf(other).resources).map(({ action }) => action)).toEqual([
      "lambda:InvokeFunction",
    ]);
  });

  test("leaves the environment of an alias alone, and grants its function's role", () => {
    const { stack, login } = shop();
    const mine = ownFunction(stack, "Mine");
    login.grantAccessToken(mine.currentVersion as never);
    expect(grantsOfRole(stack, "Mine")).toEqual([`lambda:InvokeFunction ${arnOf(stack)}`]);
  });

  test("throws for an imported function without a role, which nothing can be granted to", () => {
    const { stack, login } = shop();
    const functionArn = "arn:aws:lambda:eu-west-1:111111111111:function:mine";
    const imported = LambdaFunction.fromFunctionArn(stack, "Imported", functionArn);
    expect(() => login.grantAccessToken(imported)).toThrow(
      /^grantAccessToken: Shop\/Imported is an imported function without a role\./,
    );
  });

  test.each([undefined, null, "arn", {}])("throws for what is no function: %j", (fn) => {
    const { login } = shop();
    expect(() => login.grantAccessToken(fn as never)).toThrow(
      "grantAccessToken takes a function (IFunction).",
    );
  });
});

test("of a deployed stack the function is found by its export, which only its accessTokens makes", () => {
  const stack = new Stack(newApp(), "Messages");
  const mine = ownFunction(stack, "Mine");
  WeappLogin.fromStack(stack, "Login", "WeappLogin").grantAccessToken(mine);
  const lender = { "Fn::ImportValue": "WeappLogin:AccessTokenFunctionArn" };
  const { resources } = templateOf(stack);
  expect(grantsOf(resources)).toMatchObject([{ action: "lambda:InvokeFunction", resource: lender }]);
  const [fn] = ofType(resources, "AWS::Lambda::Function");
  expect(fn && environmentOf(fn)).toEqual({ WEAPP_LOGIN_ACCESS_TOKEN_FUNCTION: lender });
});

describe("with riskRank", () => {
  test("login is the bundle with more in it, which reads from which rank on people are turned away", () => {
    const { environment } = synthesized({ riskRank: { refuseFrom: 3 } });
    expect(environment("login")).toMatchObject({ RISK_RANK_REFUSE_FROM: "3" });
    expect(environment("admin")).toMatchObject({ ACCESS_TOKENS: "yes" });
  });

  test("and without it nothing of it is there", () => {
    expect(Object.keys(synthesized().environment("login"))).toEqual([...environments.login]);
  });
});
