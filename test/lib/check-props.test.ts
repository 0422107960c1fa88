import { Duration } from "aws-cdk-lib";
import { expect, test } from "vitest";
import { checkProps, type WeappLoginProps } from "../../lib/props.ts";

const appId = "wx00000000000000a1";

test.each<[Partial<WeappLoginProps>, string]>([
  [{ otherAppIds: ["wx-other", appId] }, appId],
  [{ sessionLifetime: Duration.seconds(0) }, "sessionLifetime"],
  [{ authorizerCache: Duration.seconds(3_601) }, "authorizerCache"],
  [{ attempts: { window: Duration.seconds(0) } }, "attempts.window"],
  [{ attempts: { perIdentity: -1 } }, "attempts.perIdentity"],
  [{ attempts: { perUsername: 1.5 } }, "attempts.perUsername"],
  [{ attempts: { perSourceIp: Number.NaN } }, "attempts.perSourceIp"],
])("%j is refused at synthesis, by name", (props, name) => {
  expect(() => checkProps({ appId, ...props })).toThrow(name);
});

test("what the limits allow passes", () => {
  checkProps({
    appId,
    otherAppIds: ["wx-other"],
    sessionLifetime: Duration.seconds(1),
    authorizerCache: Duration.seconds(3_600),
    attempts: { perIdentity: 0, perUsername: 1, perSourceIp: 300, window: Duration.seconds(1) },
  });
});
