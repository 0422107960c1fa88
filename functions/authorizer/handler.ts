import type { AuthorizerContext } from "../../contract/session-of.ts";
import { authorize, type ReadBoundSession } from "../core/authorize.ts";
import { sessionHandle } from "../core/session.ts";
import { iso } from "../runtime/answer.ts";
import type { Invocation } from "../runtime/invocation.ts";
import { whatBroke } from "../runtime/what-broke.ts";
import {
  authorizationOf,
  type PolicyEvent,
  type PolicyResponse,
  requestIdOf,
  responseTo,
  type SimpleEvent,
  type SimpleResponse,
} from "./formats.ts";

export interface AuthorizerDeps {
  readonly read: ReadBoundSession;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly begin: () => Invocation;
}

// RFC 6750 allows several blanks. A comma list, which is what HTTP APIs make of a doubled header, does not match.
const bearer = /^Bearer +([A-Za-z0-9_-]+)$/i;

/**
 * Answers HTTP APIs in the simple format and REST APIs with a policy. "No" is an answer, which the gateway turns into
 * 403; a table that cannot be read is thrown, which it turns into 500: a client must not mistake an outage for a dead
 * session.
 */
export function authorizerHandler({ read, now, begin }: AuthorizerDeps) {
  async function handler(event: SimpleEvent): Promise<SimpleResponse>;
  async function handler(event: PolicyEvent): Promise<PolicyResponse>;
  async function handler(event: SimpleEvent | PolicyEvent): Promise<SimpleResponse | PolicyResponse> {
    const invocation = begin();
    const requestId = requestIdOf(event);
    const timedRead: ReadBoundSession = (key) => invocation.time("read", () => read(key));
    let context: AuthorizerContext | undefined;
    try {
      context = await contextFor(authorizationOf(event), timedRead, now);
    } catch (error) {
      invocation.log({ event: "authorize", outcome: "failed", requestId, ...whatBroke(error).facts });
      throw error;
    }
    invocation.log({ event: "authorize", outcome: context ? "allowed" : "refused", requestId });
    return responseTo(event, context);
  }
  return handler;
}

/** What a protected Lambda is told; undefined when the request must be refused. */
async function contextFor(
  authorization = "",
  read: ReadBoundSession,
  now: () => number,
): Promise<AuthorizerContext | undefined> {
  const sessionId = bearer.exec(authorization)?.[1];
  const found = sessionId === undefined ? undefined : await authorize(sessionId, read, now);
  if (!found) return undefined;
  const { identity, binding, session, key } = found;
  return {
    userId: binding.userId,
    appId: identity.appId,
    openid: identity.openid,
    ...(binding.unionid !== undefined && { unionid: binding.unionid }),
    sessionHandle: sessionHandle(key.secretHash),
    createdAt: iso(session.createdAt),
    expiresAt: iso(session.expiresAt * 1000),
  };
}
