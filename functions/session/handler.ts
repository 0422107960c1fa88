import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { sessionDeadlineMs } from "../../contract/deadline-ms.ts";
import { generationIn } from "../../contract/session-generation.ts";
import { type AuthorizerContext, sessionOf } from "../../contract/session-of.ts";
import type { BindingDirectory } from "../core/binding.ts";
import { identityKey, identityText } from "../core/identity.ts";
import { iso } from "../core/iso.ts";
import { liveSessions } from "../core/live-session.ts";
import { endSessionsOfIdentity, type Revocations, unbindIdentity } from "../core/revocation.ts";
import { type Session, type SessionList, sessionHandle, sessionKeyOf } from "../core/session.ts";
import { json, noContent, noLongerValid } from "../runtime/answer.ts";
import { refusal } from "../runtime/problem.ts";
import type { LambdaFunction } from "../runtime/shell.ts";

export interface SessionDeps {
  readonly sessions: SessionList;
  readonly directory: Pick<BindingDirectory, "describe">;
  readonly revocations: Revocations;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

type Event = APIGatewayProxyEventV2;
type Answer = APIGatewayProxyStructuredResultV2;

interface Call extends SessionDeps {
  readonly caller: AuthorizerContext;
  /** The one that the caller's session was allowed under: what has been ended since changes nothing any more. */
  readonly generation: number;
  /** `{id}` of the route, where it has one. */
  readonly id: string;
}

/** What a session's owner may do, behind the authorizer. */
const routes: Readonly<Record<string, (call: Call) => Promise<Answer>>> = {
  // The authorizer has just read all of this: no second read.
  "GET /session": async ({ caller: { userId, appId, createdAt, expiresAt } }) =>
    json(200, { userId, appId, createdAt, expiresAt }),

  "DELETE /session": (call) => removeSession(call, call.caller.sessionHandle),

  "GET /sessions": async ({ caller, generation, directory, sessions, now }) => {
    const key = identityKey(caller);
    const binding = await directory.describe(key);
    if (binding?.userId !== caller.userId || binding.generation !== generation) return noLongerValid();
    const asking = sessionKeyOf(key, caller.sessionHandle);
    const live = await liveSessions(key, binding, sessions, now(), asking);
    return json(200, {
      sessions: live.sessions.map((session) => view(session, caller)),
      ...(live.more && { more: true }),
    });
  },

  "DELETE /sessions": async ({ caller, generation, revocations }) => {
    // Where the generation has moved, they have ended already.
    await endSessionsOfIdentity(caller, revocations, generation);
    return noContent();
  },

  "DELETE /sessions/{id}": (call) => removeSession(call, call.id),

  "DELETE /binding": async ({ caller, generation, revocations }) =>
    (await unbindIdentity(caller, caller.userId, revocations, generation)) ? noContent() : noLongerValid(),
};

export function sessionHandler(deps: SessionDeps): LambdaFunction<Event, Answer> {
  return {
    deadlineMs: sessionDeadlineMs,
    about: ({ routeKey, requestContext }) => ({
      event: "session",
      route: routeKey,
      requestId: requestContext.requestId,
    }),

    async handle(event) {
      const caller = sessionOf(event);
      const route = routes[event.routeKey];
      if (!route) throw new Error("No such route here");
      const generation = generationIn(event);
      const answer = await route({ ...deps, caller, generation, id: event.pathParameters?.id ?? "" });
      const status = answer.statusCode ?? 200;
      const who = { userId: caller.userId, identity: identityText(caller) };
      return { answer, line: { outcome: status === 403 ? "refused" : "done", status, ...who } };
    },

    broke: ({ code, facts }, event) => refusal(event, code, {}, facts, "elsewhere"),
  };
}

/** Only ever one of the caller's own: the key begins with their identity. An unknown id is as good as gone. */
async function removeSession({ caller, generation, sessions }: Call, id: string): Promise<Answer> {
  const key = sessionKeyOf(identityKey(caller), id);
  return !key || (await sessions.remove(key, generation)) ? noContent() : noLongerValid();
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
