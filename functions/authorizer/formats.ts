import type {
  APIGatewayAuthorizerResult,
  APIGatewayRequestAuthorizerEvent,
  APIGatewayRequestAuthorizerEventV2,
  APIGatewayTokenAuthorizerEvent,
} from "aws-lambda";
import type { SessionContext } from "../../contract/session-generation.ts";

/**
 * Of an HTTP API, payload format 2.0, which takes the simple response; or of a REST API (and of an HTTP API with payload
 * format 1.0), which takes a policy.
 */
export type AuthorizerEvent =
  | APIGatewayRequestAuthorizerEventV2
  | APIGatewayRequestAuthorizerEvent
  | APIGatewayTokenAuthorizerEvent;
export type AuthorizerResponse = SimpleResponse | APIGatewayAuthorizerResult;

type SimpleResponse = { isAuthorized: false } | { isAuthorized: true; context: SessionContext };

/** The id of the request; a TOKEN authorizer is not told. */
export function requestIdOf(event: AuthorizerEvent): string {
  return "requestContext" in event ? event.requestContext.requestId : "unknown";
}

/**
 * The value of the Authorization header; undefined for none and for more than one. A TOKEN authorizer cannot tell a
 * doubled header from a single one, so that there is none in its events.
 */
export function authorizationOf(event: AuthorizerEvent): string | undefined {
  // Names are in lower case, and a doubled header is a comma list.
  if (!("methodArn" in event)) return event.headers?.authorization;
  if (!("headers" in event)) return undefined;
  // Names are as the client wrote them. `headers` holds the last of several values, `multiValueHeaders` all of them.
  const single = authorizationIn(event.headers);
  const all = authorizationIn(event.multiValueHeaders).flat();
  if (single.length > 1 || all.length > 1) return undefined;
  const value = all[0] ?? single[0];
  return single[0] === undefined || single[0] === value ? value : undefined;
}

/** Whatever stands under the header's name, in any case. */
function authorizationIn<T>(headers: Readonly<Record<string, T | undefined>> | null): T[] {
  return Object.entries(headers ?? {}).flatMap(([name, value]) =>
    value !== undefined && name.toLowerCase() === "authorization" ? [value] : [],
  );
}

/** Allowed with a context, refused without, in the format of the event. */
export function responseTo(event: AuthorizerEvent, context: SessionContext | undefined): AuthorizerResponse {
  if ("methodArn" in event) return policy(event.methodArn, context);
  return context ? { isAuthorized: true, context } : { isAuthorized: false };
}

/**
 * About every route of the API's stage. API Gateway keeps a policy per session and holds it against whatever route comes
 * next: one about this route alone would close all others for as long as it is kept.
 */
function policy(methodArn: string, context: SessionContext | undefined): APIGatewayAuthorizerResult {
  return {
    // Shows up in logs and metrics of the API, so it must be no credential.
    principalId: context?.userId ?? "nobody",
    policyDocument: {
      Version: "2012-10-17",
      Statement: [
        {
          Action: "execute-api:Invoke",
          Effect: context ? "Allow" : "Deny",
          Resource: `${stageArn(methodArn)}/*`,
        },
      ],
    },
    ...(context && { context: { ...context } }),
  };
}

/** `arn:PARTITION:execute-api:REGION:ACCOUNT:API/STAGE` out of `…/STAGE/METHOD/PATH`; the path is the client's own. */
function stageArn(methodArn: string): string {
  const afterApi = methodArn.indexOf("/") + 1;
  const afterStage = methodArn.indexOf("/", afterApi);
  if (afterStage === -1) throw new Error("The methodArn names no stage.");
  return methodArn.slice(0, afterStage);
}
