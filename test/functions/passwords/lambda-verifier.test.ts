import { text } from "node:stream/consumers";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { describe, expect, onTestFinished, test } from "vitest";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";
import { lambdaVerifier } from "../../../functions/passwords/lambda-verifier.ts";
import { invocation } from "../../../functions/runtime/invocation.ts";
import { serverForThisTest } from "../../support/server.ts";

const attempt = { username: "张三", password: 'pwd "123456"\\', appId: "wx1" };

interface LambdaAnswer {
  readonly payload?: string;
  readonly functionError?: string;
  readonly status?: number;
  readonly errorType?: string;
  /** Never answers. */
  readonly hangs?: boolean;
}

/** The adapter against what answers in Lambda's place, on Lambda's own protocol. */
async function verifier({
  payload = "",
  functionError,
  status = 200,
  errorType,
  hangs = false,
}: LambdaAnswer) {
  const invocations: { path: string | undefined; payload: unknown }[] = [];
  const endpoint = await serverForThisTest(async (request, response) => {
    invocations.push({ path: request.url, payload: JSON.parse(await text(request)) });
    if (hangs) return;
    if (errorType !== undefined) response.setHeader("x-amzn-errortype", errorType);
    if (functionError !== undefined) response.setHeader("x-amz-function-error", functionError);
    response.writeHead(status, { "content-type": "application/json" }).end(payload);
  });
  const client = new LambdaClient({
    endpoint,
    region: "us-east-1",
    maxAttempts: 1,
    credentials: { accessKeyId: "ATEST", secretAccessKey: "not verified" },
  });
  onTestFinished(() => client.destroy());
  const deadline = new AbortController();
  const it = lambdaVerifier(client, "the-verifier");
  const verify = () => invocation({ deadline: deadline.signal, clock: () => 0 }, () => it.verify(attempt));
  return { invocations, deadline, verify };
}

test("the verifier gets username and password as they were typed, and the appId", async () => {
  const { verify, invocations } = await verifier({ payload: '{"userId":"u1"}' });
  await verify();
  expect(invocations).toEqual([{ path: "/2015-03-31/functions/the-verifier/invocations", payload: attempt }]);
});

test.each([
  ['{"userId":"u1"}', { userId: "u1" }],
  ['{"userId":"u1","generation":0}', { userId: "u1", generation: 0 }],
  ['{"userId":"u1","generation":7}', { userId: "u1", generation: 7 }],
  ['{"userId":"u1","name":"ignored"}', { userId: "u1" }],
  [JSON.stringify({ userId: "u".repeat(128) }), { userId: "u".repeat(128) }],
  ['{"userId":"用户"}', { userId: "用户" }],
  ['{"refused":"invalid_credentials"}', { refused: "invalid_credentials" }],
  ['{"refused":"account_disabled"}', { refused: "account_disabled" }],
  ['{"refused":"invalid_credentials","userId":"u1"}', { refused: "invalid_credentials" }],
  ['{"userId":"u1","generation":0}', { userId: "u1", generation: 0 }],
  [`{"userId":"u1","generation":${Number.MAX_SAFE_INTEGER}}`, { userId: "u1", generation: 2 ** 53 - 1 }],
  ['{"userId":"u1","countAs":"zhangsan"}', { userId: "u1", countAs: "zhangsan" }],
  [
    JSON.stringify({ refused: "invalid_credentials", countAs: "张".repeat(512) }),
    { refused: "invalid_credentials", countAs: "张".repeat(512) },
  ],
  ['{"refused":"account_disabled","generation":"old"}', { refused: "account_disabled" }],
])("it answers %s", async (payload, verdict) => {
  const { verify } = await verifier({ payload });
  expect(await verify()).toEqual(verdict);
});

describe("is an outage, and never a no", () => {
  test.each([
    ["an unknown refusal", '{"refused":"because"}'],
    ["a generation that is no number", '{"userId":"u1","generation":"7"}'],
    ["a generation that is no whole number", '{"userId":"u1","generation":1.5}'],
    ["a generation below 0", '{"userId":"u1","generation":-1}'],
    ["an unknown refusal with a userId", '{"refused":"because","userId":"u1"}'],
    ["a refusal that is null", '{"refused":null,"userId":"u1"}'],
    ["an empty userId", '{"userId":""}'],
    ["a userId of 129 characters", JSON.stringify({ userId: "u".repeat(129) })],
    ["a userId that is a number", '{"userId":1}'],
    ["a generation below 0", '{"userId":"u1","generation":-1}'],
    ["a generation with a fraction", '{"userId":"u1","generation":1.5}'],
    ["a generation that JavaScript cannot count to", `{"userId":"u1","generation":${2 ** 53}}`],
    ["a generation that is text", '{"userId":"u1","generation":"1"}'],
    ["a generation that is null", '{"userId":"u1","generation":null}'],
    ["a name to count that is empty", '{"userId":"u1","countAs":""}'],
    ["a name to count that is too long", JSON.stringify({ userId: "u1", countAs: "n".repeat(513) })],
    ["a name to count that is a number, in a refusal", '{"refused":"invalid_credentials","countAs":1}'],
    ["no fields", "{}"],
    ["an HTTP answer around the verdict", JSON.stringify({ statusCode: 200, body: '{"userId":"u1"}' })],
    ["null", "null"],
    ["a string", '"u1"'],
    ["a list", '["u1"]'],
    ["nothing", ""],
    ["no JSON", "<html></html>"],
  ])("%s", async (_, payload) => {
    const { verify } = await verifier({ payload });
    await expect(verify()).rejects.toThrow(StoreUnavailable);
  });

  test.each(["Unhandled", "Handled"])(
    "a verifier that failed (%s), even with a verdict in its answer",
    async (functionError) => {
      const { verify } = await verifier({ functionError, payload: '{"refused":"invalid_credentials"}' });
      await expect(verify()).rejects.toThrow(StoreUnavailable);
    },
  );

  test.each([403, 404, 429, 500, 503])("a Lambda that answers %i", async (status) => {
    const { verify } = await verifier({ status, payload: '{"Message":"no"}' });
    await expect(verify()).rejects.toThrow(StoreUnavailable);
  });

  test.each([
    ["ResourceNotFoundException", 404, "is missing", true],
    ["AccessDeniedException", 403, "may not be invoked", true],
    ["TooManyRequestsException", 429, "did not answer", false],
    ["ServiceException", 500, "did not answer", false],
  ])("which is told as it is: %s", async (type, status, what, alarm) => {
    const { verify } = await verifier({ status, errorType: type, payload: "{}" });
    await expect(verify()).rejects.toMatchObject({ message: `The account verifier ${what}`, alarm });
  });

  test("a crash is told as one, which may pass by itself", async () => {
    const { verify } = await verifier({ functionError: "Unhandled", payload: "{}" });
    await expect(verify()).rejects.toMatchObject({ message: "The account verifier failed", alarm: false });
  });

  test("a deadline that has passed, before anything is sent", async () => {
    const { verify, deadline, invocations } = await verifier({ payload: '{"userId":"u1"}' });
    deadline.abort();
    await expect(verify()).rejects.toThrow(StoreUnavailable);
    expect(invocations).toEqual([]);
  });

  test("a deadline that passes while it thinks", async () => {
    const { verify, deadline, invocations } = await verifier({ hangs: true });
    const outcome = expect(verify()).rejects.toThrow(StoreUnavailable);
    await expect.poll(() => invocations, { interval: 1 }).toHaveLength(1);
    deadline.abort();
    await outcome;
  });
});

test("what the verifier said is not repeated: it may hold what a person typed", async () => {
  const { verify } = await verifier({ payload: JSON.stringify({ error: `bad ${attempt.password}` }) });
  const error = await verify().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(StoreUnavailable);
  const { message, cause } = error instanceof Error ? error : new Error();
  expect(`${message} ${cause}`).toBe(
    "The account verifier failed its answer is neither a userId nor a refusal",
  );
});
