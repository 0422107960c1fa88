import dns from "node:dns";
import { Socket } from "node:net";
import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { dynamoDbClient, lambdaClient, secretsManagerClient } from "../../../functions/aws/clients.ts";
import { answer, half, hangUp, nothing, type Reply, scriptedServer } from "../../support/scripted-server.ts";

const getItem = new GetItemCommand({ TableName: "T", Key: { key: { S: "k" } } });
const getSecret = new GetSecretValueCommand({ SecretId: "arn" });
const invoke = new InvokeCommand({ FunctionName: "f", Payload: "{}" });

interface MetadataBearer {
  readonly $metadata: { readonly totalRetryDelay?: number };
}

/** One call by a new client each; how often it is tried, and for how many milliseconds. */
const clients: [
  service: string,
  ask: () => Promise<MetadataBearer>,
  attempts: number,
  milliseconds: number,
][] = [
  ["DynamoDB", () => dynamoDbClient().send(getItem), 3, 1_000],
  ["Secrets Manager", () => secretsManagerClient().send(getSecret), 2, 1_000],
  ["Lambda", () => lambdaClient().send(invoke), 2, 4_000],
];

describe.each(clients)("%s", (_, ask, attempts, milliseconds) => {
  /** Each try is given up after so many milliseconds and not before, and the last one ends the call. */
  async function expectTries(count: () => number, each: number): Promise<void> {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    // A socket's own timeout goes by the real time, however slow the machine is.
    vi.spyOn(Socket.prototype, "setTimeout").mockReturnThis();
    const settled = vi.fn();
    ask().catch(({ name }) => settled(name));
    for (let attempt = 1; attempt <= attempts; attempt++) {
      await until(() => count() === attempt);
      await vi.advanceTimersByTimeAsync(each - 1);
      expect(count()).toBe(attempt);
      expect(settled).not.toHaveBeenCalled();
      await vi.advanceTimersByTimeAsync(1);
      // The pause before the next try, which is as short as a timer can be.
      await vi.advanceTimersByTimeAsync(1);
    }
    await until(() => settled.mock.calls.length > 0);
    expect(settled).toHaveBeenCalledExactlyOnceWith("TimeoutError");
    expect(count()).toBe(attempts);
  }

  test("does not answer", async () => {
    const { received } = await scriptedServer(nothing);
    await expectTries(() => received.length, milliseconds);
  });

  test("lets nobody connect", async () => {
    await scriptedServer(nothing);
    vi.stubEnv("AWS_ENDPOINT_URL", "http://somewhere.test");
    // As long as its host has no address a socket is connecting.
    const lookups = vi.spyOn(dns, "lookup").mockImplementation(() => {});
    await expectTries(() => lookups.mock.calls.length, 500);
  });

  test("stops in the middle of its answer: asked again, and then given up", async () => {
    const idle: Socket[] = [];
    vi.spyOn(Socket.prototype, "setTimeout").mockImplementation(function (this: Socket, ms, over) {
      if (ms === milliseconds && over) idle.push(this.once("timeout", over));
      return this;
    });
    const { received } = await scriptedServer((response) => {
      response.writeHead(200, { "content-length": 9 });
      response.write("{", () => idle.splice(0).map((socket) => socket.emit("timeout")));
    });
    await expect(ask()).rejects.toMatchObject({ name: "TimeoutError" });
    expect(received).toHaveLength(attempts);
  });

  test.each<[string, Reply]>([
    ["hangs up", hangUp],
    ["hangs up in the middle of its answer", half({ Item: {} })],
    ["is behind a broken proxy", answer("<html>Bad gateway</html>", 502)],
  ])("%s: asked again, and then given up", async (_, reply) => {
    const { received } = await scriptedServer(reply);
    await expect(ask()).rejects.toThrow();
    expect(received).toHaveLength(attempts);
  });

  test("tells another time, and refuses the signature: asked again by its clock", async () => {
    const theirs = Date.now() + 3_600_000;
    const { received } = await scriptedServer(
      answer({ __type: "InvalidSignatureException", message: "Signature not yet current" }, 403, {
        "x-amzn-errortype": "InvalidSignatureException",
        date: new Date(theirs).toUTCString(),
      }),
      answer({}),
    );
    await ask();
    expect(received).toHaveLength(2);
    expect(Math.abs(timeOf(received[1]?.headers["x-amz-date"]) - theirs)).toBeLessThan(60_000);
  });

  test("is told which invocation asks, for X-Ray, and by which SDK", async () => {
    const { received } = await scriptedServer(answer({}));
    vi.stubEnv("AWS_LAMBDA_FUNCTION_NAME", "login");
    vi.stubEnv("_X_AMZN_TRACE_ID", "Root=1-1;Parent=2;Sampled=1");
    await ask();
    expect(received[0]?.headers).toMatchObject({
      "x-amzn-trace-id": "Root=1-1;Parent=2;Sampled=1",
      "user-agent": expect.stringMatching(/^aws-sdk-js\//),
    });
  });

  test("says how long to wait before it is asked again", async () => {
    const refusal = { __type: "ThrottlingException", message: "Slow down" };
    await scriptedServer(answer(refusal, 429, { "x-amz-retry-after": "50" }), answer({}));
    // Chance, which is switched off, would not have waited at all.
    expect((await ask()).$metadata.totalRetryDelay).toBeGreaterThan(0);
  });
});

test("an answer that drips on and on ends when its caller's time is over", async () => {
  const dripped = Promise.withResolvers<void>();
  const closed = Promise.withResolvers<void>();
  const { received } = await scriptedServer((response) => {
    response.writeHead(200, { "content-length": 1_000_000 });
    const dripping = setInterval(() => response.write(" ", () => dripped.resolve()), 1);
    response.on("close", () => {
      clearInterval(dripping);
      closed.resolve();
    });
  });
  const deadline = new AbortController();
  const call = dynamoDbClient().send(getItem, { abortSignal: deadline.signal });
  await dripped.promise;
  deadline.abort();
  await expect(call).rejects.toMatchObject({ name: "AbortError" });
  await closed.promise;
  expect(received).toHaveLength(1);
});

/** Lets everything happen that takes no time. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await vi.advanceTimersByTimeAsync(0);
}

/** `20261122T120000Z` in milliseconds. */
function timeOf(date: unknown): number {
  return Date.parse(String(date).replace(/^(....)(..)(..T..)(..)/, "$1-$2-$3:$4:"));
}
