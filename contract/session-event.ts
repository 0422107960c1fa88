import type { AuthorizerContext } from "./session-of.ts";

export interface SessionEventOptions extends Partial<AuthorizerContext> {
  /** `GET` unless said otherwise. */
  readonly method?: string;
  /** `/` unless said otherwise. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  /** Text as it is; anything else as JSON. */
  readonly body?: unknown;
}

const somebody: AuthorizerContext = {
  userId: "u_test",
  appId: "wx0123456789abcdef",
  openid: "oTest",
  sessionHandle: "A".repeat(43),
  createdAt: "2026-01-01T00:00:00.000Z",
  expiresAt: "2026-01-02T00:00:00.000Z",
};

/**
 * For tests of your Lambda: the event that an HTTP API sends it (payload format 2.0) once the authorizer has let somebody in.
 * Needs neither an API nor a login. `{ userId: "u_lisi" }` and the like say who.
 * Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function sessionEvent(options: SessionEventOptions = {}) {
  const { method = "GET", path = "/", headers = {}, query = {}, body, ...who } = options;
  const routeKey = `${method} ${path}`;
  return {
    version: "2.0",
    routeKey,
    rawPath: path,
    rawQueryString: String(new URLSearchParams(query)),
    headers: withBodyType(headers, body),
    queryStringParameters: query,
    requestContext: {
      accountId: "123456789012",
      apiId: "api",
      domainName: "api.example.com",
      domainPrefix: "api",
      http: { method, path, protocol: "HTTP/1.1", sourceIp: "203.0.113.7", userAgent: "test" },
      requestId: "request-1",
      routeKey,
      stage: "$default",
      time: "01/Jan/2026:12:00:00 +0000",
      timeEpoch: Date.UTC(2026, 0, 1, 12),
      authorizer: { lambda: { ...somebody, ...who } },
    },
    ...textOf(body),
    isBase64Encoded: false,
  };
}

/** The same as a REST API sends it. Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html */
export function restSessionEvent(options: SessionEventOptions = {}) {
  const { method = "GET", path = "/", headers = {}, query = {}, body, ...who } = options;
  const context = { ...somebody, ...who };
  return {
    resource: path,
    path,
    httpMethod: method,
    headers: withBodyType(headers, body),
    multiValueHeaders: {},
    queryStringParameters: query,
    multiValueQueryStringParameters: {},
    pathParameters: null,
    stageVariables: null,
    requestContext: {
      accountId: "123456789012",
      apiId: "api",
      httpMethod: method,
      identity: { sourceIp: "203.0.113.7", userAgent: "test" },
      path: `/prod${path}`,
      protocol: "HTTP/1.1",
      requestId: "request-1",
      requestTimeEpoch: Date.UTC(2026, 0, 1, 12),
      resourceId: "resource",
      resourcePath: path,
      stage: "prod",
      authorizer: { ...context, principalId: context.userId },
    },
    body: textOf(body).body ?? null,
    isBase64Encoded: false,
  };
}

function textOf(body: unknown): { readonly body?: string } {
  if (body === undefined) return {};
  return { body: typeof body === "string" ? body : JSON.stringify(body) };
}

function withBodyType(headers: Readonly<Record<string, string>>, body: unknown): Record<string, string> {
  const isJson = body !== undefined && typeof body !== "string";
  return { ...(isJson && { "content-type": "application/json" }), ...headers };
}
