import { AwsError } from "./aws-error.ts";
import type { AwsRequest, AwsResponse, Permission, Service } from "./service.ts";

export interface JsonServiceOptions {
  /** IAM's prefix of the service's actions, as in `dynamodb:PutItem`. */
  readonly actionPrefix: string;
  /** What stands before the dot in `X-Amz-Target`. */
  readonly target: string;
  readonly jsonVersion: "1.0" | "1.1";
  permissions(operation: string, input: unknown): Permission[];
  perform(operation: string, input: unknown): Promise<object>;
  /** The error's body: AWS's services differ in namespaces and in how they spell "message". */
  errorBody(error: AwsError): object;
}

/**
 * A service that speaks AWS JSON 1.0 or 1.1: POST, the operation in `X-Amz-Target`, errors with `__type`.
 * Source: https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 */
export function jsonService(options: JsonServiceOptions): Service {
  const { actionPrefix, target, jsonVersion } = options;
  const respond = (status: number, body: object): AwsResponse => ({
    status,
    headers: { "content-type": `application/x-amz-json-${jsonVersion}` },
    body: JSON.stringify(body),
  });
  return {
    owns: (request) => targetOf(request).startsWith(`${target}.`),

    read(request) {
      const operation = targetOf(request).slice(target.length + 1);
      const input = parse(request.body);
      return {
        action: `${actionPrefix}:${operation}`,
        input,
        permissions: options.permissions(operation, input),
        perform: async () => respond(200, await options.perform(operation, input)),
      };
    },

    errorResponse: (error) => respond(error.status, options.errorBody(error)),
  };
}

function targetOf(request: AwsRequest): string {
  const target = request.headers["x-amz-target"];
  return typeof target === "string" ? target : "";
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw new AwsError("SerializationException", "The request body is not JSON.");
  }
}
