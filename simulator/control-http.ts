import type { ServerResponse } from "node:http";
import { errcodes } from "./call.ts";
import { ControlError, flag, integer, type Kind, readFields, text } from "./control-input.ts";
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

/** What there is to control: the apps, and WeChat's calls as `GET /path`. */
export type Offer = { readonly appids: readonly string[]; readonly calls: readonly string[] };

/** Answers under `/_sim/` in JSON: 200, or 400 `{ error, field, example }`, 404, 405. */
export function controlHandler(controls: Controls, offer: Offer): Handler {
  const routes = controlRoutes(controls, offer);
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

const phoneNumberKind: Kind<string> = {
  is: (value): value is string => typeof value === "string" && /^\d{4,15}$/.test(value),
  words: "4 to 15 digits in a string",
};
const countryCodeKind: Kind<string | number> = {
  is: (value): value is string | number =>
    typeof value === "string" ? /^[1-9]\d{0,3}$/.test(value) : integer(1, 9999).is(value),
  words: "1 to 4 digits, as a string or a number",
};
const seconds = integer(1, 366 * 86_400);

function controlRoutes(controls: Controls, { appids, calls }: Offer): Route[] {
  const login = { user: "alice", appid: appids[0] };
  const person = { blocked: true, phoneNumber: "13800138000", countryCode: "86" };
  const clock = { forwardSeconds: 300 };
  const secret = { appid: appids[0], secret: "the-new-secret" };
  const troubles = () => ({ pending: controls.troubles });
  const routes: Route[] = [
    {
      method: "GET",
      path: "/_sim/",
      does: "this list, the apps, WeChat's calls and its errcodes",
      run: () => ({ apps: appids, calls, errcodes: Object.fromEntries(errcodes), controls: index() }),
    },
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
      path: "/_sim/phone",
      does: "a getPhoneNumber button on that user's phone: a code for the number, good once within 5 minutes",
      body: login,
      run(body) {
        const fields = readFields(body, ["user", "appid"], login);
        return { code: controls.phone(fields.required("user", text), fields.optional("appid", text)) };
      },
    },
    {
      method: "POST",
      path: "/_sim/userinfo",
      does: "wx.getUserInfo on that user's phone: open data under the present session_key",
      body: login,
      run(body) {
        const fields = readFields(body, ["user", "appid"], login);
        return controls.userInfo(fields.required("user", text), fields.optional("appid", text));
      },
    },
    {
      method: "POST",
      path: "/_sim/users/{user}",
      does:
        "shows a user's identities and phone number; blocks (40226) or unblocks the user, sets the number without " +
        "its country code, and the country code as a string or a number, to be sent as such",
      body: person,
      run(body, user) {
        if (user === "") throw new ControlError("user", "is missing in the path", "/_sim/users/alice");
        const fields = readFields(body, ["blocked", "phoneNumber", "countryCode"], person);
        return controls.user(user, {
          blocked: fields.optional("blocked", flag),
          phoneNumber: fields.optional("phoneNumber", phoneNumberKind),
          countryCode: fields.optional("countryCode", countryCodeKind),
        });
      },
    },
    {
      method: "POST",
      path: "/_sim/clock",
      does: "puts WeChat's clock ahead: codes and access_tokens get older, and quotas begin anew",
      body: clock,
      run(body) {
        controls.forward(readFields(body, ["forwardSeconds"], clock).required("forwardSeconds", seconds));
        return { now: new Date(controls.now).toISOString() };
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
