import type { Response } from "./post.ts";

/** Why an attempt brought nothing. */
export interface Failure {
  readonly name: string;
  /** Undefined: it would fail again. */
  readonly retry?: Retry;
  /** How long it asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
}

export interface Retry {
  /** What it takes from the budget of retries. */
  readonly cost: number;
  /** Doubled with each attempt. */
  readonly baseDelayMs: number;
}

/*
 * The figures and names are the SDK's, in its mode "standard".
 * https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export const maxAttempts = 3;
export const retryBudget = 500;
export const transient: Retry = { cost: 14, baseDelayMs: 25 };
const throttled: Retry = { cost: 5, baseDelayMs: 1_000 };
const longestExtraWaitMs = 5_000;
const transientStatuses = new Set([500, 502, 503, 504]);
const throttlingErrors = new Set([
  "LimitExceededException",
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "ThrottlingException",
]);

/** Nothing came back, whatever the reason: a read may be sent again. */
export function unanswered(error: NodeJS.ErrnoException): Failure {
  return { name: error.code ?? error.name, retry: transient };
}

/** DynamoDB refused, or something on the way to it. `now` in milliseconds. */
export function refusal({ status, headers, body }: Response, now: number): Failure {
  const name = /"__type"\s*:\s*"(?:[\w.]*#)?(\w+)"/.exec(body)?.[1] ?? `HTTP ${status}`;
  const isThrottled = status === 429 || throttlingErrors.has(name);
  // It was under way for too long; signed anew it is good.
  const hasExpired = name === "InvalidSignatureException" && body.includes("Signature expired");
  const retry = isThrottled ? throttled : hasExpired || transientStatuses.has(status) ? transient : undefined;
  // `Retry-After` has seconds or a time, AWS's own header milliseconds.
  const after = headers["retry-after"] ?? "";
  const retryAfterMs =
    Number(headers["x-amz-retry-after"]) || Number(after) * 1000 || Date.parse(after) - now || 0;
  return { name, ...(retry && { retry }), retryAfterMs };
}

/** How long to wait after so many attempts, in milliseconds; `random` from 0 to 1. */
export function backoffMs(
  attempts: number,
  { baseDelayMs }: Retry,
  { retryAfterMs = 0 }: Failure,
  random: number,
): number {
  const backoff = Math.floor(random * baseDelayMs * 2 ** (attempts - 1));
  return Math.max(backoff, Math.min(retryAfterMs, backoff + longestExtraWaitMs));
}
