import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { batchGetItem as sdkBatchGetItem } from "../../../bench/rivals/sdk-batch-get-item.ts";
import { batchGetItem, type RequestItems } from "../../../functions/authorizer/batch-get-item.ts";
import { answer, type Received, scriptedServer } from "../../support/scripted-server.ts";

const items = (key: Uint8Array): RequestItems => {
  const identity = { B: Buffer.from(key).toString("base64") };
  return {
    Bindings: { Keys: [{ key: identity }], ConsistentRead: true },
    "Sessions.2_b-c": { Keys: [{ identity, secretHash: { B: "BwcHBw==" } }], ConsistentRead: true },
  };
};
const noKey = items(new Uint8Array(16));

const longTerm = {
  AWS_ACCESS_KEY_ID: "AKIATEST",
  AWS_SECRET_ACCESS_KEY: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const ofARole = {
  AWS_ACCESS_KEY_ID: "ASIATEST",
  AWS_SECRET_ACCESS_KEY: "another/secret+",
  AWS_SESSION_TOKEN: `${"IQoJ/+b3Jp".repeat(90)}==`,
};
const noon = Date.UTC(2026, 2, 1, 12);
const lastOfTheYear = Date.UTC(2026, 11, 31, 23, 59, 59, 999);

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: noon }));
afterEach(() => void vi.useRealTimers());

async function server(environment: Record<string, string>) {
  const { received, endpoint } = await scriptedServer(answer({ Responses: {}, UnprocessedKeys: {} }));
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  const last = () => {
    const request = received.at(-1);
    if (!request) throw new Error("Nothing was sent.");
    return request;
  };
  return { last, endpoint };
}

const ours = () => batchGetItem(process.env, Date.now, () => 0);
const never = new AbortController().signal;

/** The names that a request says it has signed. */
function signedHeaders({ headers }: Received): string[] {
  return /SignedHeaders=([^,]+)/.exec(String(headers.authorization))?.[1]?.split(";") ?? [];
}

/** The signature that the SDK's own signer makes of the same headers and body. */
async function signedBySdk(request: Received): Promise<string> {
  const client = new DynamoDBClient({});
  const signer = await client.config.signer({
    name: "sigv4",
    signingName: "dynamodb",
    signingRegion: process.env.AWS_REGION ?? "",
    properties: {},
  });
  const headers = Object.fromEntries(
    signedHeaders(request)
      .filter((name) => name !== "x-amz-date" && name !== "x-amz-security-token")
      .map((name) => [name, String(request.headers[name])]),
  );
  const parts = { method: "POST", protocol: "http:", hostname: "", query: {}, path: request.path };
  const signed = await signer.sign({ ...parts, headers, body: request.body }, { signingDate: new Date() });
  return signed.headers.authorization ?? "";
}

const cases = [longTerm, ofARole].flatMap((credentials) =>
  [noon, lastOfTheYear].flatMap((now) =>
    [new Uint8Array(16), Buffer.alloc(16, 255), Buffer.from("0123456789abcdef")].map((key) => ({
      credentials,
      now,
      key,
    })),
  ),
);

describe.each(cases)("signed for $credentials.AWS_ACCESS_KEY_ID at $now", ({ credentials, now, key }) => {
  test("the request is the SDK's, byte by byte, but for what describes the SDK itself", async () => {
    vi.setSystemTime(now);
    const { last } = await server({ ...credentials, AWS_REGION: "cn-northwest-1" });
    await sdkBatchGetItem()(items(key), never);
    const theirs = last();
    await ours()(items(key), never);
    const own = last();

    expect(own.body).toBe(theirs.body);
    expect(own.path).toBe(theirs.path);
    const aboutSdk = ["amz-sdk-invocation-id", "amz-sdk-request", "user-agent", "x-amz-user-agent"];
    const without = (headers: Received["headers"]) =>
      Object.fromEntries(
        Object.entries(headers).filter(([name]) => ![...aboutSdk, "authorization"].includes(name)),
      );
    expect(without(own.headers)).toEqual(without(theirs.headers));
    expect(signedHeaders(own)).toEqual(signedHeaders(theirs).filter((name) => !aboutSdk.includes(name)));
    expect(own.headers.authorization).toBe(await signedBySdk(own));
  });
});

test("the signature stays the SDK's when day and credentials change, and change back", async () => {
  const { last } = await server({ ...ofARole });
  const read = ours();
  const day = 86_400_000;
  for (const [now, credentials] of [
    [noon, ofARole],
    [noon + 1_000, ofARole],
    [noon + day, ofARole],
    [noon + day, { ...ofARole, AWS_SESSION_TOKEN: "another" }],
    [noon + day, { ...ofARole, AWS_SECRET_ACCESS_KEY: "refreshed" }],
    [noon, longTerm],
    [noon, ofARole],
  ] as const) {
    vi.setSystemTime(now);
    vi.stubEnv("AWS_SESSION_TOKEN", undefined);
    for (const [name, value] of Object.entries(credentials)) vi.stubEnv(name, value);
    await read(noKey, never);
    expect(last().headers.authorization).toContain(`Credential=${credentials.AWS_ACCESS_KEY_ID}/`);
    expect(last().headers.authorization).toBe(await signedBySdk(last()));
  }
});

test.each(["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"])("there is none without %s", async (name) => {
  await server(longTerm);
  for (const value of [undefined, ""]) {
    vi.stubEnv(name, value);
    await expect(ours()(noKey, never)).rejects.toThrow("must be set. In Lambda they are.");
  }
});

test.each<[what: string, environment: Record<string, string>, expected: string | undefined]>([
  [
    "in Lambda",
    { AWS_LAMBDA_FUNCTION_NAME: "a", _X_AMZN_TRACE_ID: "Root=1-2-3;Sampled=1" },
    "Root=1-2-3;Sampled=1",
  ],
  ["elsewhere: not", { AWS_LAMBDA_FUNCTION_NAME: "", _X_AMZN_TRACE_ID: "Root=1-2-3" }, undefined],
  ["without a trace: not", { AWS_LAMBDA_FUNCTION_NAME: "a", _X_AMZN_TRACE_ID: "" }, undefined],
])("X-Ray's header goes along as with the SDK: %s", async (_, environment, expected) => {
  const { last } = await server({ ...ofARole, ...environment });
  for (const read of [sdkBatchGetItem(), ours()]) {
    await read(noKey, never);
    expect(last().headers["x-amzn-trace-id"]).toBe(expected);
    expect(signedHeaders(last())).not.toContain("x-amzn-trace-id");
  }
});

test("X-Ray's header is that of the invocation", async () => {
  const { last } = await server({ ...ofARole, AWS_LAMBDA_FUNCTION_NAME: "a" });
  const read = ours();
  for (const trace of ["Root=1", "Root=2"]) {
    vi.stubEnv("_X_AMZN_TRACE_ID", trace);
    await read(noKey, never);
    expect(last().headers["x-amzn-trace-id"]).toBe(trace);
  }
});

test.each(["", "/", "/base", "/base/"])(
  "an endpoint with the path %j is asked as by the SDK",
  async (path) => {
    const { last, endpoint } = await server(ofARole);
    vi.stubEnv("AWS_ENDPOINT_URL", endpoint + path);
    await sdkBatchGetItem()(noKey, never);
    const theirs = last();
    await ours()(noKey, never);
    expect(last().path).toBe(theirs.path);
    expect(last().headers.authorization).toBe(await signedBySdk(last()));
  },
);
