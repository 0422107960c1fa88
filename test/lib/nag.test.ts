import { type App, RemovalPolicy, Stack, Validations } from "aws-cdk-lib";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Effect, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Key } from "aws-cdk-lib/aws-kms";
import { Secret } from "aws-cdk-lib/aws-secretsmanager";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, test } from "vitest";
import type { WeappLoginStackProps } from "../../lib/props.ts";
import { WeappLogin } from "../../lib/weapp-login.ts";
import { WeappLoginStack } from "../../lib/weapp-login-stack.ts";
import { appId, newApp, ownFunction } from "../support/in-process.ts";

const inIreland = { env: { region: "eu-west-1", account: "111111111111" } };
const inBeijing = { env: { region: "cn-north-1", account: "111111111111" } };

/** Every optional part that a template can have. */
const everything: Partial<WeappLoginStackProps> = {
  hello: true,
  otherAppIds: ["wx00000000000000a2"],
  cors: { allowOrigins: ["https://h5.example.com"] },
  loginThrottle: { ratePerSecond: 50, burst: 100 },
  alarmEmail: "ops@example.com",
  domain: {
    name: "login.example.com",
    certificateArn: "arn:aws:acm:eu-west-1:111111111111:certificate/one",
  },
};

/** `RULE path` for each finding of the AwsSolutions pack, as users see it who run the pack over their own app. */
function findingsIn(app: App): string[] {
  app.synth();
  const { violations } = new AwsSolutionsChecks(app).validateScope(app);
  return violations.flatMap(({ ruleName, violatingResources }) =>
    violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
  );
}

describe("cdk-nag's AwsSolutions pack finds nothing", () => {
  test.each<[string, Partial<WeappLoginStackProps>]>([
    ["as it comes", {}],
    ["with everything that a template can have", everything],
    ["without accounts", { verifier: "none" }],
    ["without alarms", { monitoring: false }],
    ["as a throw-away stack", { removalPolicy: RemovalPolicy.DESTROY }],
  ])("in the stack %s", (_what, props) => {
    const app = newApp();
    new WeappLoginStack(app, "WeappLogin", { appId, ...props });
    expect(findingsIn(app)).toEqual([]);
  });

  test("with a verifier of the owner's", () => {
    const app = newApp();
    const stack = new Stack(app, "Shop");
    new WeappLogin(stack, "Login", { appId, verifier: ownFunction(stack, "Users") });
    // What the owner's own function is found to lack is the owner's.
    expect(findingsIn(app).filter((finding) => !finding.includes(" Shop/Users/"))).toEqual([]);
  });

  test.each([
    ["in Ireland", inIreland],
    ["in Beijing", inBeijing],
  ])("with a key of the owner's, %s", (_where, stackProps) => {
    const app = newApp();
    const stack = new Stack(app, "Shop", stackProps);
    const encryptionKey = new Key(stack, "Key", { enableKeyRotation: true });
    new WeappLogin(stack, "Login", { appId, encryptionKey });
    expect(findingsIn(app)).toEqual([]);
  });
});

describe("what is excused", () => {
  /** `RULE path` with the reason, for everything that the stack acknowledges. */
  function acknowledged(props: Partial<WeappLoginStackProps>) {
    const stack = new WeappLoginStack(newApp(), "WeappLogin", { appId, ...props });
    return stack.node.findAll().flatMap(({ node }) =>
      node.metadata
        .filter(({ type }) => type === Validations.ACKNOWLEDGED_RULES_METADATA_KEY)
        .flatMap(({ data }) => Object.entries(data))
        .map(
          ([rule, reason]) => [`${rule.replace(/^annotation::/i, "")} ${node.path}`, String(reason)] as const,
        ),
    );
  }

  test("is the open route and the AppSecret, and nothing else", () => {
    expect(acknowledged({}).map(([finding]) => finding)).toEqual([
      `AwsSolutions-SMG4 WeappLogin/Login/AppSecret-${appId}`,
      "AwsSolutions-APIG4 WeappLogin/Login/Api/Http/ANY--login",
    ]);
  });

  test("is excused with a reason", () => {
    for (const [finding, reason] of acknowledged(everything)) {
      expect(reason.split(" ").length, finding).toBeGreaterThan(10);
    }
  });

  test("is excused here only: the same in the owner's own resources is found", () => {
    const app = newApp();
    const stack = new WeappLoginStack(app, "WeappLogin", { appId });
    const login = stack.node.findChild("Login");
    if (!(login instanceof WeappLogin)) throw new Error("The stack has no Login.");
    const orders = ownFunction(stack, "Orders");
    login.api.addRoutes({ path: "/open", integration: new HttpLambdaIntegration("Open", orders) });
    new Secret(stack, "Own");
    const role = new Role(stack, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    role.addToPolicy(
      new PolicyStatement({ effect: Effect.ALLOW, actions: ["dynamodb:*"], resources: ["*"] }),
    );
    expect(findingsIn(app)).toEqual(
      expect.arrayContaining([
        "AwsSolutions-APIG4 WeappLogin/Login/Api/Http/ANY--open/Resource",
        "AwsSolutions-SMG4 WeappLogin/Own/Resource",
        "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole] WeappLogin/Orders/ServiceRole/Resource",
        "AwsSolutions-IAM5[Action::dynamodb:*] WeappLogin/Role/DefaultPolicy/Resource",
        "AwsSolutions-IAM5[Resource::*] WeappLogin/Role/DefaultPolicy/Resource",
      ]),
    );
  });
});
