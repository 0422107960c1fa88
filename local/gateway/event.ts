import type { IncomingMessage } from "node:http";
import { requestTarget } from "./request-target.ts";

/** An HTTP API's event, payload format 2.0, without what this product's functions never look at (client certificates, stage variables). */
export interface GatewayEvent {
  readonly version: "2.0";
  readonly routeKey: string;
  readonly rawPath: string;
  readonly rawQueryString: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly pathParameters?: Readonly<Record<string, string>>;
  readonly requestContext: Readonly<Record<string, unknown>>;
  readonly body?: string;
  readonly isBase64Encoded: boolean;
}

const textual = /^(text\/|application\/(json|javascript|xml|[\w.-]+\+(json|xml))\b)/;

/**
 * What API Gateway makes of a request.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function gatewayEvent(
  request: IncomingMessage,
  body: Buffer,
  facts: {
    routeKey: string;
    pathParameters: Readonly<Record<string, string>>;
    requestId: string;
    now: number;
  },
): GatewayEvent {
  const { method = "GET", url } = request;
  const { path, query } = requestTarget(url);
  const { cookie, ...headers } = mergedHeaders(request);
  const queryStringParameters = merged([...new URLSearchParams(query)]);
  const sourceIp = request.socket.remoteAddress?.replace(/^::ffff:/, "") ?? "";
  const isText = textual.test(headers["content-type"] ?? "") || headers["content-type"] === undefined;
  return {
    version: "2.0",
    routeKey: facts.routeKey,
    rawPath: path,
    rawQueryString: query,
    headers: { ...headers, "x-forwarded-for": sourceIp, "x-forwarded-proto": "http" },
    ...(cookie !== undefined && { cookies: cookie.split("; ") }),
    ...(Object.keys(queryStringParameters).length > 0 && { queryStringParameters }),
    ...(Object.keys(facts.pathParameters).length > 0 && { pathParameters: facts.pathParameters }),
    requestContext: {
      accountId: "000000000000",
      apiId: "laptop",
      domainName: "localhost",
      domainPrefix: "localhost",
      http: {
        method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: facts.requestId,
      routeKey: facts.routeKey,
      stage: "$default",
      time: new Date(facts.now).toUTCString(),
      timeEpoch: facts.now,
    },
    ...(body.length > 0 && { body: body.toString(isText ? "utf8" : "base64") }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

/** Names in lower case; a header sent twice is one with a comma, which Node's own `headers` would drop. */
function mergedHeaders({ rawHeaders }: IncomingMessage): Record<string, string> {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    pairs.push([String(rawHeaders[index]).toLowerCase(), String(rawHeaders[index + 1])]);
  }
  return merged(pairs);
}

function merged(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const result = new Map<string, string>();
  for (const [name, value] of pairs) {
    const before = result.get(name);
    result.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(result);
}
