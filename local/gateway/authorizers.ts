import { isRecord } from "../aws/json.ts";
import type { Functions } from "../lambda/functions.ts";
import type { AuthorizerDescription } from "./described-routes.ts";
import type { GatewayEvent } from "./event.ts";

/** What API Gateway makes of an authorizer: 401, 403, 500, or the context for the integration. */
export type AuthorizerVerdict =
  | "unauthorized"
  | "forbidden"
  | "broken"
  | { readonly context: Readonly<Record<string, unknown>> };

/**
 * Lambda authorizers of an HTTP API, payload format 2.0 with simple responses. A missing identity source is refused
 * without a call; an answer is reused for as long as the template says, for every route of that authorizer and no other.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html
 */
export function authorizers(functions: Functions, now: () => number) {
  const cache = new Map<string, { verdict: AuthorizerVerdict; until: number }>();

  return async (authorizer: AuthorizerDescription, event: GatewayEvent): Promise<AuthorizerVerdict> => {
    const identitySource = authorizer.identityHeaders.map((name) => event.headers[name]);
    if (identitySource.some((value) => !value)) return "unauthorized";
    if (authorizer.cacheSeconds === 0) return ask(functions, authorizer, event, identitySource);
    const cacheKey = JSON.stringify([authorizer.authorizerId, identitySource]);
    const cached = cache.get(cacheKey);
    if (cached && now() < cached.until) return cached.verdict;

    const verdict = await ask(functions, authorizer, event, identitySource);
    if (verdict !== "broken") {
      cache.set(cacheKey, { verdict, until: now() + authorizer.cacheSeconds * 1000 });
    }
    return verdict;
  };
}

async function ask(
  functions: Functions,
  { functionArn, payloadFormat }: AuthorizerDescription,
  event: GatewayEvent,
  identitySource: readonly (string | undefined)[],
): Promise<AuthorizerVerdict> {
  const fn = functions.find(functionArn);
  if (!fn?.invokableByGateway || payloadFormat !== "2.0") return "broken";
  const { body, isBase64Encoded, ...request } = event;
  const routeArn = `arn:aws:execute-api:us-east-1:000000000000:laptop/$default/${event.routeKey.replace(" ", "")}`;
  const result = await functions.invoke(
    functionArn,
    JSON.stringify({ ...request, type: "REQUEST", routeArn, identitySource }),
  );
  if (result.functionError) return "broken";
  const answer: unknown = JSON.parse(result.payload);
  if (!isRecord(answer) || typeof answer.isAuthorized !== "boolean") return "broken";
  if (!answer.isAuthorized) return "forbidden";
  return { context: isRecord(answer.context) ? answer.context : {} };
}
