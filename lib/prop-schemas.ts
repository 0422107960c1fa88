import { Duration, RemovalPolicy } from "aws-cdk-lib";
import type { ISecurityGroup, IVpc, SubnetSelection } from "aws-cdk-lib/aws-ec2";
import type { IKey } from "aws-cdk-lib/aws-kms";
import { Architecture, type IFunction, Runtime } from "aws-cdk-lib/aws-lambda";
import { RetentionDays } from "aws-cdk-lib/aws-logs";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import * as v from "valibot";
import type { WeappLoginProps, WeappLoginStackProps } from "./props.ts";
import { duration, group, list, number, object, text, textOrToken, wholeNumber } from "./schemas.ts";

const trueOrFalse = v.boolean("true or false");

/** The AppId becomes part of a logical id, so that it must be known at synthesis. */
const appId = text("an AppId such as wx0123456789abcdef", (value) =>
  /^(?=.*[A-Za-z0-9])[A-Za-z0-9_-]{1,128}$/.test(value),
);

const fn = object<IFunction>("a function (IFunction)", "functionArn", "addPermission", "grantInvoke");

const origin = text(
  "an origin such as https://h5.example.com, or *",
  (value) => value === "*" || (/^https?:/.test(value) && isOrigin(value)),
);

const weChatBaseUrl = text("https:// and a host, or http:// and localhost or 127.0.0.1", (value) => {
  return isOrigin(value) && /^https:|^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:|$)/.test(value);
});

/** Its length leaves room in the text of an alarm. */
const runbookUrl = text(
  "an https:// address of at most 400 characters, without a fragment (#…)",
  (value) => /^https:\/\/[^\s#]+$/.test(value) && URL.canParse(value) && value.length <= 400,
);

function isOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value;
}

const securityGroups = "a list of security groups (ISecurityGroup)";

/** What is in it, CDK knows. */
const subnetSelection = v.custom<SubnetSelection>(
  (value) => Object.prototype.toString.call(value) === "[object Object]",
  "a SubnetSelection such as { subnetType: SubnetType.PRIVATE_WITH_EGRESS }",
);

const builtIn = '"built-in", "none" or a function of yours (IFunction)';

/** API Gateway's own limit. */
const cache = v.optional(duration(0, Duration.hours(1)), () => Duration.seconds(0));

/** What each prop may be and, where it has one, its default. */
export const propSchemas = {
  appId,
  otherAppIds: v.optional(list("a list of AppIds", appId), []),
  verifier: v.optional(v.union([v.picklist(["built-in", "none"]), fn], builtIn), "built-in"),
  identitiesPerAccount: v.optional(v.picklist(["many", "one-per-app"], '"many" or "one-per-app"'), "many"),
  sessionLifetime: v.optional(duration(1, Duration.days(3_650)), () => Duration.hours(24)),
  authorizerCache: cache,
  phone: v.optional(
    group({
      perDay: v.optional(wholeNumber(1), 1_000),
      perIdentity: v.optional(wholeNumber(1), 5),
      nextHolder: v.optional(v.picklist(["refuse", "bind"], '"refuse" or "bind"'), "refuse"),
      keepNumber: v.optional(trueOrFalse, false),
      numberInContext: v.optional(trueOrFalse, false),
    }),
  ),
  sessionKeys: v.optional(trueOrFalse, false),
  attempts: v.optional(
    group({
      perIdentity: v.optional(wholeNumber(0), 10),
      perSourceIp: v.optional(wholeNumber(0), 300),
      perUsername: v.optional(wholeNumber(0), 20),
      invalidCodesPerSourceIp: v.optional(wholeNumber(0), 300),
      window: v.optional(duration(1, Duration.days(30)), () => Duration.minutes(15)),
    }),
    {},
  ),
  removalPolicy: v.optional(
    v.picklist(
      [RemovalPolicy.RETAIN, RemovalPolicy.DESTROY],
      'RemovalPolicy.RETAIN ("retain") or RemovalPolicy.DESTROY ("destroy")',
    ),
    RemovalPolicy.RETAIN,
  ),
  domain: v.optional(
    group({
      name: textOrToken("a host name such as login.example.com", /^([a-z0-9-]{1,63}\.)+[a-z0-9-]{1,63}$/),
      certificateArn: textOrToken(
        "the ARN of a certificate in AWS Certificate Manager",
        /^arn:[\w-]+:acm:[\w-]+:\d{12}:certificate\/./,
      ),
    }),
  ),
  cors: v.optional(
    group({
      allowOrigins: v.pipe(
        list("a list of origins", origin),
        v.minLength(1, "one origin or more: leave cors out where there is none"),
        v.check(
          (origins) => origins.length === 1 || !origins.includes("*"),
          "origins, or * alone, which allows every site",
        ),
      ),
    }),
  ),
  loginThrottle: v.optional(
    group({
      ratePerSecond: number("a number of more than 0", (value) => Number.isFinite(value) && value > 0),
      burst: wholeNumber(1),
    }),
  ),
  weChatBaseUrl: v.optional(weChatBaseUrl, "https://api.weixin.qq.com"),
  encryptionKey: v.optional(object<IKey>("a key (IKey)", "keyArn", "grant")),
  accessTokens: v.optional(trueOrFalse, false),
  riskRank: v.optional(group({ refuseFrom: wholeNumber(1, 4) })),
  vpc: v.optional(
    group({
      vpc: object<IVpc>("a VPC (IVpc)", "vpcId", "selectSubnets"),
      subnets: v.optional(subnetSelection),
      securityGroups: v.optional(
        v.pipe(
          v.array(object<ISecurityGroup>(securityGroups, "securityGroupId"), securityGroups),
          v.readonly(),
        ),
      ),
    }),
  ),
  reservedConcurrency: v.optional(
    group({
      login: v.optional(wholeNumber(1)),
      verifier: v.optional(wholeNumber(1)),
      authorizer: v.optional(wholeNumber(1)),
    }),
    {},
  ),
  monitoring: v.optional(trueOrFalse, true),
  alarmTopic: v.optional(object<ITopic>("a topic (ITopic)", "topicArn", "addSubscription")),
  alarmEmail: v.optional(textOrToken("an address such as ops@example.com", /^[^@\s]+@[^@\s]+$/)),
  runbookUrl: v.optional(runbookUrl),
  logRetention: v.optional(
    v.enum(RetentionDays, "a RetentionDays, which is one of 1, 3, 5, 7, 14, 30, 60, 90, … days"),
    RetentionDays.THREE_MONTHS,
  ),
  runtime: v.optional(
    v.pipe(
      object<Runtime>("Runtime.NODEJS_24_X or newer", "name", "supportsInlineCode"),
      // Older ones have no argon2 in node:crypto: they would fail at the first password.
      v.check(({ name }) => Number(/^nodejs(\d+)\.x$/.exec(name)?.[1]) >= 24, "Runtime.NODEJS_24_X or newer"),
    ),
    () => Runtime.NODEJS_24_X,
  ),
  architecture: v.optional(
    v.pipe(
      object<Architecture>(
        'Architecture.ARM_64 ("arm64") or Architecture.X86_64 ("x86_64")',
        "name",
        "dockerPlatform",
      ),
      v.check(
        ({ name }) => /^(arm64|x86_64)$/.test(name),
        'Architecture.ARM_64 ("arm64") or Architecture.X86_64 ("x86_64")',
      ),
    ),
    () => Architecture.ARM_64,
  ),
} satisfies { [P in keyof Required<WeappLoginProps>]: v.GenericSchema<WeappLoginProps[P]> };

export const stackPropSchemas = {
  ...propSchemas,
  hello: v.optional(trueOrFalse, false),
} satisfies { [P in keyof Required<WeappLoginStackProps>]: v.GenericSchema<WeappLoginStackProps[P]> };

/** Of a SessionAuthorizer. */
export const authorizerPropSchemas = { cache };

/** Of a function that somebody else has made. */
export const functionSchema = fn;

/** The props with every default. */
export type Props = v.InferOutput<v.StrictObjectSchema<typeof propSchemas, undefined>>;
