import { Duration, NestedStack, RemovalPolicy, Stack, Token } from "aws-cdk-lib";
import { Vpc } from "aws-cdk-lib/aws-ec2";
import { Key } from "aws-cdk-lib/aws-kms";
import { Architecture, Function as LambdaFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import { Topic } from "aws-cdk-lib/aws-sns";
import { describe, expect, test } from "vitest";
import { readProps } from "../../lib/check-props.ts";
import { stackPropSchemas } from "../../lib/prop-schemas.ts";
import type { WeappLoginProps, WeappLoginStackProps } from "../../lib/props.ts";
import { WeappLogin } from "../../lib/weapp-login.ts";
import { WeappLoginStack } from "../../lib/weapp-login-stack.ts";
import { appId, newApp, ownFunction } from "../support/in-process.ts";
import { newerRuntime } from "../support/newer-runtime.ts";

const stack = new Stack(undefined, "Anywhere");
const inIreland = new Stack(undefined, "Ireland", { env: { region: "eu-west-1", account: "111111111111" } });
const encryptionKey = new Key(stack, "Key");
const vpc = Vpc.fromVpcAttributes(stack, "Vpc", { vpcId: "vpc-1", availabilityZones: ["a"] });
const certificateArn = "arn:aws:acm:eu-west-1:111111111111:certificate/one";
const domainName = "login.example.com";
const none = [null, "", 5, true, [], {}, "none", () => "it"];

/** Values that a prop may not have, and what the error says of them: where in the prop, and what may be. */
type Wrong = readonly [values: readonly unknown[], error: string];

const wholeNumbers = [null, "", "5", -1, 1.5, Number.NaN, 1e7, Token.asNumber({ resolve: () => 5 })];
const durations = [null, 3600, "1h", {}, Duration.millis(1_500), Duration.seconds(Token.asNumber("a"))];

const wrong: { readonly [P in keyof Required<WeappLoginStackProps>]: readonly Wrong[] } = {
  appId: [
    [
      [
        undefined,
        null,
        5,
        "",
        "wx 0123",
        "wx0123456789abcdef ",
        'wx"',
        "微信",
        "x".repeat(129),
        "-_",
        ["wx01"],
      ],
      "appId must be an AppId such as wx0123456789abcdef, and is ",
    ],
    [
      [Token.asString({ resolve: () => "wx01" })],
      "appId must be an AppId such as wx0123456789abcdef, and is known",
    ],
  ],
  otherAppIds: [
    [[null, "wx01", 5, {}], "otherAppIds must be a list of AppIds, and is "],
    [[[""], ["wx01", undefined], ["-_"], [["wx01"]]], "must be an AppId such as wx0123456789abcdef, and is "],
    [
      [
        ["wx-other", appId],
        ["wxb", "wxb"],
      ],
      "otherAppIds: the AppId ",
    ],
    [[["wx-a_1", "wxb", "wx_a1"]], "otherAppIds: wx-a_1 and wx_a1 differ only in - and _"],
  ],
  verifier: [
    [
      [
        "builtin",
        "Built-in",
        "",
        true,
        false,
        null,
        0,
        {},
        [],
        () => "it",
        "arn:aws:lambda:eu-west-1:1:function:a",
      ],
      'verifier must be "built-in", "none" or a function of yours (IFunction), and is ',
    ],
  ],
  identitiesPerAccount: [
    [
      ["", "one", "One-per-app", null, true, 1],
      'identitiesPerAccount must be "many" or "one-per-app", and is ',
    ],
  ],
  sessionLifetime: [
    [
      [...durations, Duration.seconds(0), Duration.days(3_651)],
      "sessionLifetime must be a Duration of whole seconds, from 1 s to 3650 days, and is ",
    ],
  ],
  authorizerCache: [
    [
      [...durations, Duration.seconds(3_601)],
      "authorizerCache must be a Duration of whole seconds, from 0 s to 1 hour, and is ",
    ],
  ],
  phone: [
    [
      [null, true, 5, []],
      "phone must be an object of perDay, perIdentity, nextHolder, keepNumber, numberInContext",
    ],
    ...(["perDay", "perIdentity"] as const).map(
      (name): Wrong => [
        [...wholeNumbers, 0].map((it) => ({ [name]: it })),
        `phone.${name} must be a whole number from 1 to 1000000, and is `,
      ],
    ),
    [
      [null, "", "Bind", "allow", true].map((it) => ({ nextHolder: it })),
      'phone.nextHolder must be "refuse" or "bind", and is ',
    ],
    ...(["keepNumber", "numberInContext"] as const).map(
      (name): Wrong => [
        [null, "true", 1].map((it) => ({ [name]: it })),
        `phone.${name} must be true or false, and is `,
      ],
    ),
    [
      [{ numberInContext: true }, { numberInContext: true, keepNumber: false }],
      "phone.numberInContext needs phone.keepNumber: what is not kept cannot be told.",
    ],
    [[{ perday: 5 }], "phone.perday is none of the props"],
  ],
  sessionKeys: [[[null, "", "true", 0, 1, {}], "sessionKeys must be true or false, and is "]],
  attempts: [
    [
      [null, 5, "", []],
      "attempts must be an object of perIdentity, perSourceIp, perUsername, invalidCodesPerSourceIp, window, and is ",
    ],
    [
      [{ perUser: 5 }],
      "attempts.perUser is none of the props: perIdentity, perSourceIp, perUsername, invalidCodesPerSourceIp, window.",
    ],
    [
      wholeNumbers.map((perIdentity) => ({ perIdentity })),
      "attempts.perIdentity must be a whole number from 0 to 1000000, and is ",
    ],
    [wholeNumbers.map((perSourceIp) => ({ perSourceIp })), "attempts.perSourceIp must be a whole number"],
    [wholeNumbers.map((perUsername) => ({ perUsername })), "attempts.perUsername must be a whole number"],
    [
      wholeNumbers.map((invalidCodesPerSourceIp) => ({ invalidCodesPerSourceIp })),
      "attempts.invalidCodesPerSourceIp must be a whole number",
    ],
    [
      [...durations, Duration.seconds(0)].map((window) => ({ window })),
      "attempts.window must be a Duration of whole seconds, from 1 s to 30 days, and is ",
    ],
  ],
  removalPolicy: [
    [
      [null, "", "Retain", true, RemovalPolicy.SNAPSHOT, RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE],
      'removalPolicy must be RemovalPolicy.RETAIN ("retain") or RemovalPolicy.DESTROY ("destroy"), and is ',
    ],
  ],
  domain: [
    [[null, "", domainName, []], "domain must be "],
    [[{ certificateArn }], "domain.name must be a host name such as login.example.com, and is undefined."],
    [
      ["", "https://login.example.com", "login.example.com/v1", "example", "login..com", null, 5].map(
        (name) => ({
          name,
          certificateArn,
        }),
      ),
      "domain.name must be a host name such as login.example.com, and is ",
    ],
    [
      [undefined, null, "", "one", certificateArn.replace("acm", "iam")].map((wrongArn) => ({
        name: domainName,
        certificateArn: wrongArn,
      })),
      "domain.certificateArn must be the ARN of a certificate in AWS Certificate Manager, and is ",
    ],
    [
      [{ name: domainName, certificateArn, path: "/v1" }],
      "domain.path is none of the props: name, certificateArn.",
    ],
  ],
  cors: [
    [[null, true, "*", ["*"]], "cors must be an object of allowOrigins, and is "],
    [[{}], "cors.allowOrigins must be a list of origins, and is undefined."],
    [[{ allowOrigins: "*" }], 'cors.allowOrigins must be a list of origins, and is "*".'],
    [[{ allowOrigins: [] }], "cors.allowOrigins must be one origin or more"],
    [
      ["https://h5.example.com/", "h5.example.com", "ftp://h5.example.com", "null", "", null, 5].map(
        (it) => ({
          allowOrigins: [it],
        }),
      ),
      "cors.allowOrigins.0 must be an origin such as https://h5.example.com, or *, and is ",
    ],
    [[{ allowOrigins: ["*", "https://h5.example.com"] }], "cors.allowOrigins must be origins, or * alone"],
    [[{ origins: ["*"] }], "cors."],
  ],
  loginThrottle: [
    [[null, 5, []], "loginThrottle must be "],
    [
      [undefined, 0, -1, "5", Number.POSITIVE_INFINITY, Number.NaN].map((ratePerSecond) => ({
        ratePerSecond,
        burst: 1,
      })),
      "loginThrottle.ratePerSecond must be a number of more than 0, and is ",
    ],
    [
      [...wholeNumbers, undefined, 0].map((burst) => ({ ratePerSecond: 1, burst })),
      "loginThrottle.burst must be a whole number from 1 to 1000000, and is ",
    ],
  ],
  weChatBaseUrl: [
    [
      [
        null,
        "",
        5,
        "api.weixin.qq.com",
        "https://api.weixin.qq.com/",
        "https://api.weixin.qq.com/sns",
        "https://user@api.weixin.qq.com",
        "http://api.weixin.qq.com",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "ftp://localhost",
        Token.asString({ resolve: () => "https://api.weixin.qq.com" }),
      ],
      "weChatBaseUrl must be https:// and a host, or http:// and localhost or 127.0.0.1, and is ",
    ],
  ],
  encryptionKey: [[[null, "", true, {}, "arn:aws:kms:…"], "encryptionKey must be a key (IKey), and is "]],
  accessTokens: [[[null, "true", 1, {}], "accessTokens must be true or false, and is "]],
  riskRank: [
    [[null, 2, "2", []], "riskRank must be an object of refuseFrom, and is "],
    [[{}], "riskRank.refuseFrom must be a whole number from 1 to 4, and is undefined."],
    [
      [null, "2", 0, 5, 1.5, Number.NaN].map((refuseFrom) => ({ refuseFrom })),
      "riskRank.refuseFrom must be a whole number from 1 to 4, and is ",
    ],
  ],
  vpc: [
    [[null, "vpc-1", []], "vpc must be an object of vpc, subnets, securityGroups, and is "],
    [[{}, { vpc: "vpc-1" }, { vpc: {} }], "vpc.vpc must be a VPC (IVpc), and is "],
    [
      ["private", null, []].map((subnets) => ({ vpc, subnets })),
      "vpc.subnets must be a SubnetSelection such as ",
    ],
    [
      ["sg-1", null, {}].map((securityGroups) => ({ vpc, securityGroups })),
      "vpc.securityGroups must be a list of security groups (ISecurityGroup), and is ",
    ],
  ],
  reservedConcurrency: [
    [[null, 5, "5"], "reservedConcurrency must be "],
    [[{ session: 5 }], "reservedConcurrency.session is none of the props: login, verifier, authorizer."],
    [
      [...wholeNumbers, 0].map((login) => ({ login })),
      "reservedConcurrency.login must be a whole number from 1 to 1000000, and is ",
    ],
    [[{ verifier: 0 }], "reservedConcurrency.verifier must be a whole number from 1"],
    [[{ authorizer: -1 }], "reservedConcurrency.authorizer must be a whole number from 1"],
  ],
  monitoring: [[["false", "", null, 0, {}], "monitoring must be true or false, and is "]],
  alarmTopic: [[none, "alarmTopic must be a topic (ITopic), and is "]],
  alarmEmail: [
    [
      [null, "", "ops", "a@example.com, b@example.com", true, ["a@example.com"]],
      "alarmEmail must be an address such as ops@example.com, and is ",
    ],
  ],
  runbookUrl: [
    [
      [
        null,
        "",
        "http://wiki.example.com/login",
        "wiki.example.com/login",
        "docs/runbook.md",
        "https://",
        "https://wiki.example.com/log in",
        "https://wiki.example.com/login#mustlook",
        "https://wiki.example.com/login#",
        `https://wiki.example.com/${"a".repeat(376)}`,
      ],
      "runbookUrl must be an https:// address of at most 400 characters, without a fragment (#…), and is ",
    ],
  ],
  logRetention: [[[null, "", 91, 0, -1, "ONE_DAY", "7"], "logRetention must be a RetentionDays, "]],
  runtime: [
    [
      [
        null,
        "",
        "nodejs24.x",
        { name: "nodejs24.x" },
        Runtime.NODEJS_22_X,
        Runtime.PYTHON_3_13,
        Runtime.PROVIDED_AL2023,
      ],
      "runtime must be Runtime.NODEJS_24_X or newer, and is ",
    ],
  ],
  architecture: [
    [
      [null, "", "arm64", { name: "arm64" }, Architecture.custom("riscv", "linux/riscv")],
      'architecture must be Architecture.ARM_64 ("arm64") or Architecture.X86_64 ("x86_64"), and is ',
    ],
  ],
  hello: [[["true", "", null, 1], "hello must be true or false, and is "]],
};

const cases = Object.entries(wrong).flatMap(([prop, errors]) =>
  errors.flatMap(([values, error]) => values.map((value) => [prop, value, error] as const)),
);

describe("a prop that is not what it may be is refused at synthesis, by name and with what was given:", () => {
  test.each(cases)("%s: %j", (prop, value, error) => {
    const props = { appId, [prop]: value };
    // As somebody gives it who writes JavaScript.
    const make = () => new WeappLoginStack(newApp(), "WeappLogin", props as WeappLoginStackProps);
    expect(make).toThrow(error);
    expect(make).toThrow(prop);
  });

  test("what was given is shown as its writer knows it", () => {
    const refused = (props: object) => {
      try {
        readProps({ appId, ...props }, stack);
      } catch (error) {
        return error instanceof Error ? error.message.replace(/^.*, and is /, "") : "";
      }
      return "not refused";
    };
    expect(refused({ verifier: "builtin" })).toBe('"builtin".');
    expect(refused({ verifier: new Topic(stack, "NoVerifier") })).toMatch(/^a Topic\d?\.$/);
    expect(refused({ sessionLifetime: Duration.hours(0) })).toBe("0 hours.");
    expect(refused({ sessionLifetime: 3_600 })).toBe("3600.");
    expect(refused({ runtime: Runtime.NODEJS_22_X })).toBe("nodejs22.x.");
    expect(refused({ attempts: [5] })).toBe("[5].");
    expect(refused({ monitoring: null })).toBe("null.");
  });
});

describe("a name that no prop has is refused, with those that there are:", () => {
  const names = Object.keys(stackPropSchemas);
  const misspelt = names.flatMap((name) => [name.toUpperCase(), `${name}s`, name.slice(0, -1)]);

  test.each(misspelt)("%s", (name) => {
    expect(() => new WeappLoginStack(newApp(), "WeappLogin", { appId, ...{ [name]: undefined } })).toThrow(
      `${name} is none of the props: appId, otherAppIds, verifier, `,
    );
  });

  test("hello, which is the stack's, on the construct", () => {
    const props = { appId, hello: true };
    expect(() => new WeappLogin(new Stack(newApp(), "Shop"), "Login", props)).toThrow(
      "hello is none of the props",
    );
  });

  test.each([undefined, null, "wx01", 5, [appId]])("and %j, which is no object", (props) => {
    const make = () =>
      new WeappLogin(new Stack(newApp(), "Shop"), "Login", props as unknown as WeappLoginProps);
    expect(make).toThrow(/^(props|appId) must be |is none of the props/);
  });
});

describe("what the limits allow passes:", () => {
  test("the least and the most", () => {
    const props: WeappLoginProps = {
      appId,
      // The first AppId's output is AppSecretName, whatever the AppId.
      otherAppIds: ["wx-other", `${appId}_`, "wx-Other"],
      sessionLifetime: Duration.seconds(1),
      authorizerCache: Duration.seconds(3_600),
      attempts: { perIdentity: 0, perUsername: 1, perSourceIp: 300, window: Duration.seconds(1) },
      cors: { allowOrigins: ["https://h5.example.com", "http://localhost:8080"] },
      loginThrottle: { ratePerSecond: 0.5, burst: 1 },
      phone: { perDay: 50, perIdentity: 2, nextHolder: "bind", keepNumber: true, numberInContext: true },
      weChatBaseUrl: "https://api2.weixin.qq.com",
      reservedConcurrency: { login: 1, verifier: 1, authorizer: 1 },
      domain: { name: domainName, certificateArn },
      alarmEmail: "ops@example.com",
      runbookUrl: "https://wiki.example.com/login",
      logRetention: RetentionDays.INFINITE,
      runtime: newerRuntime(),
      architecture: Architecture.X86_64,
      removalPolicy: RemovalPolicy.DESTROY,
    };
    expect(readProps(props, stack)).toMatchObject(props);
    expect(readProps(props, inIreland)).toMatchObject(props);
  });

  test.each<Partial<WeappLoginProps>>([
    { cors: { allowOrigins: ["*"] } },
    { sessionLifetime: Duration.days(3_650) },
    { weChatBaseUrl: "http://localhost:3001" },
    { weChatBaseUrl: "http://127.0.0.1:3001" },
    { weChatBaseUrl: "http://[::1]:3001" },
    { weChatBaseUrl: "https://wechat.staging.example.com:8443" },
    { alarmEmail: Token.asString({ resolve: () => "ops@example.com" }) },
  ])("%j", (props) => {
    expect(readProps({ appId, ...props }, stack)).toMatchObject(props);
  });

  test("undefined is the default, as where the prop is left out", () => {
    const names = Object.keys(stackPropSchemas).filter((name) => name !== "appId" && name !== "hello");
    const undefinedProps = Object.fromEntries(names.map((name) => [name, undefined]));
    const [given, leftOut] = [readProps({ appId, ...undefinedProps }, stack), readProps({ appId }, stack)];
    expect(JSON.stringify(given)).toBe(JSON.stringify(leftOut));
  });
});

describe("what would have no effect is refused:", () => {
  test("limits of password attempts where there are no passwords", () => {
    const attempts = { perIdentity: 5 };
    expect(() => readProps({ appId, verifier: "none", attempts }, stack)).toThrow("attempts");
    readProps({ appId, verifier: "built-in", attempts }, stack);
    readProps({ appId, verifier: "none", attempts: { perIdentity: undefined } }, stack);
  });

  test("instances set aside for a verifier that this stack does not have", () => {
    const reservedConcurrency = { verifier: 5 };
    const own = ownFunction(stack, "Users");
    for (const verifier of ["none", own] as const) {
      expect(() => readProps({ appId, verifier, reservedConcurrency }, stack)).toThrow(
        "reservedConcurrency.verifier is for the built-in verifier",
      );
      readProps({ appId, verifier, reservedConcurrency: { login: 5 } }, stack);
    }
  });

  test("a topic, an address or a runbook where there are no alarms", () => {
    const alarmTopic = new Topic(stack, "Topic");
    expect(() => readProps({ appId, monitoring: false, alarmTopic }, stack)).toThrow("leave alarmTopic");
    const alarmEmail = "ops@example.com";
    expect(() => readProps({ appId, monitoring: false, alarmEmail }, stack)).toThrow("monitoring is false");
    const runbookUrl = "https://wiki.example.com/login";
    expect(() => readProps({ appId, monitoring: false, runbookUrl }, stack)).toThrow("monitoring is false");
    readProps({ appId, monitoring: false }, stack);
    readProps({ appId, alarmTopic }, stack);
  });
});

describe("the Region and the account:", () => {
  test("a key of the owner's needs a stack that has one, and the error says how to give it", () => {
    expect(() => readProps({ appId, encryptionKey }, stack)).toThrow("env: { region:");
    readProps({ appId, encryptionKey }, inIreland);
  });

  const at = (service: string, name: string) => `arn:aws:${service}:ap-northeast-1:111111111111:${name}`;
  const inTokyo = {
    encryptionKey: Key.fromKeyArn(stack, "KeyInTokyo", at("kms", "key/one")),
    alarmTopic: Topic.fromTopicArn(stack, "TopicInTokyo", at("sns", "alarms")),
    verifier: LambdaFunction.fromFunctionArn(stack, "UsersInTokyo", at("lambda", "function:users")),
  };

  test.each(Object.entries(inTokyo))("%s of another Region is refused, with both", (name, value) => {
    expect(() => readProps({ appId, [name]: value }, inIreland)).toThrow(
      new RegExp(`^${name} is a \\w+ in ap-northeast-1, and the stack is in eu-west-1: take one from there`),
    );
  });

  test.each([
    [
      "eu-west-1",
      "us-east-1",
      "in us-east-1, and API Gateway needs one in the Region of the stack, eu-west-1",
    ],
    [
      "111111111111",
      "222222222222",
      "of the account 222222222222, and API Gateway needs one of the stack's, 111",
    ],
  ])("a certificate of another is refused, with both: %s, %s", (here, there, message) => {
    const domain = { name: domainName, certificateArn: certificateArn.replace(here, there) };
    expect(() => readProps({ appId, domain }, inIreland)).toThrow(
      `domain.certificateArn is of a certificate ${message}`,
    );
    readProps({ appId, domain }, stack);
  });
});

describe("what would fail at the deploy only is refused:", () => {
  const otherAppIds = (count: number) =>
    Array.from({ length: count }, (_, index) => `wx${String(index).padStart(16, "0")}`);

  test("more AppIds than the 4 KB of a function's environment hold", () => {
    const make = (count: number) =>
      new WeappLogin(new Stack(newApp(), "Shop"), "Login", { appId, otherAppIds: otherAppIds(count) });
    expect(() => make(30)).toThrow(
      /^otherAppIds: with so many AppIds the environment of the login function may have \d+ bytes, and Lambda allows 4096\./,
    );
    make(18);
  });

  test("a nested stack, which the command line would not find", () => {
    const nested = new NestedStack(new Stack(newApp(), "Shop"), "Inner");
    expect(() => new WeappLogin(nested, "Login", { appId })).toThrow(
      "WeappLogin cannot be in a nested stack",
    );
  });

  test("two of them in a stack", () => {
    const shop = new Stack(newApp(), "Shop");
    new WeappLogin(shop, "Login", { appId });
    expect(() => new WeappLogin(shop, "Other", { appId })).toThrow("The stack Shop has a WeappLogin already");
  });
});
