import type { IncomingHttpHeaders } from "node:http";
import type { AwsError } from "./aws-error.ts";

/** One HTTP request to an AWS endpoint. `path` is the request target as sent, with its query if there is one. */
export interface AwsRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface AwsResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

/** One IAM action (`dynamodb:PutItem`) on the resources (ARNs, or `*` where the action knows none) it is needed for. */
export interface Permission {
  readonly action: string;
  readonly resources: readonly string[];
}

/** A request, read but not yet authorized. */
export interface AwsCall {
  /**
   * Service prefix and API operation, as in `dynamodb:TransactWriteItems`. It is what an interceptor sees; the IAM
   * actions in `permissions` may be others (`dynamodb:PutItem`).
   */
  readonly action: string;
  /** The operation's parameters: parsed JSON, or whatever the protocol carries. */
  readonly input: unknown;
  /** All of them must be granted, each on each of its resources. */
  readonly permissions: readonly Permission[];
  /** Does it. Throws AwsError for what the caller is to see; any other exception is answered as a fault of the service. */
  perform(): Promise<AwsResponse>;
}

/**
 * One AWS service on its wire protocol, to be plugged into `startAwsEndpoint`. It knows nothing of callers: who may do
 * what is decided by the endpoint, between `read` and `perform`.
 */
export interface Service {
  /** Whether the request is meant for this service, judged by its target header or its path. */
  owns(request: AwsRequest): boolean;
  /** Throws AwsError if the request cannot be read. */
  read(request: AwsRequest): AwsCall;
  /**
   * Writes an error in the protocol's shape. Besides the service's own errors it gets `AccessDeniedException`,
   * `InvalidSignatureException`, `MissingAuthenticationTokenException`, `UnrecognizedClientException` and
   * `InternalServerError`, without a namespace.
   */
  errorResponse(error: AwsError): AwsResponse;
}
