import {
  type Decision,
  decide,
  isAllowed,
  type PolicyStatement,
  parsePolicy,
} from "../../../local/aws/iam.ts";
import { isRecord } from "../../../local/aws/json.ts";
import type { Functions } from "../../../local/lambda/functions.ts";
import type { RestApiDescription, RestAuthorizerDescription } from "./assembly.ts";
import { executeApiArn, type RestEvent } from "./event.ts";

/** What a REST API makes of an authorizer: 401, 403, 500, or what the integration finds as `authorizer`. */
export type RestVerdict =
  | "unauthorized"
  | Exclude<Decision, "allowed">
  | "broken"
  | { readonly authorizer: Readonly<Record<string, unknown>> };

interface Policy {
  readonly statements: readonly PolicyStatement[];
  readonly authorizer: Readonly<Record<string, unknown>>;
}

/**
 * REQUEST authorizers of a REST API. A missing identity source is refused without a call. What is kept for as long as
 * the template says is the policy, not the verdict: it is held against the ARN of each method that is asked for.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-use-lambda-authorizer.html
 */
export function restAuthorizers(api: RestApiDescription, functions: Functions, now: () => number) {
  const cache = new Map<string, { policy: Policy; until: number }>();

  return async (authorizer: RestAuthorizerDescription, event: RestEvent): Promise<RestVerdict> => {
    const methodArn = executeApiArn(api, `${api.stage}/${event.httpMethod}${event.path}`);
    const identity = authorizer.identitySources.map((source) => valuesOf(source, event));
    if (identity.some((values) => !values.some((value) => value !== ""))) return "unauthorized";

    const key = JSON.stringify([authorizer.authorizerId, identity]);
    const kept = cache.get(key);
    const policy = kept && now() < kept.until ? kept.policy : await ask(authorizer, event, methodArn);
    if (policy === "unauthorized" || policy === "broken") return policy;
    if (authorizer.cacheSeconds > 0 && policy !== kept?.policy) {
      cache.set(key, { policy, until: now() + authorizer.cacheSeconds * 1000 });
    }
    const decision = decide(policy.statements, "execute-api:Invoke", methodArn);
    return decision === "allowed" ? { authorizer: policy.authorizer } : decision;
  };

  async function ask(
    { authorizerId, functionArn }: RestAuthorizerDescription,
    { body, isBase64Encoded, ...request }: RestEvent,
    methodArn: string,
  ): Promise<Policy | "unauthorized" | "broken"> {
    if (!mayInvoke(api, functionArn, `authorizers/${authorizerId}`)) return "broken";
    const result = await functions.invoke(
      functionArn,
      JSON.stringify({ type: "REQUEST", methodArn, ...request }),
    );
    const answer: unknown = JSON.parse(result.payload);
    // The one error that a REST API has an answer of its own for.
    if (result.functionError) {
      return isRecord(answer) && answer.errorMessage === "Unauthorized" ? "unauthorized" : "broken";
    }
    return readPolicy(answer);
  }
}

/** Whether one of the template's Lambda permissions lets this part of the API (`prod/GET/orders`) invoke the function. */
export function mayInvoke(api: RestApiDescription, functionArn: string, source: string): boolean {
  const statements = api.permissions.get(functionArn) ?? [];
  return isAllowed(statements, "lambda:InvokeFunction", executeApiArn(api, source));
}

function valuesOf(
  { from, name }: RestAuthorizerDescription["identitySources"][number],
  { multiValueHeaders, multiValueQueryStringParameters }: RestEvent,
): readonly string[] {
  if (from === "querystring") return multiValueQueryStringParameters?.[name] ?? [];
  return Object.entries(multiValueHeaders)
    .filter(([header]) => header.toLowerCase() === name.toLowerCase())
    .flatMap(([, values]) => values);
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-lambda-authorizer-output.html */
function readPolicy(answer: unknown): Policy | "broken" {
  if (!isRecord(answer) || typeof answer.principalId !== "string" || answer.principalId === "")
    return "broken";
  const { principalId, policyDocument, context = {} } = answer;
  if (!isRecord(policyDocument) || !isRecord(context)) return "broken";
  const values = Object.entries(context);
  if (values.some(([, value]) => !["string", "number", "boolean"].includes(typeof value))) return "broken";
  try {
    return {
      statements: parsePolicy(policyDocument),
      authorizer: {
        ...Object.fromEntries(values.map(([name, value]) => [name, String(value)])),
        principalId,
        integrationLatency: 0,
      },
    };
  } catch {
    return "broken";
  }
}
