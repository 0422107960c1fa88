import type { ServerResponse } from "node:http";
import { ControlError } from "../control-input.ts";
import type { ControlRoute } from "./control-routes.ts";
import { forbidden } from "./guard.ts";
import type { Handler } from "./server.ts";

/** Answers under `/_sim/` in JSON: 200, or 400 `{ error, field, example }`, 403, 404, 405, 415 `{ error }`. */
export function controlHandler(routes: readonly ControlRoute[]): Handler {
  return async (request, response) => {
    const refusal = forbidden(request);
    if (refusal !== undefined) {
      send(response, refusal.status, { error: refusal.error });
      return;
    }
    const path = request.path === "/_sim" ? "/_sim/" : request.path;
    const slash = path.lastIndexOf("/") + 1;
    const [parent, segment] = [path.slice(0, slash), path.slice(slash)];
    const here = routes.filter((route) => route.path === path || route.path.startsWith(`${parent}{`));
    const route = here.find(({ method }) => method === request.method);
    if (route === undefined) {
      const allow = here.map(({ method }) => method).join(", ");
      if (allow !== "") response.setHeader("Allow", allow);
      send(response, allow ? 405 : 404, {
        error: allow
          ? `This control is called with ${allow}.`
          : "There is no such control; GET /_sim/ lists them.",
      });
      return;
    }
    try {
      const body = parsed(request.body, route.body);
      send(response, 200, route.run(body, decoded(segment, route.path)));
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      send(response, 400, { error: error.message, field: error.field, example: error.example });
    }
  };
}

function parsed(body: string, example: unknown): unknown {
  if (body === "") return {};
  try {
    return JSON.parse(body);
  } catch {
    throw new ControlError("body", "must be JSON", example);
  }
}

function decoded(segment: string, path: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ControlError("path", "must be percent-encoded UTF-8", path);
  }
}

function send(response: ServerResponse, status: number, answer: unknown): void {
  response.statusCode = status;
  response.setHeader("Content-Type", "application/json; charset=utf-8");
  response.end(`${JSON.stringify(answer, asWeChatSpells, 2)}\n`);
}

/** `appId` is `appid` on the wire, here as in WeChat's own calls. */
function asWeChatSpells(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || !("appId" in value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name === "appId" ? "appid" : name, each]),
  );
}
