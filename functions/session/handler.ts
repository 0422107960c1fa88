import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { identityKey } from "../core/identity.ts";
import type { Facts } from "../core/refusal.ts";
import type { Sessions } from "../core/session.ts";
import { json, noContent } from "../http/answer.ts";
import { problem } from "../http/problem.ts";
import { type AuthorizerContext, sessionOf } from "../http/session-of.ts";
import { whatBroke } from "../http/what-broke.ts";

const deadlineMs = 5_000;

export interface SessionHandlerNeeds {
  /** Sessions with calls that end at `deadline`. */
  readonly sessionsUntil: (deadline: AbortSignal) => Sessions;
  readonly log: (facts: Facts) => void;
}

/** `GET /session` and `DELETE /session`, behind the authorizer. */
export function sessionHandler({ sessionsUntil, log }: SessionHandlerNeeds) {
  const routes: Record<string, (caller: AuthorizerContext) => Promise<APIGatewayProxyStructuredResultV2>> = {
    // The authorizer has just read all of this: no second read.
    "GET /session": async ({ userId, appId, createdAt, expiresAt }) =>
      json(200, { userId, appId, createdAt, expiresAt }),

    "DELETE /session": async (caller) => {
      await sessionsUntil(AbortSignal.timeout(deadlineMs)).remove({
        identityKey: identityKey(caller),
        secretHash: Buffer.from(caller.sessionHandle, "base64url"),
      });
      return noContent();
    },
  };

  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const { requestId } = event.requestContext;
    const line = { event: "session", route: event.routeKey, requestId };
    try {
      const caller = sessionOf(event);
      const route = routes[event.routeKey];
      if (!route) throw new Error("No such route here");
      const answer = await route(caller);
      log({ ...line, outcome: "done", userId: caller.userId });
      return answer;
    } catch (error) {
      const { code, facts } = whatBroke(error);
      log({ ...line, outcome: code, ...facts });
      return problem(code, requestId, {}, "elsewhere");
    }
  };
}
