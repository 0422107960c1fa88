import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { serverForThisTest } from "../../support/server.ts";

const noon = Date.UTC(2026, 2, 1, 12);
const minute = 60_000;

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllEnvs();
});

interface LambdaAnswer {
  readonly answer?: object;
  readonly functionError?: string;
  readonly status?: number;
  readonly errorType?: string;
}

/** A new instance of an owner's function, and the Lambda that it asks. */
async function instance(first: LambdaAnswer = {}) {
  vi.useFakeTimers({ toFake: ["Date"], now: noon });
  const state = { lambda: first, asked: [] as unknown[] };
  const endpoint = await serverForThisTest(async (request, response) => {
    state.asked.push([request.url, JSON.parse(await text(request))]);
    const { status = 200, errorType, functionError, answer = lent(state.asked.length) } = state.lambda;
    if (errorType !== undefined) response.setHeader("x-amzn-errortype", errorType);
    if (functionError !== undefined) response.setHeader("x-amz-function-error", functionError);
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
  const variables = {
    WEAPP_LOGIN_ACCESS_TOKEN_FUNCTION: "lender",
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: "us-east-1",
    AWS_ACCESS_KEY_ID: "ATEST",
    AWS_SECRET_ACCESS_KEY: "not verified",
    AWS_MAX_ATTEMPTS: "1",
  };
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  vi.resetModules();
  const { accessToken } = await import("../../../functions/access-token/borrow.ts");
  return { state, accessToken };
}

/** A token that is good for ten minutes. */
function lent(number: number) {
  const expiresAt = new Date(Date.now() + 10 * minute).toISOString();
  return { appId: "wx1", accessToken: `token ${number}`, expiresAt };
}

const lender = "/2015-03-31/functions/lender/invocations";

test("the token is borrowed once by callers at the same time, and kept until it is to be renewed", async () => {
  const { state, accessToken } = await instance();
  const all = await Promise.all(Array.from({ length: 50 }, () => accessToken()));
  expect(new Set(all)).toEqual(new Set(["token 1"]));
  vi.setSystemTime(noon + 6 * minute - 1);
  expect(await accessToken()).toBe("token 1");
  expect(state.asked).toEqual([[lender, {}]]);
  vi.setSystemTime(noon + 6 * minute);
  expect(await accessToken()).toBe("token 2");
});

test("one that WeChat did not take is given back for another, once for all who had it", async () => {
  const { state, accessToken } = await instance();
  await accessToken();
  const all = await Promise.all(Array.from({ length: 20 }, () => accessToken({ refused: "token 1" })));
  expect(new Set(all)).toEqual(new Set(["token 2"]));
  expect(await accessToken({ refused: "token 1" })).toBe("token 2");
  expect(state.asked).toEqual([
    [lender, {}],
    [lender, { refused: "token 1" }],
  ]);
});

test("each mini-program has its own", async () => {
  const { state, accessToken } = await instance();
  expect([await accessToken({ appId: "wx1" }), await accessToken({ appId: "wx2" })]).toEqual([
    "token 1",
    "token 2",
  ]);
  expect(state.asked).toEqual([
    [lender, { appId: "wx1" }],
    [lender, { appId: "wx2" }],
  ]);
});

describe("where there is none, the error says what to do", () => {
  test.each<[string, LambdaAnswer, { code: string; message: unknown }]>([
    [
      "the role may not invoke it",
      { status: 403, errorType: "AccessDeniedException", answer: { Message: "no" } },
      { code: "not_allowed", message: expect.stringContaining("login.grantAccessToken(fn)") },
    ],
    [
      "AWS fails",
      { status: 500, errorType: "ServiceException", answer: {} },
      { code: "unavailable", message: "AWS did not answer: try again." },
    ],
    [
      "the function fails",
      { functionError: "Unhandled", answer: { errorType: "Error" } },
      { code: "unavailable", message: "lender failed: see its log." },
    ],
    [
      "WeChat gives none",
      { answer: { refused: "not_configured", detail: "Ask doctor." } },
      { code: "not_configured", message: "Ask doctor." },
    ],
    [
      "the AppId is not the deployment's",
      { answer: { refused: "invalid_request", detail: "Ask with wx1." } },
      { code: "invalid_request", message: "Ask with wx1." },
    ],
  ])("%s, and it is not remembered", async (_, answer, error) => {
    const { state, accessToken } = await instance(answer);
    await expect(accessToken()).rejects.toMatchObject({ name: "AccessTokenError", ...error });
    state.lambda = {};
    expect(await accessToken()).toBe("token 2");
  });

  test("nothing was granted", async () => {
    const { accessToken } = await instance();
    vi.stubEnv("WEAPP_LOGIN_ACCESS_TOKEN_FUNCTION", undefined);
    await expect(accessToken()).rejects.toMatchObject({
      code: "not_granted",
      message: expect.stringMatching(/^WEAPP_LOGIN_ACCESS_TOKEN_FUNCTION is not set: grant it with /),
    });
  });

  test("but a token that is still good stays in use", async () => {
    const { state, accessToken } = await instance();
    await accessToken();
    state.lambda = { functionError: "Unhandled", answer: {} };
    vi.setSystemTime(noon + 6 * minute);
    expect(await accessToken()).toBe("token 1");
    vi.setSystemTime(noon + 10 * minute);
    await expect(accessToken()).rejects.toMatchObject({ code: "unavailable" });
  });
});
