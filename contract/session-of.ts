import { contextOf } from "./authorizer-context.ts";

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
