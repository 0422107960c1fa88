import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { errors } from "../../contract/errors.ts";
import { type AuthorizerContext, sessionOf } from "../../contract/session-of.ts";
import type { BindingDirectory } from "../core/binding.ts";
import { identityKey } from "../core/identity.ts";
import { endSessionsOfIdentity, type Revocations, unbindIdentity } from "../core/revocation.ts";
import {
  liveSessions,
  type Session,
  type SessionList,
  type Sessions,
  sessionHandle,
  sessionKeyOf,
} from "../core/session.ts";
import { iso, json, noContent } from "../runtime/answer.ts";
import type { Invocation, Time } from "../runtime/invocation.ts";
import { problem } from "../runtime/problem.ts";
import { whatBroke } from "../runtime/what-broke.ts";

const deadlineMs = 5_000;

export interface SessionNeeds {
  readonly sessions: Sessions & SessionList;
  readonly directory: Pick<BindingDirectory, "describe">;
  readonly revocations: Revocations;
}

export interface SessionHandlerNeeds {
  /** Stores with calls that end at `deadline` and are timed. */
  readonly needsUntil: (deadline: AbortSignal, time: Time) => SessionNeeds;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly begin: () => Invocation;
}

interface Call extends SessionNeeds {
  readonly caller: AuthorizerContext;
  readonly now: () => number;
  /** `{id}` of the route, where it has one. */
  readonly id: string;
}

/** What a session's owner may do, behind the authorizer. */
const routes: Readonly<Record<string, (call: Call) => Promise<APIGatewayProxyStructuredResultV2>>> = {
  // The authorizer has just read all of this: no second read.
  "GET /session": async ({ caller: { userId, appId, createdAt, expiresAt } }) =>
    json(200, { userId, appId, createdAt, expiresAt }),

  "DELETE /session": async ({ caller, sessions }) => removeSession(caller, caller.sessionHandle, sessions),

  "GET /sessions": async ({ caller, directory, sessions, now }) => {
    const key = identityKey(caller);
    const binding = await directory.describe(key);
    const live = binding ? await liveSessions(key, binding, sessions, now()) : [];
    return json(200, { sessions: live.map((session) => view(session, caller)) });
  },

  "DELETE /sessions": async ({ caller, revocations, now }) => {
    await endSessionsOfIdentity(caller, now, revocations);
    return noContent();
  },

  "DELETE /sessions/{id}": async ({ caller, id, sessions }) => removeSession(caller, id, sessions),

  "DELETE /binding": async ({ caller, revocations, now }) => {
    await unbindIdentity(caller, caller.userId, now, revocations);
    return noContent();
  },
};

export function sessionHandler({ needsUntil, now, begin }: SessionHandlerNeeds) {
  return async (event: APIGatewayProxyEventV2): Promise<APIGatewayProxyStructuredResultV2> => {
    const { log, time } = begin();
    const { requestId } = event.requestContext;
    const line = { event: "session", route: event.routeKey, requestId };
    try {
      const caller = sessionOf(event);
      const route = routes[event.routeKey];
      if (!route) throw new Error("No such route here");
      const needs = needsUntil(AbortSignal.timeout(deadlineMs), time);
      const answer = await route({ ...needs, caller, now, id: event.pathParameters?.id ?? "" });
      const identity = Buffer.from(identityKey(caller)).toString("base64url");
      log({ ...line, outcome: "done", status: answer.statusCode ?? 200, userId: caller.userId, identity });
      return answer;
    } catch (error) {
      const { code, facts } = whatBroke(error);
      log({ ...line, outcome: code, status: errors[code].status, ...facts });
      return problem(code, requestId, {}, "elsewhere");
    }
  };
}

/** Only ever one of the caller's own: the key begins with their identity. An unknown id is as good as gone. */
async function removeSession(caller: AuthorizerContext, id: string, sessions: Sessions) {
  const key = sessionKeyOf(identityKey(caller), id);
  if (key) await sessions.remove(key);
  return noContent();
}

function view({ secretHash, createdAt, expiresAt, device }: Session, caller: AuthorizerContext) {
  const id = sessionHandle(secretHash);
  return {
    id,
    createdAt: iso(createdAt),
    expiresAt: iso(expiresAt * 1000),
    current: id === caller.sessionHandle,
    ...(device !== undefined && { device }),
  };
}
