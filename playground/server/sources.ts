import { isRecord } from "../../local/aws/json.ts";
import type { Watch } from "../../local/watch.ts";
import type { WeChatSimulator } from "../../simulator/simulator.ts";
import type { EventHub, Lane, Outcome } from "./events.ts";
import { mostCharacters } from "./mask.ts";

const pollMs = 10;
const lanes: Readonly<Record<string, Lane>> = {
  login: "login",
  session: "login",
  admin: "login",
  authorizer: "authorizer",
  verifier: "verifier",
};

const asksWeChat = ["login", "admin"];

/** Makes arrows of what the laptop and the simulator tell. */
export function watchFor(hub: EventHub, simulator: WeChatSimulator): Watch {
  const weChat = weChatArrows(hub, simulator);
  return {
    request({ method, path, authorized, body }) {
      const ended = hub.call({
        from: "phone",
        to: "gateway",
        label: `${method} ${path}`,
        details: {
          method,
          path,
          ...(authorized && { authorization: "Bearer" }),
          ...(body.length > 0 && { body: readable(body) }),
        },
      });
      return ({ status, body }) => {
        const json = readable(body);
        const said = isRecord(json) ? (json.code ?? json.message) : undefined;
        ended({
          label: [status, said].filter((part) => part !== undefined).join(" "),
          ok: status < 400,
          details: { status, ...(body.length > 0 && { body: json }) },
        });
      };
    },

    invocation(fn, payload) {
      const to = lanes[fn.label] ?? "lambda";
      const from = to === "verifier" ? "login" : fn.label === "admin" ? "login" : "gateway";
      const event = readable(payload);
      const action = fn.label === "admin" && isRecord(event) ? ` ${event.action}` : "";
      const ended = hub.call({ from, to, label: `invoke ${fn.label}${action}`, details: essence(event) });
      const landed = asksWeChat.includes(fn.label) ? weChat.calls() : undefined;
      return (result) => {
        landed?.();
        ended(outcomeOf(result?.functionError ? undefined : result?.payload));
      };
    },

    awsCall(fn, { action, resources, input }) {
      const from = lanes[fn.label] ?? "lambda";
      const [service = "", operation = ""] = action.split(":");
      if (service === "lambda") return () => {};
      if (from === "login" && service === "dynamodb") weChat.answered();
      const tables = resources.map((arn) => tableOf(arn)).filter((name) => name !== "");
      const ended = hub.call({
        from,
        to: service === "dynamodb" ? "dynamodb" : from,
        label: service === "dynamodb" ? `${operation} ${tables.join(", ")}` : `AWS ${operation}`,
        details: { action, ...(tables.length > 0 && { tables }), input },
      });
      return (outcome) => {
        const failed = "error" in outcome;
        ended({
          label: failed ? outcome.error : "done",
          ok: !failed,
          details: failed ? { error: outcome.error } : { output: outcome.output },
        });
      };
    },
  };
}

/**
 * WeChat's log tells of calls only, so they are looked for while a function that makes them runs; the answer has come when it
 * goes on to the database, or ends.
 */
function weChatArrows(hub: EventHub, { requests }: WeChatSimulator) {
  let seen: WeChatSimulator["requests"][number] | undefined;
  let running = 0;
  let timer: NodeJS.Timeout | undefined;
  const open: (() => void)[] = [];

  function look(): void {
    // By the entry, not by the count: the log forgets its oldest.
    const from = seen === undefined ? 0 : requests.indexOf(seen) + 1;
    for (const request of requests.slice(from)) {
      const { path, appId, errcode, trouble } = request;
      const label = path.slice(path.lastIndexOf("/") + 1);
      const ended = hub.call({
        from: "login",
        to: "wechat",
        label,
        details: { path, appid: appId, js_code: "code", secret: "AppSecret" },
      });
      const said =
        errcode === undefined ? "no verdict" : errcode === 0 ? "openid, session_key" : `errcode ${errcode}`;
      open.push(() =>
        ended({
          label: said,
          ok: errcode === 0 && trouble === undefined,
          details: { errcode, ...(trouble && { trouble }) },
        }),
      );
    }
    seen = requests.at(-1) ?? seen;
  }

  function answered(): void {
    look();
    for (const end of open.splice(0)) end();
  }

  return {
    answered,
    /** While such a function runs; returns what ends that. */
    calls(): () => void {
      running++;
      timer ??= setInterval(look, pollMs).unref();
      return () => {
        answered();
        running--;
        if (running > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
    },
  };
}

/** Of an HTTP API's event, what a reader looks for; anything else as it is. */
function essence(event: unknown): unknown {
  if (!isRecord(event) || typeof event.routeKey !== "string") return event;
  const { routeKey, pathParameters, body, requestContext, isBase64Encoded } = event;
  const authorizer = isRecord(requestContext) ? requestContext.authorizer : undefined;
  return {
    routeKey,
    ...(pathParameters !== undefined && { pathParameters }),
    ...(typeof body === "string" && { body: isBase64Encoded === true ? "(not text)" : readable(body) }),
    ...(authorizer !== undefined && { authorizer }),
  };
}

function outcomeOf(payload: string | undefined): Outcome {
  if (payload === undefined) return { label: "failed", ok: false };
  const result = readable(payload);
  if (!isRecord(result)) return { label: "done", ok: true, details: result };
  const { statusCode, isAuthorized, refused, userId, body } = result;
  if (typeof statusCode === "number") {
    const details = { statusCode, ...(typeof body === "string" && body !== "" && { body: readable(body) }) };
    return { label: String(statusCode), ok: statusCode < 400, details };
  }
  if (typeof isAuthorized === "boolean") {
    return { label: isAuthorized ? "allowed" : "refused", ok: isAuthorized, details: result };
  }
  if (typeof refused === "string") return { label: `refused: ${refused}`, ok: false, details: result };
  return { label: typeof userId === "string" ? userId : "done", ok: true, details: result };
}

/**
 * JSON, or how much there was: what is not JSON has no names by which secrets could be found, and what is too long to be
 * shown is not worth reading.
 */
function readable(body: string | Buffer): unknown {
  if (body.length > mostCharacters) return `(${body.length} bytes)`;
  const text = body.toString();
  try {
    return JSON.parse(text);
  } catch {
    return `(${text.length} characters that are no JSON)`;
  }
}

/** `arn:…:table/WeappLogin-Bindings1234` is told as `Bindings`. */
function tableOf(arn: string): string {
  const name = /:table\/([^/]+)/.exec(arn)?.[1] ?? "";
  return /(Bindings|Sessions|Attempts|Accounts)/i.exec(name)?.[1] ?? name;
}
