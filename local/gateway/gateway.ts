import { randomUUID } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { isRecord } from "../aws/json.ts";
import type { Functions } from "../lambda/functions.ts";
import { readBody } from "../read-body.ts";
import type { Watch } from "../watch.ts";
import { authorizers } from "./authorizers.ts";
import { type CorsDescription, preflightHeaders, withCors } from "./cors.ts";
import type { RouteDescription } from "./described-routes.ts";
import { gatewayEvent } from "./event.ts";
import { requestTarget } from "./request-target.ts";
import { type FoundRoute, findRoute } from "./routes.ts";

const maxBodyBytes = 10 * 1024 * 1024;

export interface GatewayOptions {
  readonly routes: readonly RouteDescription[];
  readonly cors?: CorsDescription | undefined;
  readonly functions: Functions;
  readonly now: () => number;
  /** Told of every request that a route matches. */
  readonly watch?: Watch | undefined;
  /** May answer what no route matches; false: it does not, and 404 it is. */
  readonly otherwise?: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
}

/** API Gateway's HTTP API over the routes of the template. */
export function gateway({ routes, cors, functions, now, watch, otherwise }: GatewayOptions): RequestListener {
  const authorize = authorizers(functions, now);

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "GET", url, headers } = request;
    const { path } = requestTarget(url);
    const found = findRoute(routes, method, path);
    const write = (it: HttpResponse) =>
      send(response, { ...it, headers: withCors(cors, headers.origin, it.headers) });
    if (!found) {
      // A preflight that meets a route goes to its authorizer and its function.
      const preflight = preflightHeaders(cors, method, headers);
      if (preflight) return send(response, { status: 204, headers: preflight, body: "" });
      if (!otherwise?.(request, response)) write(message(404, "Not Found"));
      return;
    }
    const body = await readBody(request, maxBodyBytes);
    if (!body) return write(message(413, "Request Entity Too Large"));
    const authorized = request.headers.authorization !== undefined;
    const answered = watch?.request({ method, path, authorized, body });
    const it = await respond(request, body, found).catch(() => message(500, "Internal Server Error"));
    answered?.(it);
    write(it);
  }

  async function respond(request: IncomingMessage, body: Buffer, found: FoundRoute): Promise<HttpResponse> {
    const { route, pathParameters } = found;
    const event = gatewayEvent(request, body, {
      routeKey: route.routeKey,
      pathParameters,
      requestId: randomUUID(),
      now: now(),
    });

    const verdict = route.authorizer && (await authorize(route.authorizer, event));
    if (verdict === "unauthorized") return message(401, "Unauthorized");
    if (verdict === "forbidden") return message(403, "Forbidden");
    if (verdict === "broken") return message(500, "Internal Server Error");

    const fn = functions.find(route.functionArn);
    if (!fn?.invokableByGateway) return message(500, "Internal Server Error");
    const requestContext = verdict
      ? { ...event.requestContext, authorizer: { lambda: verdict.context } }
      : event.requestContext;
    const result = await functions.invoke(fn.arn, JSON.stringify({ ...event, requestContext }));
    return result.functionError ? message(500, "Internal Server Error") : readResult(result.payload);
  }

  return (request, response) => {
    serve(request, response).catch(() => send(response, message(500, "Internal Server Error")));
  };
}

interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** What API Gateway says itself: it has no `code` and no `action`. */
function message(status: number, text: string): HttpResponse {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify({ message: text }) };
}

/** A function's result in payload format 2.0; without a `statusCode` the whole result is the body. */
function readResult(payload: string): HttpResponse {
  const result: unknown = JSON.parse(payload);
  if (!isRecord(result) || typeof result.statusCode !== "number") {
    return { status: 200, headers: { "content-type": "application/json" }, body: payload };
  }
  const headers = isRecord(result.headers) ? result.headers : {};
  const body = typeof result.body === "string" ? result.body : "";
  return {
    status: result.statusCode,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    body: result.isBase64Encoded === true ? Buffer.from(body, "base64") : body,
  };
}

function send(response: ServerResponse, { status, headers, body }: HttpResponse): void {
  response.writeHead(status, { ...headers, "apigw-requestid": randomUUID() });
  response.end(body);
}
