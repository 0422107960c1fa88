import type {
  APIGatewayAuthorizerResult,
  APIGatewayRequestAuthorizerEvent,
  APIGatewayRequestAuthorizerEventV2,
  APIGatewayTokenAuthorizerEvent,
} from "aws-lambda";
import type { SessionContext } from "../../contract/session-of.ts";

/** What an HTTP API asks, payload format 2.0, and the simple answer to it. */
export type SimpleQuestion = APIGatewayRequestAuthorizerEventV2;
export type SimpleAnswer = { isAuthorized: false } | { isAuthorized: true; context: SessionContext };

/**
 * What a REST API asks (and an HTTP API with payload format 1.0), which wants a policy. A TOKEN authorizer cannot tell a
 * doubled header from a single one, so all of its questions are refused.
 */
export type PolicyQuestion = APIGatewayRequestAuthorizerEvent | APIGatewayTokenAuthorizerEvent;
export type PolicyAnswer = APIGatewayAuthorizerResult;

type Question = SimpleQuestion | PolicyQuestion;

/** The id of the request; a TOKEN authorizer is not told. */
export function requestIdOf(question: Question): string {
  return "requestContext" in question ? question.requestContext.requestId : "unknown";
}

/** The value of the Authorization header; undefined for none and for more than one. */
export function authorizationOf(question: Question): string | undefined {
  // Names are in lower case, and a doubled header is a comma list.
  if (!("methodArn" in question)) return question.headers?.authorization;
  if (!("headers" in question)) return undefined;
  // Names are as the client wrote them. `headers` holds the last of several values, `multiValueHeaders` all of them.
  const single = named(question.headers);
  const all = named(question.multiValueHeaders).flat();
  if (single.length > 1 || all.length > 1) return undefined;
  const value = all[0] ?? single[0];
  return single[0] === undefined || single[0] === value ? value : undefined;
}

/** Whatever stands under a name that is `authorization` in any case. */
function named<T>(headers: Readonly<Record<string, T | undefined>> | null | undefined): T[] {
  const found: T[] = [];
  for (const name in headers) {
    const value = headers[name];
    const isIt = name.length === 13 && name.toLowerCase() === "authorization";
    if (isIt && value !== undefined) found.push(value);
  }
  return found;
}

/** Allowed with a context, refused without: in the form that was asked for. */
export function answerTo(
  question: Question,
  context: SessionContext | undefined,
): SimpleAnswer | PolicyAnswer {
  if ("methodArn" in question) return policy(question.methodArn, context);
  return context ? { isAuthorized: true, context } : { isAuthorized: false };
}

/**
 * About every route of the API's stage. API Gateway keeps a policy per session and holds it against whatever route comes
 * next: one about this route alone would close all others for as long as it is kept.
 */
function policy(methodArn: string, context: SessionContext | undefined): PolicyAnswer {
  return {
    // Shows up in logs and metrics of the API, so it must be no credential. It says who it is, as REST APIs mean it to.
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
  if (afterApi === 0 || afterStage === -1) throw new Error("The methodArn names no stage.");
  return methodArn.slice(0, afterStage);
}
