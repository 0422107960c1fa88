import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { requestTarget } from "../../../local/gateway/request-target.ts";
import { findRoute } from "../../../local/gateway/routes.ts";
import type { Functions } from "../../../local/lambda/functions.ts";
import { readBody } from "../../../local/read-body.ts";
import { type Gateway, serveAsAws } from "../gateway.ts";
import type { RestApiDescription, RestMethodDescription } from "./assembly.ts";
import { mayInvoke, restAuthorizers } from "./authorizers.ts";
import { restEvent } from "./event.ts";
import { gatewayResponses, type RestResponse, readRestResult } from "./responses.ts";

const maxBodyBytes = 10 * 1024 * 1024;

export interface RestGatewayOptions {
  readonly api: RestApiDescription;
  readonly functions: Functions;
  /** 0: chosen by the system. */
  readonly port: number;
  readonly now: () => number;
}

/**
 * API Gateway's REST API over a stage of the template, at `http://localhost:PORT/STAGE`. Rejects with Node's error when
 * it cannot listen.
 */
export async function startRestGateway({ api, functions, port, now }: RestGatewayOptions): Promise<Gateway> {
  const authorize = restAuthorizers(api, functions, now);

  async function respond(request: IncomingMessage): Promise<RestResponse> {
    const { method: httpMethod = "GET", url } = request;
    const [, stage, path = "/"] = /^\/([^/]*)(\/.*)?$/.exec(requestTarget(url).path) ?? [];
    if (stage !== api.stage) return gatewayResponses.noSuchStage;
    const found = findMethod(api.methods, httpMethod, path);
    if (!found) return gatewayResponses.noSuchMethod;
    const body = await readBody(request, maxBodyBytes);
    if (!body) return gatewayResponses.tooLarge;

    const { method } = found;
    const event = restEvent(request, body, { ...found, api, path, requestId: randomUUID(), now: now() });
    const verdict = method.authorizer && (await authorize(method.authorizer, event));
    if (verdict === "broken") return gatewayResponses.brokenAuthorizer;
    if (typeof verdict === "string") return gatewayResponses[verdict];

    const source = `${api.stage}/${httpMethod}${method.resourcePath}`;
    if (!mayInvoke(api, method.functionArn, source)) return gatewayResponses.notInvokable;
    const requestContext = { ...event.requestContext, ...verdict };
    const result = await functions.invoke(method.functionArn, JSON.stringify({ ...event, requestContext }));
    return result.functionError
      ? gatewayResponses.brokenFunction
      : readRestResult(result.payload, api.binary);
  }

  const { url, close } = await serveAsAws(port, (request, response) => {
    respond(request).then(
      (it) => write(response, it),
      () => write(response, gatewayResponses.notInvokable),
    );
  });
  return { url: `${url}/${api.stage}`, close };
}

/** Unlike an HTTP API, a REST API settles on a resource by its path before it looks at the method. */
function findMethod(methods: readonly RestMethodDescription[], httpMethod: string, path: string) {
  const resources = methods.map(({ resourcePath }) => ({ routeKey: `ANY ${resourcePath}`, resourcePath }));
  // `/orders/` is `/orders`.
  const found = findRoute(resources, httpMethod, path.replace(/(?<=.)\/$/, ""));
  const ofResource = methods.filter(({ resourcePath }) => resourcePath === found?.route.resourcePath);
  const method =
    ofResource.find((it) => it.httpMethod === httpMethod) ?? ofResource.find((it) => it.httpMethod === "ANY");
  return found && method && { method, pathParameters: found.pathParameters };
}

function write(response: ServerResponse, { status, headers, body }: RestResponse): void {
  response.writeHead(status, { ...headers, "x-amzn-requestid": randomUUID() });
  response.end(body);
}
