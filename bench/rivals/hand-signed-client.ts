import https from "node:https";
import { setTimeout as wait } from "node:timers/promises";
import type { BatchGetItemCommandInput, BatchGetItemCommandOutput } from "@aws-sdk/client-dynamodb";
import { type Credentials, sha256, signer } from "./signature.ts";

export interface HandSignedOptions {
  /** `https://dynamodb.REGION.amazonaws.com`, or a stand-in for it. */
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: Credentials;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Between 0 and 1, for the waits between two tries. */
  readonly random: () => number;
}

/** What `DynamoDBClient.send` is for the authorizer's one read, and nothing else. */
export interface BatchGetItemClient {
  send(command: { readonly input: BatchGetItemCommandInput }): Promise<BatchGetItemCommandOutput>;
}

const maxAttempts = 3;
const requestTimeoutMs = 1_000;
/** The SDK's bucket: a retry costs, and what succeeds pays it back, so that an outage is not answered with a flood. */
const retryCapacity = 500;
const transient = { cost: 14, baseDelayMs: 50 };
const throttling = { cost: 5, baseDelayMs: 1_000 };
/** From this much on a refused signature is taken for a wrong clock, which the answer's `Date` corrects. */
const clockSkewMs = 240_000;

/**
 * BatchGetItem over node:https, signed here: the limit that the SDK's client is measured against. It does what the SDK
 * does for the authorizer (tries, waits, the budget of retries, timeouts, a wrong clock), but for one operation.
 */
export function handSignedClient(options: HandSignedOptions): BatchGetItemClient {
  const { region, credentials, now, random } = options;
  const url = new URL(options.endpoint);
  // An `import` of node:http would load all of undici, and only a test is plain HTTP.
  const protocol = url.protocol === "http:" ? process.getBuiltinModule("node:http") : https;
  const { request } = protocol;
  const agent = new protocol.Agent({ keepAlive: true, maxSockets: 50 });
  const target = { agent, host: url.hostname, port: url.port, method: "POST", path: "/" };
  const sign = signer(region, "dynamodb", credentials);
  let capacity = retryCapacity;
  let clockOffset = 0;

  function headersFor(body: string): Record<string, string> {
    const date = new Date(now() + clockOffset).toISOString().replace(/[-:]|\.\d{3}/g, "");
    const headers: Record<string, string> = {
      "content-length": String(Buffer.byteLength(body)),
      "content-type": "application/x-amz-json-1.0",
      host: url.host,
      "x-amz-content-sha256": sha256(body),
      "x-amz-date": date,
      ...(credentials.sessionToken !== undefined && { "x-amz-security-token": credentials.sessionToken }),
      "x-amz-target": "DynamoDB_20120810.BatchGetItem",
    };
    headers.authorization = sign({ method: "POST", path: "/", headers, body, date });
    return headers;
  }

  function once(body: string): Promise<Reply> {
    const { promise, resolve, reject } = Promise.withResolvers<Reply>();
    const outgoing = request({ ...target, headers: headersFor(body) }, (response) => {
      clearTimeout(timeout);
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("error", reject);
      response.on("end", () =>
        resolve({ status: response.statusCode ?? 0, date: response.headers.date, text }),
      );
    });
    const timeout = setTimeout(
      () =>
        outgoing.destroy(Object.assign(new Error("DynamoDB did not answer in time"), { code: "ETIMEDOUT" })),
      requestTimeoutMs,
    );
    outgoing.on("error", (error) => {
      clearTimeout(timeout);
      reject(error);
    });
    outgoing.end(body);
    return promise;
  }

  /** Undefined: this failure is final. */
  function retryAfter(failure: Failure, attempt: number): { cost: number; delayMs: number } | undefined {
    const kind =
      failure.kind === "throttling" ? throttling : failure.kind === "transient" ? transient : undefined;
    if (!kind || attempt === maxAttempts || capacity < kind.cost) return undefined;
    return { cost: kind.cost, delayMs: Math.floor(random() * kind.baseDelayMs * 2 ** (attempt - 1)) };
  }

  /** Whether the clock was wrong, by the answer's own, and is now set right. */
  function clockWasWrong({ date }: Reply): boolean {
    const serverTime = Date.parse(date ?? "");
    if (Number.isNaN(serverTime)) return false;
    const before = clockOffset;
    clockOffset = serverTime - now();
    return Math.abs(clockOffset) >= clockSkewMs && clockOffset !== before;
  }

  return {
    async send({ input }) {
      const body = JSON.stringify(input, base64);
      let paidForRetry = 1;
      for (let attempt = 1; ; attempt++) {
        let failure: Failure;
        try {
          const reply = await once(body);
          if (reply.status < 300) {
            const output: BatchGetItemCommandOutput = JSON.parse(reply.text || "{}");
            capacity = Math.min(retryCapacity, capacity + paidForRetry);
            return output;
          }
          failure = refusal(reply);
          if (clockWasWrong(reply)) failure = { ...failure, kind: "transient" };
        } catch (error) {
          failure = broken(error);
        }
        const retry = retryAfter(failure, attempt);
        if (!retry) throw failure.error;
        capacity -= retry.cost;
        paidForRetry = retry.cost;
        if (retry.delayMs > 0) await wait(retry.delayMs);
      }
    },
  };
}

interface Reply {
  readonly status: number;
  readonly date: string | undefined;
  readonly text: string;
}

interface Failure {
  readonly error: unknown;
  readonly kind: "throttling" | "transient" | "final";
}

/** As the SDK classifies them; those that DynamoDB does not know are left out. */
const throttlingCodes = new Set([
  "LimitExceededException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "ThrottlingException",
]);
const transientStatuses = new Set([500, 502, 503, 504]);
const transientNetworkCodes = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
]);

function refusal({ status, text }: Reply): Failure {
  const code = /"__type"\s*:\s*"(?:[^"#]*#)?([^"]+)"/.exec(text)?.[1] ?? "Unknown";
  const error = Object.assign(new Error(`DynamoDB refused: HTTP ${status}`), { name: code });
  if (status === 429 || throttlingCodes.has(code)) return { error, kind: "throttling" };
  return { error, kind: transientStatuses.has(status) ? "transient" : "final" };
}

function broken(error: unknown): Failure {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return { error, kind: transientNetworkCodes.has(code) ? "transient" : "final" };
}

/** DynamoDB's JSON has binary values in base64. Buffers come here as what their `toJSON` made of them. */
function base64(this: unknown, key: string, value: unknown): unknown {
  const original = typeof this === "object" && this !== null ? Reflect.get(this, key) : value;
  return original instanceof Uint8Array ? Buffer.from(original).toString("base64") : value;
}
