import { Failure, interrupted } from "./failure.ts";
import { denial } from "./iam-denial.ts";
import type { Text } from "./messages/english.ts";
import { ProxyError, proxyFlaw } from "./proxy.ts";

/** Which deployment a call went to, for the words of a failure. */
export interface Where {
  readonly stack: string;
  /** The local stack's URL; absent: AWS. */
  readonly laptop?: string;
  /** What speaks AWS's protocols in AWS's place. */
  readonly endpointUrl?: string;
}

const credentialErrors = new Set([
  "CredentialsProviderError",
  "TokenProviderError",
  "ExpiredToken",
  "ExpiredTokenException",
  "RequestExpired",
  "InvalidClientTokenId",
  "UnrecognizedClientException",
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "IncompleteSignature",
  "MissingAuthenticationToken",
  "MissingAuthenticationTokenException",
  "UnauthorizedException",
]);

/** A connection was never made, so nothing can have been done. */
const notConnected = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH"]);

interface AwsError {
  readonly name: string;
  readonly message: string;
  /** Of Node: ECONNREFUSED and the like. */
  readonly code: string;
  /** Of the answer; 0: there was none. */
  readonly status: number;
}

function read(error: unknown): AwsError {
  if (!(error instanceof Error)) return { name: "", message: "", code: "", status: 0 };
  const code = "code" in error && typeof error.code === "string" ? error.code : "";
  const metadata = "$metadata" in error ? error.$metadata : undefined;
  const status =
    typeof metadata === "object" && metadata !== null && "httpStatusCode" in metadata
      ? Number(metadata.httpStatusCode ?? 0)
      : 0;
  return { name: error.name, message: error.message, code, status };
}

/** AWS is asked for less than it was, and has not done this. */
function isThrottled({ name, status }: AwsError): boolean {
  return status === 429 || /^(TooManyRequests|Throttl|RequestLimitExceeded|RequestThrottled)/.test(name);
}

/**
 * Whether a call can be sent again: `safe` where it was certainly not carried out, `unclear` where it may have been,
 * `hung` where it may have been and all its time has passed, `no` where it would only fail again.
 */
export type Repetition = "safe" | "unclear" | "hung" | "no";

export function repetition(error: unknown): Repetition {
  if (error instanceof ProxyError) return "safe";
  const seen = read(error);
  if (isThrottled(seen) || notConnected.has(seen.code)) return "safe";
  if (seen.status >= 500) return "unclear";
  if (seen.status === 0 && (seen.code.startsWith("E") || seen.name === "TimeoutError")) return "unclear";
  return seen.name === "AbortError" ? "hung" : "no";
}

/** An error of the SDK in words for the operator: what is wrong, and what to do next. */
export function awsFailure(error: unknown, where: Where, signal: AbortSignal): Failure {
  if (signal.aborted) return interrupted(({ failures }) => failures.interruptedUnderWay);
  const seen = read(error);
  const { name, message, code, status } = seen;
  const { stack, laptop } = where;
  const proxy = proxyFlaw(error);
  if (proxy) {
    return new Failure("not_reachable", ({ failures }) =>
      failures.checkProxy(failures.proxy[proxy.flaw](proxy.proxy, proxy.what)),
    );
  }
  if (credentialErrors.has(name)) {
    return new Failure("no_credentials", ({ failures }) =>
      laptop === undefined ? failures.credentials(name) : failures.localCredentials(laptop),
    );
  }
  if (name.startsWith("AccessDenied")) {
    return new Failure("access_denied", ({ failures }) => failures.accessDenied(denial(message), stack));
  }
  if (message === "Region is missing") return new Failure("no_region", ({ failures }) => failures.noRegion);
  if (name === "ResourceNotFoundException") {
    return new Failure("missing_output", ({ failures }) => failures.noAdminFunction(stack));
  }
  if (name === "ValidationError" && /stackName/i.test(message)) {
    return new Failure("no_such_stack", ({ failures }) => failures.notAStackName(stack));
  }
  if (isThrottled(seen) || status >= 500) {
    return new Failure("busy", ({ failures }) => failures.busy(name, laptop));
  }
  if (status === 0 && (code.startsWith("E") || name === "TimeoutError" || name === "AbortError")) {
    return new Failure("not_reachable", notReachable(where, code));
  }
  // Only names from here on: a message may quote what was sent.
  return new Failure("unexpected", ({ failures }) => failures.answered(name, laptop));
}

function notReachable({ laptop, endpointUrl }: Where, code: string): Text {
  return ({ failures }) => {
    const why = code || failures.noAnswerInTime;
    if (laptop !== undefined) return failures.localNotReachable(laptop, why);
    return endpointUrl === undefined
      ? failures.awsNotReachable(why)
      : failures.endpointNotReachable(endpointUrl, why);
  };
}
