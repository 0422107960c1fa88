import { authorizerDeadlineMs } from "../../contract/deadline-ms.ts";
import type { SessionContext } from "../../contract/session-generation.ts";
import { authorize, type ReadBoundSession } from "../core/authorize.ts";
import { iso } from "../core/iso.ts";
import { sessionHandle } from "../core/session.ts";
import type { LambdaFunction } from "../runtime/shell.ts";
import {
  type AuthorizerEvent,
  type AuthorizerResponse,
  authorizationOf,
  requestIdOf,
  responseTo,
} from "./formats.ts";

export interface AuthorizerDeps {
  readonly read: ReadBoundSession;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** A SessionId has 64 characters. */
const longestAuthorization = 256;
// RFC 6750 allows several blanks. A comma list, which is what HTTP APIs make of a doubled header, does not match.
const bearer = /^Bearer +([A-Za-z0-9_-]+)$/i;

/**
 * Answers HTTP APIs in the simple format and REST APIs with a policy. "No" is an answer, which the gateway turns into
 * 403; a table that cannot be read is thrown, which it turns into 500: a client must not mistake an outage for a dead
 * session.
 */
export function authorizerHandler({
  read,
  now,
}: AuthorizerDeps): LambdaFunction<AuthorizerEvent, AuthorizerResponse> {
  return {
    deadlineMs: authorizerDeadlineMs,
    about: (event) => ({ event: "authorize", requestId: requestIdOf(event) }),
    async handle(event) {
      const context = await sessionContext(authorizationOf(event));
      return { answer: responseTo(event, context), line: { outcome: context ? "allowed" : "refused" } };
    },
  };

  /** What a protected Lambda is told; undefined when the request must be refused. */
  async function sessionContext(authorization = ""): Promise<SessionContext | undefined> {
    if (authorization.length > longestAuthorization) return undefined;
    const sessionId = bearer.exec(authorization)?.[1];
    const found = sessionId === undefined ? undefined : await authorize(sessionId, read, now);
    if (!found) return undefined;
    const { identity, binding, session, phoneNumber, key } = found;
    return {
      userId: binding.userId,
      appId: identity.appId,
      openid: identity.openid,
      ...(binding.unionid !== undefined && { unionid: binding.unionid }),
      ...(phoneNumber !== undefined && { phoneNumber }),
      sessionHandle: sessionHandle(key.secretHash),
      generation: session.generation,
      createdAt: iso(session.createdAt),
      expiresAt: iso(session.expiresAt * 1000),
    };
  }
}
