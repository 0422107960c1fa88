import { jsonEvent } from "../api-event.ts";
import type { VirtualTime } from "../virtual-time.ts";
import type { ApiAnswer } from "./answer-checks.ts";
import type { Cloud, Result } from "./cloud.ts";
import type { deployed } from "./environments.ts";
import type { Invocation } from "./network.ts";
import type { SimulatedFunction } from "./runtime.ts";

export interface ApiCall {
  /** `GET /session`; `{id}` stands for `id`. */
  readonly route: string;
  readonly session?: string;
  readonly id?: string;
  readonly body?: object;
  readonly sourceIp: string;
}

export interface Answered extends ApiAnswer {
  /** Of all functions that had a part in it. */
  readonly troubles: readonly string[];
}

export interface GatewayEvents {
  /** A session is asked about; returns what is to be told whether it is let in, or undefined where that remains unknown. */
  readonly authorizing: (
    session: string,
  ) => (allowed: boolean | undefined, by: Invocation, context: Readonly<Record<string, unknown>>) => void;
}

export interface Gateway {
  call(call: ApiCall, begun?: (invocation: Invocation) => void): Promise<Answered>;
}

export const ownersRoute = "GET /shop";

/** Those that are not the session function's. */
const functionOf: Readonly<Record<string, SimulatedFunction>> = {
  "POST /phone": "phone",
  "POST /open-data": "open-data",
};

/** An HTTP API in front of the functions. `cacheSeconds`: for the owner's routes. */
export function gateway(
  { time, cloud, names }: { time: VirtualTime; cloud: Cloud; names: ReturnType<typeof deployed> },
  cacheSeconds: number,
  { authorizing }: GatewayEvents,
): Gateway {
  const cached = new Map<string, number>();
  let requests = 0;

  async function authorize(event: { headers?: object }, session: string): Promise<Verdict> {
    const authorized = authorizing(session);
    let invocation: Invocation | undefined;
    const result = await cloud.invoke(names.authorizer, event, (it) => {
      invocation = it;
    });
    const { isAuthorized, context } = Object("answer" in result ? result.answer : undefined);
    const allowed = typeof isAuthorized === "boolean" ? isAuthorized : undefined;
    if (invocation) authorized(allowed, invocation, Object(context));
    return { allowed, context, troubles: invocation?.troubles ?? [] };
  }

  return {
    async call({ route, session, id, body, sourceIp }, begun) {
      const [method = "", path = ""] = route.split(" ");
      const pathWithId = path.replace("{id}", id ?? "");
      const event = jsonEvent(body ?? "", {
        method,
        path: pathWithId,
        sourceIp,
        requestId: `request-${++requests}`,
        headers: { ...(session !== undefined && { authorization: `Bearer ${session}` }) },
      });
      const routed = { ...event, routeKey: route };
      let invocation: Invocation | undefined;
      const begin = (it: Invocation) => {
        invocation = it;
        begun?.(it);
      };
      if (path === "/login") {
        const result = await cloud.invoke(names.login, routed, begin);
        return { ...answerOf(result), troubles: invocation?.troubles ?? [] };
      }
      if (session === undefined) return { ...refusal(401, "Unauthorized"), troubles: [] };
      if (route === ownersRoute && (cached.get(session) ?? 0) > time.now) {
        return { status: 200, headers: {}, text: "{}", troubles: [] };
      }
      const { allowed, context, troubles } = await authorize(routed, session);
      if (allowed === undefined) return { ...refusal(500, "Internal Server Error"), troubles };
      if (!allowed) return { ...refusal(403, "Forbidden"), troubles };
      if (route === ownersRoute) {
        cached.set(session, time.now + cacheSeconds * 1_000);
        return { status: 200, headers: {}, text: "{}", troubles };
      }
      const requestContext = { ...routed.requestContext, routeKey: route, authorizer: { lambda: context } };
      const behind = { ...routed, requestContext, ...(id !== undefined && { pathParameters: { id } }) };
      const result = await cloud.invoke(functionOf[route] ?? "session", behind, begin);
      return { ...answerOf(result), troubles: [...troubles, ...(invocation?.troubles ?? [])] };
    },
  };
}

interface Verdict {
  readonly allowed: boolean | undefined;
  readonly context: unknown;
  readonly troubles: readonly string[];
}

function answerOf(result: Result): ApiAnswer {
  if ("failed" in result) return refusal(500, "Internal Server Error");
  const { statusCode, headers, body } = Object(result.answer);
  return { status: statusCode, headers, text: body ?? "" };
}

/** The gateway's own. */
function refusal(status: number, message: string): ApiAnswer {
  return { status, headers: { "content-type": "application/json" }, text: JSON.stringify({ message }) };
}
