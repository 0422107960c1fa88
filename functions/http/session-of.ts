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
 * Who calls, from the event of an HTTP API behind the authorizer (`event.requestContext.authorizer.lambda`). Headers
 * are never looked at: anybody can send those. Throws when the route is not behind the authorizer.
 */
export function sessionOf(event: { requestContext: object }): AuthorizerContext {
  const { authorizer } = event.requestContext as { authorizer?: { lambda?: Record<string, unknown> } };
  const { userId, appId, openid, unionid, sessionHandle, createdAt, expiresAt } = authorizer?.lambda ?? {};
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
