import { expect, onTestFinished, test, vi } from "vitest";
import { adminHandler } from "../../../functions/admin/handler.ts";
import { dynamoDbClient, secretsManagerClient } from "../../../functions/aws/clients.ts";
import { dynamoDbInspection } from "../../../functions/dynamodb/inspection.ts";
import { secretsManagerAppSecretStore } from "../../../functions/wechat/app-secret-store.ts";
import { weChatSecretTrials } from "../../../functions/wechat/secret-trials.ts";
import { adminDeps } from "../../support/admin-deps.ts";
import { quietShell } from "../../support/quiet-shell.ts";
import { serverForThisTest } from "../../support/server.ts";

const appId = "wx0123456789abcdef";
/** Two tries of Secrets Manager and three of DynamoDB, a second each, and the pauses between them at their longest. */
const longestMs = 5_000;

/** A clock that moves when it is told to, and the longest pauses that chance may bring. */
function time(): void {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  vi.spyOn(Math, "random").mockReturnValue(0.999);
  onTestFinished(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
}

test("doctor.check says within seconds what it does not reach, in a network that swallows everything", async () => {
  let swallowed = 0;
  const blackHole = await serverForThisTest(() => void swallowed++);
  onTestFinished(() => void vi.unstubAllEnvs());
  for (const [name, value] of Object.entries({
    AWS_ENDPOINT_URL: blackHole,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "AKID",
    AWS_SECRET_ACCESS_KEY: "secret",
  })) {
    vi.stubEnv(name, value);
  }
  time();
  const handler = quietShell(
    adminHandler({
      ...adminDeps([appId]),
      weChatUrl: blackHole,
      appSecrets: secretsManagerAppSecretStore(secretsManagerClient(), { [appId]: "arn" }),
      trials: weChatSecretTrials({ baseUrl: blackHole, now: () => 0, clock: () => 0, deadlineMs: 50 }),
      tables: dynamoDbInspection(dynamoDbClient(), [
        { table: "Sessions", name: "Sessions", rebuildable: true },
      ]),
    }),
  );
  const answer = handler({ action: "doctor.check" });
  // The secret, the table and its time to live.
  await expect.poll(() => swallowed, { interval: 1 }).toBe(3);
  await vi.advanceTimersByTimeAsync(longestMs);
  expect(await answer).toMatchObject({
    secrets: [{ appId, state: "unreadable", why: "TimeoutError" }],
    weChat: { failed: "no answer within 0.05 s" },
    tables: [{ state: "unreadable", why: "TimeoutError", timeToLive: "unknown" }],
  });
});
