import { authorize, type ReadBoundSession } from "../core/authorize.ts";
import { sessionHandle } from "../core/session.ts";
import { iso } from "../runtime/answer.ts";
import type { Invocation } from "../runtime/invocation.ts";
import { whatBroke } from "../runtime/what-broke.ts";
import {
  answerTo,
  authorizationOf,
  type PolicyAnswer,
  type PolicyQuestion,
  requestIdOf,
  type SimpleAnswer,
  type SimpleQuestion,
} from "./forms.ts";

export interface AuthorizerNeeds {
  readonly read: ReadBoundSession;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly begin: () => Invocation;
}

// A comma list, which is what HTTP APIs make of a doubled header, does not match.
const bearer = /^Bearer ([A-Za-z0-9_-]+)$/i;

/**
 * Answers HTTP APIs in the simple format and REST APIs with a policy. "No" is an answer, which the gateway turns into
 * 403; a table that cannot be read is thrown, which it turns into 500: a client must not mistake an outage for a dead
 * session.
 */
export function authorizerHandler({ read, now, begin }: AuthorizerNeeds) {
  async function handler(question: SimpleQuestion): Promise<SimpleAnswer>;
  async function handler(question: PolicyQuestion): Promise<PolicyAnswer>;
  async function handler(question: SimpleQuestion | PolicyQuestion): Promise<SimpleAnswer | PolicyAnswer> {
    const invocation = begin();
    const requestId = requestIdOf(question);
    const sessionId = bearer.exec(authorizationOf(question) ?? "")?.[1];
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
    if (!found) return answerTo(question, undefined);
    const { binding, session, identity, key } = found;
    return answerTo(question, {
      userId: binding.userId,
      appId: identity.appId,
      openid: identity.openid,
      ...(binding.unionid !== undefined && { unionid: binding.unionid }),
      sessionHandle: sessionHandle(key.secretHash),
      createdAt: iso(session.createdAt),
      expiresAt: iso(session.expiresAt * 1000),
    });
  }
  return handler;
}
