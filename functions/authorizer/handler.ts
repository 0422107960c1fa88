import { deadlines } from "../../contract/deadlines.ts";
import { authorize, type ReadBoundSession } from "../core/authorize.ts";
import { sessionHandle } from "../core/session.ts";
import { iso } from "../runtime/answer.ts";
import type { LambdaFunction } from "../runtime/shell.ts";
import {
  answerTo,
  authorizationOf,
  type PolicyAnswer,
  type PolicyQuestion,
  requestIdOf,
  type SimpleAnswer,
  type SimpleQuestion,
} from "./forms.ts";

export interface AuthorizerDeps {
  readonly read: ReadBoundSession;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

// A comma list, which is what HTTP APIs make of a doubled header, does not match.
const bearer = /^Bearer +([A-Za-z0-9_-]+)$/i;

/**
 * Answers HTTP APIs in the simple format and REST APIs with a policy. "No" is an answer, which the gateway turns into
 * 403; a table that cannot be read is thrown, which it turns into 500: a client must not mistake an outage for a dead
 * session.
 */
export function authorizerHandler({
  read,
  now,
}: AuthorizerDeps): LambdaFunction<SimpleQuestion | PolicyQuestion, SimpleAnswer | PolicyAnswer> {
  return {
    deadlineMs: deadlines.authorizer.deadlineMs,
    about: (question) => ({ event: "authorize", requestId: requestIdOf(question) }),
    async handle(question) {
      const sessionId = bearer.exec(authorizationOf(question) ?? "")?.[1];
      const found = sessionId === undefined ? undefined : await authorize(sessionId, read, now);
      if (!found) return { answer: answerTo(question, undefined), line: { outcome: "refused" } };
      const { binding, session, identity, key } = found;
      const context = {
        userId: binding.userId,
        appId: identity.appId,
        openid: identity.openid,
        ...(binding.unionid !== undefined && { unionid: binding.unionid }),
        sessionHandle: sessionHandle(key.secretHash),
        generation: session.generation,
        createdAt: iso(session.createdAt),
        expiresAt: iso(session.expiresAt * 1000),
      };
      return { answer: answerTo(question, context), line: { outcome: "allowed" } };
    },
  };
}
