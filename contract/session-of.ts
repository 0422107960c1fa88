/** What the authorizer tells a protected Lambda. */
export interface AuthorizerContext {
  readonly userId: string;
  readonly appId: string;
  readonly openid: string;
  readonly unionid?: string;
  /** Names the session; useless as a credential. */
  readonly sessionHandle: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly expiresAt: string;
}

/** The same as the authorizer tells it. `generation`: see generationIn. */
export interface SessionContext extends AuthorizerContext {
  readonly generation: number;
}

/**
 * Who calls, from the event of a Lambda behind the authorizer: `event.requestContext.authorizer.lambda` of an HTTP API,
 * `event.requestContext.authorizer` of a REST API or of an integration with payload format 1.0. Headers are never looked
 * at: anybody can send those. Throws when the route is not behind the authorizer.
 */
export function sessionOf(event: { readonly requestContext: object }): AuthorizerContext {
  const { userId, appId, openid, unionid, sessionHandle, createdAt, expiresAt } = contextOf(
    event.requestContext,
  );
  if (
    typeof userId !== "string" ||
    typeof appId !== "string" ||
    typeof openid !== "string" ||
    typeof sessionHandle !== "string" ||
    typeof createdAt !== "string" ||
    typeof expiresAt !== "string"
  ) {
    throw new Error("No session in this event: put the route behind the weapp-login authorizer.");
  }
  return {
    userId,
    appId,
    openid,
    ...(typeof unionid === "string" && { unionid }),
    sessionHandle,
    createdAt,
    expiresAt,
  };
}

/**
 * The identity's generation that the session was allowed under: for the product's own routes, which let it change nothing
 * once it has ended. A REST API makes text of it.
 */
export function generationIn(event: { readonly requestContext: object }): number {
  const { generation } = contextOf(event.requestContext);
  const number = typeof generation === "string" && generation !== "" ? Number(generation) : generation;
  if (typeof number !== "number" || !Number.isSafeInteger(number)) {
    throw new Error("No generation in this event: the route is not behind the weapp-login authorizer.");
  }
  return number;
}

/** What JWT, Cognito and IAM authorizers tell is one level deeper, and so never taken for it. */
function contextOf(requestContext: object): Readonly<Record<string, unknown>> {
  const authorizer = "authorizer" in requestContext ? requestContext.authorizer : undefined;
  if (!isObject(authorizer)) return {};
  const context = "lambda" in authorizer ? authorizer.lambda : authorizer;
  return isObject(context) ? context : {};
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
