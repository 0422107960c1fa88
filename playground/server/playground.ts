import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AwsEndpointOptions } from "../../local/aws/endpoint.ts";
import { isRecord } from "../../local/aws/json.ts";
import type { Laptop } from "../../local/laptop.ts";
import type { Watch } from "../../local/watch.ts";
import type { LoggedRequest } from "../../simulator/request-log.ts";
import type { WeChatSimulator } from "../../simulator/simulator.ts";
import { ControlError, createControls } from "./controls.ts";
import { eventHub } from "./events.ts";
import { staticFile } from "./files.ts";
import { laptopEvents } from "./laptop-events.ts";
import { createMask } from "./mask.ts";
import { tableRows } from "./rows.ts";
import { accountState, isBound, readTables } from "./tables.ts";
import { weChatEvents } from "./wechat-events.ts";

const prefix = "/_playground/";
const maxBodyCharacters = 10_000;

/** Nothing comes from elsewhere, nothing goes elsewhere, and nobody may put the page into a frame. */
const headers = {
  "content-security-policy":
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "cache-control": "no-store",
};

export interface Playground {
  /** Behind the # of the page's address. Without it nobody sees what happens, or moves a control. */
  readonly key: string;
  readonly watch: Watch;
  /** To be told of the calls that the simulator logs. */
  weChatCalled(request: LoggedRequest): void;
  readonly intercept: NonNullable<AwsEndpointOptions["intercept"]>;
  /** Answers `GET /` and everything under `/_playground/`; false: the request is not for the playground. */
  answer(request: IncomingMessage, response: ServerResponse): boolean;
  /** From here on the page shows what happens on this laptop. What happened before was its setting up. */
  connect(laptop: Laptop): void;
}

/** The page at `http://localhost:PORT/#KEY`: the flow on a phone, what it sets off, and what the tables hold then. */
export function createPlayground(simulator: WeChatSimulator): Playground {
  const mask = createMask();
  const hub = eventHub(mask, Date.now);
  const controls = createControls(simulator, hub);
  const weChat = weChatEvents(hub);
  const watch = laptopEvents(hub, weChat);
  const key = randomBytes(18).toString("base64url");
  let laptop: Laptop | undefined;

  /** Of a script's request in a header, which no page of another site can send, and of an EventSource in its query. */
  function hasKey({ url = "", headers }: IncomingMessage): boolean {
    const given = String(headers["x-playground-key"] ?? new URLSearchParams(url.split("?")[1]).get("key"));
    return given.length === key.length && timingSafeEqual(Buffer.from(given), Buffer.from(key));
  }

  async function respond(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method } = request;
    const file = method === "POST" ? undefined : await staticFile(path);
    if (file) return send(response, 200, file.type, file.body);
    if (!hasKey(request)) return json(response, 403, { error: "key_missing" });
    if (method === "POST") return post(path, request, response);
    return method === "GET"
      ? get(path, request, response)
      : json(response, 405, { error: "method_not_allowed" });
  }

  async function get(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (path === `${prefix}events`) return stream(request, response);
    if (path !== `${prefix}state` || !laptop) return json(response, 404, { error: "not_found" });
    const routes = laptop.assembly.routes.map(({ routeKey }) => routeKey);
    const openid = controls.openidOf(new URLSearchParams(request.url?.split("?")[1]).get("user") ?? "alice");
    const items = await readTables(laptop);
    json(response, 200, {
      ...controls.state(),
      routes,
      bound: isBound(items, openid),
      account: accountState(items),
      tables: tableRows(items, mask, Date.now()),
    });
  }

  async function post(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const all = laptop ? controls.of(laptop) : {};
    const name = path.slice(prefix.length);
    const control = path.startsWith(prefix) && Object.hasOwn(all, name) ? all[name] : undefined;
    if (!control) return json(response, 404, { error: "not_found" });
    const fields = await readJson(request);
    if (!fields) return json(response, 400, { error: "invalid_json" });
    json(response, 200, await control(fields));
  }

  /** Server-Sent Events; a page that comes back gets what it has missed. */
  function stream(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, { ...headers, "content-type": "text/event-stream" });
    response.write("retry: 1000\n\n");
    const unsubscribe = hub.subscribe(Number(request.headers["last-event-id"] ?? 0), (event) => {
      response.write(`id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`);
    });
    response.on("close", unsubscribe);
  }

  const quiet = () => () => {};
  return {
    key,
    watch: {
      request: (it) => (laptop ? watch.request(it) : quiet()),
      invocation: (fn, payload) => (laptop ? watch.invocation(fn, payload) : quiet()),
      awsCall: (fn, call) => (laptop ? watch.awsCall(fn, call) : quiet()),
    },
    weChatCalled: (request) => laptop && weChat.called(request),
    intercept: controls.intercept,
    answer(request, response) {
      const path = (request.url ?? "").replace(/[?#].*/, "");
      const isPage = path === "/" && (request.method === "GET" || request.method === "HEAD");
      if (!isPage && !path.startsWith(prefix)) return false;
      respond(path, request, response).catch((error) => {
        if (error instanceof ControlError) return json(response, 400, { error: error.message });
        console.error(error);
        if (response.headersSent) response.destroy();
        else json(response, 500, { error: "failed" });
      });
      return true;
    },
    connect(started) {
      laptop = started;
    },
  };
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown> | undefined> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8")) {
    if (text.length <= maxBodyCharacters) text += chunk;
  }
  try {
    const fields: unknown = JSON.parse(text);
    return isRecord(fields) && text.length <= maxBodyCharacters ? fields : undefined;
  } catch {
    return undefined;
  }
}

function json(response: ServerResponse, status: number, body: object): void {
  send(response, status, "application/json", JSON.stringify(body));
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { ...headers, "content-type": `${type}; charset=utf-8` });
  response.end(body);
}
