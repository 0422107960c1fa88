import { Duration, Stack } from "aws-cdk-lib";
import { Key } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { describe, expect, test } from "vitest";
import { checkProps } from "../../lib/check-props.ts";
import type { WeappLoginProps } from "../../lib/props.ts";
import { ownFunction } from "../support/in-process.ts";

const appId = "wx00000000000000a1";
const stack = new Stack(undefined, "Anywhere");
const inIreland = new Stack(undefined, "Ireland", { env: { region: "eu-west-1", account: "111111111111" } });
const encryptionKey = new Key(stack, "Key");
const certificateArn = "arn:aws:acm:eu-west-1:111111111111:certificate/one";

test.each<[Partial<WeappLoginProps>, string]>([
  [{ otherAppIds: ["wx-other", appId] }, appId],
  [{ otherAppIds: ["wx-a_1", "wxb", "wx_a1"] }, "The AppIds wx-a_1 and wx_a1 differ only in - and _"],
  [{ sessionLifetime: Duration.seconds(0) }, "sessionLifetime"],
  [{ authorizerCache: Duration.seconds(3_601) }, "authorizerCache"],
  [{ attempts: { window: Duration.seconds(0) } }, "attempts.window"],
  [{ attempts: { perIdentity: -1 } }, "attempts.perIdentity"],
  [{ attempts: { perUsername: 1.5 } }, "attempts.perUsername"],
  [{ attempts: { invalidCodesPerSourceIp: -5 } }, "attempts.invalidCodesPerSourceIp"],
  [{ attempts: { perSourceIp: Number.NaN } }, "attempts.perSourceIp"],
  [{ cors: { allowOrigins: [] } }, "cors.allowOrigins"],
  [{ cors: { allowOrigins: ["https://h5.example.com/"] } }, "cors.allowOrigins"],
  [{ cors: { allowOrigins: ["h5.example.com"] } }, "cors.allowOrigins"],
  [{ cors: { allowOrigins: ["ftp://h5.example.com"] } }, "cors.allowOrigins"],
  [{ cors: { allowOrigins: ["null"] } }, "cors.allowOrigins"],
  [{ cors: { allowOrigins: ["*", "https://h5.example.com"] } }, "cors.allowOrigins"],
  [{ loginThrottle: { ratePerSecond: 0, burst: 1 } }, "loginThrottle.ratePerSecond"],
  [{ loginThrottle: { ratePerSecond: Number.POSITIVE_INFINITY, burst: 1 } }, "loginThrottle.ratePerSecond"],
  [{ loginThrottle: { ratePerSecond: 1, burst: Number.NaN } }, "loginThrottle.burst"],
  [{ loginThrottle: { ratePerSecond: 1, burst: 0.5 } }, "loginThrottle.burst"],
  [{ reservedConcurrency: { login: 0 } }, "reservedConcurrency.login"],
  [{ reservedConcurrency: { authorizer: -1 } }, "reservedConcurrency.authorizer"],
  [{ reservedConcurrency: { verifier: 1.5 } }, "reservedConcurrency.verifier"],
  [{ domain: { name: "", certificateArn } }, "domain.name"],
  [{ domain: { name: "https://login.example.com", certificateArn } }, "domain.name"],
  [{ domain: { name: "login.example.com/v1", certificateArn } }, "domain.name"],
  [{ domain: { name: "login.example.com", certificateArn: "" } }, "domain.certificateArn"],
  [{ domain: { name: "login.example.com", certificateArn: "one" } }, "domain.certificateArn"],
  [{ monitoring: false, alarmEmail: "ops@example.com" }, "monitoring is false"],
  [{ alarmEmail: "" }, "alarmEmail"],
  [{ alarmEmail: "ops" }, "alarmEmail"],
  [{ alarmEmail: "a@example.com, b@example.com" }, "alarmEmail"],
])("%j is refused at synthesis, by name", (props, name) => {
  expect(() => checkProps({ appId, ...props }, stack)).toThrow(name);
});

test("what the limits allow passes", () => {
  const props: WeappLoginProps = {
    appId,
    // The first AppId's output is AppSecretName, whatever the AppId.
    otherAppIds: ["wx-other", `${appId}_`, "wx-Other"],
    sessionLifetime: Duration.seconds(1),
    authorizerCache: Duration.seconds(3_600),
    attempts: { perIdentity: 0, perUsername: 1, perSourceIp: 300, window: Duration.seconds(1) },
    cors: { allowOrigins: ["https://h5.example.com", "http://localhost:8080"] },
    loginThrottle: { ratePerSecond: 0.5, burst: 1 },
    reservedConcurrency: { login: 1, verifier: 1, authorizer: 1 },
    domain: { name: "login.example.com", certificateArn },
    alarmEmail: "ops@example.com",
  };
  checkProps(props, stack);
  checkProps(props, inIreland);
  checkProps({ appId, cors: { allowOrigins: ["*"] } }, stack);
});

describe("what would have no effect is refused:", () => {
  test("limits of password attempts where there are no passwords", () => {
    const attempts = { perIdentity: 5 };
    expect(() => checkProps({ appId, verifier: "none", attempts }, stack)).toThrow("attempts");
    checkProps({ appId, verifier: "built-in", attempts }, stack);
    checkProps({ appId, verifier: "none", attempts: { invalidCodesPerSourceIp: 5 } }, stack);
  });

  test("instances set aside for a verifier that this stack does not have", () => {
    const reservedConcurrency = { verifier: 5 };
    const own = ownFunction(stack, "Users");
    for (const verifier of ["none", own] as const) {
      expect(() => checkProps({ appId, verifier, reservedConcurrency }, stack)).toThrow(
        "reservedConcurrency.verifier is for the built-in verifier",
      );
      checkProps({ appId, verifier, reservedConcurrency: { login: 5 } }, stack);
    }
  });
});

describe("the Region:", () => {
  test("a key of the owner's needs a stack that has one, and the error says how to give it", () => {
    expect(() => checkProps({ appId, encryptionKey }, stack)).toThrow("env: { region:");
    checkProps({ appId, encryptionKey }, inIreland);
  });

  test("a key or a certificate of another one is refused, with both", () => {
    const inTokyo = Key.fromKeyArn(stack, "Tokyo", "arn:aws:kms:ap-northeast-1:111111111111:key/one");
    expect(() => checkProps({ appId, encryptionKey: inTokyo }, inIreland)).toThrow(
      "encryptionKey is a key in ap-northeast-1, and the stack is in eu-west-1",
    );
    const domain = {
      name: "login.example.com",
      certificateArn: certificateArn.replace("eu-west-1", "us-east-1"),
    };
    expect(() => checkProps({ appId, domain }, inIreland)).toThrow(
      "domain.certificateArn is of a certificate in us-east-1",
    );
    checkProps({ appId, domain }, stack);
  });
});

test("a topic of the owner's is of no use where there are no alarms", () => {
  const alarmTopic = new Topic(stack, "Topic");
  expect(() => checkProps({ appId, monitoring: false, alarmTopic }, stack)).toThrow("leave alarmTopic");
  checkProps({ appId, monitoring: false }, stack);
  checkProps({ appId, alarmTopic }, stack);
});
