import type { ServerResponse } from "node:http";
import { ControlError, flag, readFields, text } from "./control-input.ts";
import type { Controls } from "./controls.ts";
import type { Handler } from "./server.ts";
import { readTrouble, troubleExample } from "./trouble.ts";

type Route = {
  method: "GET" | "POST" | "DELETE";
  /** A last segment `{user}` stands for any. */
  path: string;
  does: string;
  body?: unknown;
  run: (body: unknown, segment: string) => unknown;
};

/** Answers under `/_sim/` in JSON: 200, or 400 `{ error, field, example }`, 404, 405. */
export function controlHandler(controls: Controls, appids: readonly string[]): Handler {
  const routes = controlRoutes(controls, appids);
  return async (request, response) => {
    const path = request.path === "/_sim" ? "/_sim/" : request.path;
    const slash = path.lastIndexOf("/") + 1;
    const here = routes.filter(
      (route) => route.path === path || route.path === `${path.slice(0, slash)}{user}`,
    );
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
      send(response, 200, route.run(body, decoded(path.slice(slash))));
    } catch (error) {
      if (!(error instanceof ControlError)) throw error;
      send(response, 400, { error: error.message, field: error.field, example: error.example });
    }
  };
}

function controlRoutes(controls: Controls, appids: readonly string[]): Route[] {
  const login = { user: "alice", appid: appids[0] };
  const secret = { appid: appids[0], secret: "the-new-secret" };
  const troubles = () => ({ pending: controls.troubles });
  const routes: Route[] = [
    { method: "GET", path: "/_sim/", does: "this list", run: () => ({ apps: appids, controls: index() }) },
    {
      method: "POST",
      path: "/_sim/login",
      does: "wx.login on that user's phone: a code for one exchange within 5 minutes; appid may be left out",
      body: login,
      run(body) {
        const fields = readFields(body, ["user", "appid"], login);
        return { code: controls.login(fields.required("user", text), fields.optional("appid", text)) };
      },
    },
    {
      method: "POST",
      path: "/_sim/users/{user}",
      does: "shows a user's identities; blocks (40226) or unblocks the user",
      body: { blocked: true },
      run(body, user) {
        if (user === "") throw new ControlError("user", "is missing in the path", "/_sim/users/alice");
        const fields = readFields(body, ["blocked"], { blocked: true });
        return controls.user(user, { blocked: fields.optional("blocked", flag) });
      },
    },
    {
      method: "POST",
      path: "/_sim/secret",
      does: "rotates an app's secret; the one before it is refused (40125)",
      body: secret,
      run(body) {
        const fields = readFields(body, ["appid", "secret"], secret);
        const appid = fields.required("appid", text);
        controls.rotateSecret(appid, fields.required("secret", text));
        return { appid };
      },
    },
    {
      method: "POST",
      path: "/_sim/trouble",
      does:
        "makes calls misbehave: one of errcode, status, body (html, truncated, oversize, no_openid), drop (before, " +
        "after); with any: latencyMs, drip { bytes, everyMs }, contentType, spendsCode, path, times",
      body: troubleExample,
      run(body) {
        controls.trouble(readTrouble(body));
        return troubles();
      },
    },
    { method: "GET", path: "/_sim/trouble", does: "troubles still to come", run: troubles },
    {
      method: "DELETE",
      path: "/_sim/trouble",
      does: "clears all troubles",
      run() {
        controls.clearTrouble();
        return troubles();
      },
    },
    {
      method: "GET",
      path: "/_sim/requests",
      does: "calls so far, without secrets; successful exchanges; calls per TCP connection",
      run: () => ({
        exchanges: controls.exchanges,
        connections: controls.connections,
        requests: controls.requests,
      }),
    },
  ];
  const index = () =>
    routes.map(({ method, path, does, body }) => ({ call: `${method} ${path}`, does, body }));
  return routes;
}

function parsed(body: string, example: unknown): unknown {
  if (body === "") return {};
  try {
    return JSON.parse(body);
  } catch {
    throw new ControlError("body", "must be JSON", example);
  }
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    throw new ControlError("user", "must be percent-encoded UTF-8 in the path", "/_sim/users/alice");
  }
}

function send(response: ServerResponse, status: number, json: unknown): void {
  response.statusCode = status;
  response.setHeader("Content-Type", "application/json; charset=utf-8");
  response.end(`${JSON.stringify(json, null, 2)}\n`);
}
