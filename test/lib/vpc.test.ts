import { Stack } from "aws-cdk-lib";
import { SecurityGroup, SubnetType, Vpc } from "aws-cdk-lib/aws-ec2";
import { AwsSolutionsChecks } from "cdk-nag";
import { describe, expect, test } from "vitest";
import type { WeappLoginProps } from "../../lib/props.ts";
import { WeappLogin } from "../../lib/weapp-login.ts";
import { appId, newApp, templateOf } from "../support/in-process.ts";
import { functionName, grantsOf, ofType, referencesIn } from "../support/template.ts";

const talkToWeChat = ["accesstoken", "admin", "login"];
const networkInterfaces = [
  "ec2:AssignPrivateIpAddresses",
  "ec2:CreateNetworkInterface",
  "ec2:DeleteNetworkInterface",
  "ec2:DescribeNetworkInterfaces",
  "ec2:DescribeSubnets",
  "ec2:UnassignPrivateIpAddresses",
];

function shop(more: (stack: Stack, vpc: Vpc) => Partial<NonNullable<WeappLoginProps["vpc"]>> = () => ({})) {
  const app = newApp();
  const stack = new Stack(app, "Shop");
  const vpc = new Vpc(stack, "Vpc", { maxAzs: 2, natGateways: 1 });
  new WeappLogin(stack, "Login", {
    appId,
    accessTokens: true,
    vpc: { vpc: vpc as never, ...more(stack, vpc) },
  });
  const { resources } = templateOf(stack);
  const functions = ofType(resources, "AWS::Lambda::Function").filter(({ logicalId }) =>
    logicalId.startsWith("Login"),
  );
  const places = Object.fromEntries(
    functions.map((fn) => [functionName(fn), fn.properties.VpcConfig as Record<string, unknown> | undefined]),
  );
  return { app, stack, vpc, resources, functions, places };
}

describe("with a VPC", () => {
  const { app, stack, vpc, resources, functions, places } = shop();

  test("what talks to WeChat is in its private subnets, and nothing else is", () => {
    const inside = Object.entries(places).filter(([, place]) => place !== undefined);
    expect(inside.map(([name]) => name).sort()).toEqual(talkToWeChat);
    const subnets = stack.resolve(vpc.privateSubnets.map(({ subnetId }) => subnetId));
    for (const [name, place] of inside) expect(place?.SubnetIds, name).toEqual(subnets);
  });

  test("each has a security group of its own, which lets nothing in", () => {
    const groups = ofType(resources, "AWS::EC2::SecurityGroup");
    expect(groups).toHaveLength(talkToWeChat.length);
    for (const { properties } of groups) expect(properties).not.toHaveProperty("SecurityGroupIngress");
    expect(ofType(resources, "AWS::EC2::SecurityGroupIngress")).toEqual([]);
  });

  test("Lambda may make network interfaces with the roles of those, and of no other", () => {
    for (const fn of functions) {
      const [role] = referencesIn(fn.properties.Role);
      const actions = grantsOf(resources)
        .filter((grant) => grant.role === role && grant.action.startsWith("ec2:"))
        .map(({ action, resource }) => [action, resource]);
      const expected = talkToWeChat.includes(functionName(fn)) ? networkInterfaces : [];
      expect(actions.sort(), functionName(fn)).toEqual(expected.map((action) => [action, "*"]));
    }
  });

  test("the grants stand in the roles, so that a function is not made before them", () => {
    const roles = new Set(functions.flatMap(({ properties }) => referencesIn(properties.Role)));
    const attached = ofType(resources, "AWS::IAM::Policy").flatMap(({ properties }) =>
      referencesIn(properties.Roles),
    );
    expect(attached.filter((role) => roles.has(role))).toEqual([]);
  });

  test("cdk-nag's AwsSolutions pack finds nothing in it", () => {
    app.synth();
    const { violations } = new AwsSolutionsChecks(app).validateScope(app);
    const findings = violations.flatMap(({ ruleName, violatingResources }) =>
      violatingResources.map(({ constructPath }) => `${ruleName} ${constructPath}`),
    );
    expect(findings.filter((finding) => finding.includes(" Shop/Login/"))).toEqual([]);
  });
});

test("subnets and security groups are the owner's where they are given", () => {
  const { stack, vpc, places } = shop((stack, vpc) => ({
    subnets: {
      subnetType: SubnetType.PRIVATE_WITH_EGRESS,
      availabilityZones: [vpc.availabilityZones[0] ?? ""],
    },
    securityGroups: [new SecurityGroup(stack, "Own", { vpc: vpc as never })],
  }));
  const group = stack.node.findChild("Own") as SecurityGroup;
  for (const name of talkToWeChat) {
    expect(places[name]).toMatchObject({
      SubnetIds: stack.resolve([vpc.privateSubnets[0]?.subnetId]),
      SecurityGroupIds: [stack.resolve(group.securityGroupId)],
    });
  }
});
