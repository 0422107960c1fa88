import { isRecord } from "../../local/aws/json.ts";
import type { Watch } from "../../local/watch.ts";
import { detailsOf, outcomeOf, readable, tableOf } from "./details.ts";
import type { EventHub, Lane } from "./events.ts";
import type { WeChatEvents } from "./wechat-events.ts";

/** By a function's label: those that only props ask for, too. */
const lanes: readonly (readonly [RegExp, Lane])[] = [
  [/authorizer/i, "authorizer"],
  [/verifier/i, "verifier"],
  [/login|session|admin|phone|open-?data|token/i, "login"],
];

function laneOf(label: string): Lane {
  return lanes.find(([pattern]) => pattern.test(label))?.[1] ?? "lambda";
}

/** Makes arrows of what the laptop tells. */
export function laptopEvents(hub: EventHub, weChat: WeChatEvents): Watch {
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
      const to = laneOf(fn.label);
      const from = to === "verifier" ? "login" : fn.label === "admin" ? "login" : "gateway";
      const event = readable(payload);
      const action = fn.label === "admin" && isRecord(event) ? ` ${event.action}` : "";
      const ended = hub.call({ from, to, label: `invoke ${fn.label}${action}`, details: detailsOf(event) });
      return (result) => {
        if (to === "login") weChat.answered();
        ended(outcomeOf(result?.functionError ? undefined : result?.payload));
      };
    },

    awsCall(fn, { action, resources, input }) {
      const from = laneOf(fn.label);
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
