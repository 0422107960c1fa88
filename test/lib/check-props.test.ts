import { Duration, Stack } from "aws-cdk-lib";
import { Key } from "aws-cdk-lib/aws-kms";
import { Topic } from "aws-cdk-lib/aws-sns";
import { expect, test } from "vitest";
import { checkProps, type WeappLoginProps } from "../../lib/props.ts";

const appId = "wx00000000000000a1";
const stack = new Stack(undefined, "Anywhere");
const encryptionKey = new Key(stack, "Key");

test.each<[Partial<WeappLoginProps>, string]>([
  [{ otherAppIds: ["wx-other", appId] }, appId],
  [{ sessionLifetime: Duration.seconds(0) }, "sessionLifetime"],
  [{ authorizerCache: Duration.seconds(3_601) }, "authorizerCache"],
  [{ attempts: { window: Duration.seconds(0) } }, "attempts.window"],
  [{ attempts: { perIdentity: -1 } }, "attempts.perIdentity"],
  [{ attempts: { perUsername: 1.5 } }, "attempts.perUsername"],
  [{ attempts: { perSourceIp: Number.NaN } }, "attempts.perSourceIp"],
  [{ cors: { allowOrigins: [] } }, "cors.allowOrigins"],
  [{ cors: { allowOrigins: ["https://h5.example.com/"] } }, "cors.allowOrigins"],
  [{ cors: { allowOrigins: ["h5.example.com"] } }, "cors.allowOrigins"],
  [{ loginThrottle: { ratePerSecond: 0, burst: 1 } }, "loginThrottle.ratePerSecond"],
  [{ loginThrottle: { ratePerSecond: 1, burst: Number.NaN } }, "loginThrottle.burst"],
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
    otherAppIds: ["wx-other"],
    sessionLifetime: Duration.seconds(1),
    authorizerCache: Duration.seconds(3_600),
    attempts: { perIdentity: 0, perUsername: 1, perSourceIp: 300, window: Duration.seconds(1) },
    cors: { allowOrigins: ["*", "https://h5.example.com", "http://localhost:8080"] },
    loginThrottle: { ratePerSecond: 0.5, burst: 1 },
    alarmEmail: "ops@example.com",
  };
  checkProps(props, stack);
});

test("a topic of the owner's is of no use where there are no alarms", () => {
  const alarmTopic = new Topic(stack, "Topic");
  expect(() => checkProps({ appId, monitoring: false, alarmTopic }, stack)).toThrow("leave alarmTopic");
  checkProps({ appId, monitoring: false }, stack);
  checkProps({ appId, alarmTopic }, stack);
});

test("a key of the owner's needs a Region, which the error says how to give", () => {
  expect(() => checkProps({ appId, encryptionKey }, stack)).toThrow("env: { region:");
  const somewhere = new Stack(undefined, "Somewhere", { env: { region: "eu-west-1" } });
  checkProps({ appId, encryptionKey }, somewhere);
});
