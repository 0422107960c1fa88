import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { expect } from "vitest";

export interface ApiRequest {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly isBase64Encoded?: boolean;
  readonly requestId?: string;
  readonly sourceIp?: string;
}

/** What an HTTP API sends to a Lambda, payload format 2.0: header names in lower case, doubled headers joined by commas. */
export function apiEvent({
  method = "POST",
  path = "/login",
  headers = {},
  query,
  body,
  isBase64Encoded = false,
  requestId = "request-1",
  sourceIp = "203.0.113.7",
}: ApiRequest): APIGatewayProxyEventV2 {
  const routeKey = `${method} ${path}`;
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: query ? String(new URLSearchParams(query)) : "",
    headers: { ...headers },
    ...(query && { queryStringParameters: { ...query } }),
    requestContext: {
      accountId: "123456789012",
      apiId: "api",
      domainName: "api.example.com",
      domainPrefix: "api",
      http: { method, path, protocol: "HTTP/1.1", sourceIp, userAgent: "a phone" },
      requestId,
      routeKey,
      stage: "$default",
      time: "15/Jan/2025:12:00:00 +0000",
      timeEpoch: Date.UTC(2025, 0, 15, 12),
    },
    ...(body !== undefined && { body }),
    isBase64Encoded,
  };
}

/** A JSON body, as `wx.request` sends it. */
export function jsonEvent(body: unknown, request: ApiRequest = {}): APIGatewayProxyEventV2 {
  return apiEvent({
    ...request,
    headers: { "content-type": "application/json", ...request.headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

/** The JSON object in an answer's body. */
export function bodyOf({ body }: APIGatewayProxyStructuredResultV2): Record<string, unknown> {
  const value: unknown = JSON.parse(body ?? "");
  expect(value).toBeTypeOf("object");
  return Object(value);
}
