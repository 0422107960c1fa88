import { Failure, interrupted } from "./failure.ts";
import { ProxyError } from "./proxy.ts";

/** Which deployment a call went to, for the words of a failure. */
export interface Where {
  readonly stack: string;
  /** The laptop's URL; absent: AWS. */
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
  if (signal.aborted) {
    return interrupted("Interrupted. A request that was under way may have been carried out all the same.");
  }
  const seen = read(error);
  const { name, message, code, status } = seen;
  // The SDK makes a text of what went wrong while it fetched credentials.
  const proxy = error instanceof ProxyError ? message : /^ProxyError: (.+)$/.exec(message)?.[1];
  if (proxy !== undefined) {
    return new Failure("not_reachable", `${proxy}. Check HTTPS_PROXY and NO_PROXY.`);
  }
  const aws = where.laptop === undefined ? "AWS" : `The laptop at ${where.laptop}`;
  if (credentialErrors.has(name)) {
    return new Failure(
      "no_credentials",
      where.laptop === undefined
        ? `AWS does not know you (${name}). Log in (\`aws sso login\`, \`aws login\` or \`aws configure\`), or name a ` +
            "profile with --profile or AWS_PROFILE, and run this again."
        : `${aws} does not know you: run this in the directory in which \`npm start\` runs, as the same user.`,
    );
  }
  if (name.startsWith("AccessDenied")) {
    return new Failure(
      "access_denied",
      `AWS does not allow this: ${message.replace(/\.$/, "")}. Whoever runs this needs cloudformation:DescribeStacks on the stack ` +
        `${where.stack} and lambda:InvokeFunction on its admin function.`,
    );
  }
  if (message === "Region is missing") {
    return new Failure("no_region", "No AWS Region is set. Name one with --region or AWS_REGION.");
  }
  if (name === "ResourceNotFoundException") {
    return new Failure(
      "missing_output",
      `The admin function that the stack ${where.stack} names is not there. Deploy the stack again.`,
    );
  }
  if (name === "ValidationError" && /stackName/i.test(message)) {
    return new Failure(
      "no_such_stack",
      `${where.stack} is no stack name: letters, digits and hyphens, beginning with a letter. Check --stack.`,
    );
  }
  if (isThrottled(seen) || status >= 500) {
    return new Failure("busy", `${aws} is too busy for this (${name}). Run it again in a moment.`);
  }
  if (status === 0 && (code.startsWith("E") || name === "TimeoutError" || name === "AbortError")) {
    return new Failure("not_reachable", notReachable(where, code || "no answer in time"));
  }
  // Only names from here on: a message may quote what was sent.
  const next =
    where.laptop === undefined
      ? "Run it again; if that does not help, AWS's documentation of CloudFormation and of Lambda's Invoke explains the error."
      : "Run it again; if that does not help, run `npm start` again, of the same version.";
  return new Failure("unexpected", `${aws} answered ${name || "something that is no error"}. ${next}`);
}

function notReachable({ laptop, endpointUrl }: Where, why: string): string {
  if (laptop !== undefined) {
    return `Nothing answers at ${laptop} (${why}). Run \`npm start\` in another terminal, or name its URL: --local URL.`;
  }
  return endpointUrl === undefined
    ? `AWS cannot be reached (${why}). Check the network and the Region, and run this again.`
    : `Nothing answers at ${endpointUrl} (${why}). Check --endpoint-url.`;
}
