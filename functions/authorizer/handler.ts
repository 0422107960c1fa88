import type { APIGatewayRequestAuthorizerEventV2 } from "aws-lambda";
import { authorize, type ReadBoundSession } from "../core/authorize.ts";
import type { Invocation } from "../core/invocation.ts";
import { sessionHandle } from "../core/session.ts";
import { iso } from "../http/answer.ts";
import type { AuthorizerContext } from "../http/session-of.ts";
import { whatBroke } from "../http/what-broke.ts";

export type AuthorizerResult = { isAuthorized: false } | { isAuthorized: true; context: AuthorizerContext };

export interface AuthorizerNeeds {
  readonly read: ReadBoundSession;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly begin: () => Invocation;
}

// A doubled header arrives as a comma list, which this does not match either.
const bearer = /^Bearer ([A-Za-z0-9_-]+)$/i;

/**
 * Answers in API Gateway's simple format. "No" is `isAuthorized: false`, which the gateway turns into 403; a table that
 * cannot be read is thrown, which it turns into 500: a client must not mistake an outage for a dead session.
 */
export function authorizerHandler({ read, now, begin }: AuthorizerNeeds) {
  return async (event: APIGatewayRequestAuthorizerEventV2): Promise<AuthorizerResult> => {
    const invocation = begin();
    const { requestId } = event.requestContext;
    const sessionId = bearer.exec(event.headers?.authorization ?? "")?.[1];
    const timedRead: ReadBoundSession = (key) => invocation.time("read", () => read(key));
    let found: Awaited<ReturnType<typeof authorize>>;
    try {
      found = sessionId === undefined ? undefined : await authorize(sessionId, timedRead, now);
    } catch (error) {
      const { facts } = whatBroke(error);
      invocation.log({ event: "authorize", outcome: "failed", requestId, ...facts });
      throw error;
    }
    invocation.log({ event: "authorize", outcome: found ? "allowed" : "refused", requestId });
    if (!found) return { isAuthorized: false };
    const { binding, session, identity, key } = found;
    return {
      isAuthorized: true,
      context: {
        userId: binding.userId,
        appId: identity.appId,
        openid: identity.openid,
        ...(binding.unionid !== undefined && { unionid: binding.unionid }),
        sessionHandle: sessionHandle(key.secretHash),
        createdAt: iso(session.createdAt),
        expiresAt: iso(session.expiresAt * 1000),
      },
    };
  };
}
