import { StoreUnavailable } from "../core/refusal.ts";
import { dynamoDbEndpoint } from "./endpoint.ts";
import { poster, type Response } from "./post.ts";
import {
  backoffMs,
  type Failure,
  maxAttempts,
  refusal,
  retryBudget,
  transient,
  unanswered,
} from "./retry.ts";
import { signer } from "./signature.ts";

/** One key of each table. */
export type RequestItems = Readonly<Record<string, { readonly Keys: [Item]; readonly ConsistentRead: true }>>;

export type Item = Readonly<Record<string, AttributeValue | undefined>>;

/** DynamoDB's JSON: `{ "S": "u1" }`. What stands there is unknown until it has been read. */
export interface AttributeValue {
  readonly S?: unknown;
  readonly N?: unknown;
  readonly B?: unknown;
  readonly BOOL?: unknown;
}

export interface BatchGetItemOutput {
  readonly Responses?: Readonly<Record<string, readonly Item[]>>;
  readonly UnprocessedKeys?: Readonly<Record<string, unknown>>;
}

/** Throws StoreUnavailable, with the error's name as its cause, when DynamoDB refuses or does not answer until `deadline`. */
export type BatchGetItem = (items: RequestItems, deadline: AbortSignal) => Promise<BatchGetItemOutput>;

const attemptTimeoutMs = 1_000;
/** DynamoDB takes signatures that are within five minutes of its own time. */
const clockSkewMs = 240_000;

/**
 * BatchGetItem, sent and repeated as the AWS SDK does it. `environment` is Lambda's own, which may change between two
 * calls; `now` in milliseconds since 1970, `random` from 0 to 1.
 */
export function batchGetItem(
  environment: Readonly<Record<string, string | undefined>>,
  now: () => number,
  random: () => number,
): BatchGetItem {
  const endpoint = dynamoDbEndpoint(environment);
  const sign = signer(endpoint, "DynamoDB_20120810.BatchGetItem");
  const post = poster(endpoint.url, attemptTimeoutMs);
  /** Each retry takes from it and success gives that back: a long outage is not answered with three times the load. */
  let budget = retryBudget;
  /** How far DynamoDB's clock is ahead of this one. */
  let clockOffset = 0;

  async function attempt(
    body: string,
    deadline: AbortSignal,
  ): Promise<{ output: BatchGetItemOutput } | Failure> {
    const headers = sign(body, environment, now() + clockOffset);
    const { AWS_LAMBDA_FUNCTION_NAME, _X_AMZN_TRACE_ID } = environment;
    if (AWS_LAMBDA_FUNCTION_NAME && _X_AMZN_TRACE_ID) headers["x-amzn-trace-id"] = _X_AMZN_TRACE_ID;
    const response = await post(headers, body, deadline).catch(unanswered);
    if ("name" in response) return response;
    if (response.status !== 200) {
      const failure = refusal(response, now());
      return clockCorrected(response.headers) ? { retry: transient, ...failure } : failure;
    }
    try {
      return { output: JSON.parse(response.body) };
    } catch {
      return { name: "invalid JSON" };
    }
  }

  /** Sets the clock by DynamoDB's if it differs, which is a reason to sign and ask again. */
  function clockCorrected({ date = "", age }: Response["headers"]): boolean {
    const offset = Date.parse(date) - now();
    // With an age it is a cache that answered.
    if (age !== undefined || !(Math.abs(offset - clockOffset) >= clockSkewMs)) return false;
    clockOffset = offset;
    return true;
  }

  return async (items, deadline) => {
    const body = JSON.stringify({ RequestItems: items });
    let spent = 1;
    for (let attempts = 1; ; attempts++) {
      const result = await attempt(body, deadline);
      if ("output" in result) {
        budget = Math.min(retryBudget, budget + spent);
        return result.output;
      }
      const { name, retry } = result;
      const isLast = !retry || attempts === maxAttempts || budget < retry.cost;
      if (!isLast) await pause(backoffMs(attempts, retry, result, random()), deadline);
      if (isLast || deadline.aborted) throw new StoreUnavailable("DynamoDB", name);
      spent = retry.cost;
      budget -= spent;
    }
  };
}

/** Ends at the deadline. */
function pause(ms: number, deadline: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setTimeout(resolve, ms);
  deadline.addEventListener("abort", () => resolve());
  if (deadline.aborted) resolve();
  return promise;
}
