import { parse } from "./json-protocol.ts";
import type { Answer } from "./service.ts";

/** What a service refused, as the SDK would throw it: by `name` and `$metadata` its retries know what to ask again. */
export function refusal({ statusCode, headers, body }: Answer, clockSkewCorrected: boolean): Error {
  const { __type, message, Message, ...fields } = parseRefusal(body);
  return Object.assign(new Error(String(message ?? Message ?? "UnknownError")), fields, {
    name: errorName(__type ?? headers["x-amzn-errortype"]),
    $fault: statusCode < 500 ? "client" : "server",
    $metadata: {
      httpStatusCode: statusCode,
      requestId: headers["x-amzn-requestid"],
      ...(clockSkewCorrected && { clockSkewCorrected }),
    },
  });
}

/** A refusal may come from a proxy on the way, as anything. Its status says enough. */
function parseRefusal(body: Uint8Array): Record<string, unknown> {
  try {
    return parse(body);
  } catch {
    return {};
  }
}

/** `com.amazonaws.dynamodb.v20120810#ThrottlingException` is a ThrottlingException. */
function errorName(said: unknown): string {
  return (
    String(said ?? "Unknown")
      .split(/[,:]/, 1)[0]
      ?.split("#")
      .at(-1) ?? "Unknown"
  );
}
