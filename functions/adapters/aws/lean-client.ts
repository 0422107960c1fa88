import type { MiddlewareStack } from "@smithy/types";
import { placeOf } from "./endpoint.ts";
import { environmentCredentials } from "./environment-credentials.ts";
import { refusal } from "./refusal.ts";
import { requestHandler, type Timeouts } from "./request-handler.ts";
import type { Answer, Service } from "./service.ts";
import { signer } from "./signature.ts";

/**
 * What the SDK's client does to each request and nobody needs here, or what is done below at a fraction of the cost:
 * 0.23 of what the authorizer's read costs with everything at its default. Nobody corrects the clock then, which in
 * Lambda is right, and the header of X-Ray goes no further.
 */
const replaced = [
  "serializerMiddleware",
  "deserializerMiddleware",
  "httpAuthSchemeMiddleware",
  "httpSigningMiddleware",
  "getUserAgentMiddleware",
  "loggerMiddleware",
  "recursionDetectionMiddleware",
  "contentLengthMiddleware",
  "hostHeaderMiddleware",
];

/** Leaves the SDK nothing to look up in files, in the instance's metadata or in its rules for endpoints. */
export function leanSettings(service: Service, timeouts: Timeouts) {
  const { region, endpoint } = placeOf(service, process.env);
  const sign = signer(region, service.host);
  return {
    region,
    credentials: async () => environmentCredentials(process.env),
    endpoint: endpoint.href,
    endpointProvider: () => ({ url: endpoint }),
    requestHandler: requestHandler(timeouts, (request) =>
      sign(request, environmentCredentials(process.env), Date.now()),
    ),
    retryMode: "standard",
    accountIdEndpointMode: "disabled",
  } as const;
}

/**
 * Puts a lean serializer and deserializer in place of the SDK's and takes out what else it does to each request. Its
 * commands, its retries and its middleware stack stay.
 */
export function lean<Input extends object, Output extends object>(
  { middlewareStack: stack }: { readonly middlewareStack: MiddlewareStack<Input, Output> },
  service: Service,
): void {
  const { protocol, hostname, port, host } = placeOf(service, process.env).endpoint;
  const address = {
    protocol,
    hostname,
    ...(port !== "" && { port: Number(port) }),
    method: "POST",
    query: {},
  };
  for (const name of replaced) stack.remove(name);
  stack.add(
    (next, { commandName = "" }) => {
      const operation = commandName.replace(/Command$/, "");
      return ({ input }) => {
        const { headers, ...written } = service.write(operation, input);
        return next({ input, request: { ...address, ...written, headers: { host, ...headers } } });
      };
    },
    { step: "serialize", name: "serializerMiddleware" },
  );
  stack.add(
    (next) => async (args) => {
      const { response } = await next(args);
      // The request handler's, whose type the stack does not know; nor does it know that of the output.
      const answer = response as Answer;
      if (answer.statusCode >= 300) throw refusal(answer);
      const $metadata = { httpStatusCode: answer.statusCode, requestId: answer.headers["x-amzn-requestid"] };
      return { response, output: { ...service.read(answer), $metadata } as never };
    },
    { step: "deserialize", name: "deserializerMiddleware" },
  );
}
