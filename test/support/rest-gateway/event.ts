import type { IncomingMessage } from "node:http";
import { requestTarget } from "../../../local/gateway/request-target.ts";
import type { RestApiDescription, RestMethodDescription } from "./assembly.ts";

type Values = Readonly<Record<string, string>>;
type MultiValues = Readonly<Record<string, readonly string[]>>;

/** A REST API's event, payload format 1.0, without what this product's functions never look at (client certificates). */
export interface RestEvent {
  readonly resource: string;
  readonly path: string;
  readonly httpMethod: string;
  /** Of several values the last one. */
  readonly headers: Values;
  readonly multiValueHeaders: MultiValues;
  readonly queryStringParameters: Values | null;
  readonly multiValueQueryStringParameters: MultiValues | null;
  readonly pathParameters: Values | null;
  readonly stageVariables: null;
  readonly requestContext: Readonly<Record<string, unknown>>;
  readonly body: string | null;
  readonly isBase64Encoded: boolean;
}

/**
 * What API Gateway makes of a request for a REST API.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
 */
export function restEvent(
  request: IncomingMessage,
  body: Buffer,
  facts: {
    api: RestApiDescription;
    method: RestMethodDescription;
    /** Without the stage. */
    path: string;
    pathParameters: Values;
    requestId: string;
    now: number;
  },
): RestEvent {
  const { api, method, path, pathParameters, requestId, now } = facts;
  const { method: httpMethod = "GET", url } = request;
  const sourceIp = request.socket.remoteAddress?.replace(/^::ffff:/, "") ?? "";
  const multiValueHeaders = grouped([
    ...headersOf(request).filter(([name]) => !/^x-forwarded-(for|proto)$/i.test(name)),
    ["X-Forwarded-For", sourceIp],
    ["X-Forwarded-Proto", "http"],
  ]);
  const query = grouped([...new URLSearchParams(requestTarget(url).query)], (name) => name);
  const hasQuery = Object.keys(query).length > 0;
  return {
    resource: method.resourcePath,
    path,
    httpMethod,
    headers: lastOf(multiValueHeaders),
    multiValueHeaders,
    queryStringParameters: hasQuery ? lastOf(query) : null,
    multiValueQueryStringParameters: hasQuery ? query : null,
    pathParameters: Object.keys(pathParameters).length > 0 ? pathParameters : null,
    stageVariables: null,
    requestContext: {
      accountId: api.place.accountId,
      apiId: api.apiId,
      domainName: "localhost",
      domainPrefix: "localhost",
      extendedRequestId: requestId,
      httpMethod,
      identity: { sourceIp, userAgent: request.headers["user-agent"] ?? null },
      path: `/${api.stage}${path}`,
      protocol: `HTTP/${request.httpVersion}`,
      requestId,
      requestTime: new Date(now).toUTCString(),
      requestTimeEpoch: now,
      resourceId: method.resourceId,
      resourcePath: method.resourcePath,
      stage: api.stage,
    },
    body: body.length === 0 ? null : body.toString(api.binary ? "base64" : "utf8"),
    isBase64Encoded: body.length > 0 && api.binary,
  };
}

/** `arn:…:execute-api:REGION:ACCOUNT:API/` and what follows. */
export function executeApiArn({ apiId, place }: RestApiDescription, rest: string): string {
  return `arn:${place.partition}:execute-api:${place.region}:${place.accountId}:${apiId}/${rest}`;
}

/** As the client sent them: Node's own `headers` are in lower case and without doubled ones. */
function headersOf({ rawHeaders }: IncomingMessage): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    pairs.push([String(rawHeaders[index]), String(rawHeaders[index + 1])]);
  }
  return pairs;
}

/** All values of a name, under its first spelling. */
function grouped(
  pairs: readonly (readonly [string, string])[],
  keyOf = (name: string) => name.toLowerCase(),
): Record<string, string[]> {
  const groups = new Map<string, [name: string, values: string[]]>();
  for (const [name, value] of pairs) {
    const group = groups.get(keyOf(name));
    if (group) group[1].push(value);
    else groups.set(keyOf(name), [name, [value]]);
  }
  return Object.fromEntries(groups.values());
}

function lastOf(values: MultiValues): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, all]) => [name, all.at(-1) ?? ""]));
}
