import { isRecord } from "../../local/aws/json.ts";
import type { Outcome } from "./events.ts";
import { mostCharacters } from "./mask.ts";

/** Of an HTTP API's event, what a reader looks for; anything else as it is. */
export function detailsOf(event: unknown): unknown {
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

/** What came of an invocation; undefined: nothing, because it failed. */
export function outcomeOf(payload: string | undefined): Outcome {
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
export function readable(body: string | Buffer): unknown {
  if (body.length > mostCharacters) return `(${body.length} bytes)`;
  const text = body.toString();
  try {
    return JSON.parse(text);
  } catch {
    return `(${text.length} characters that are no JSON)`;
  }
}

/** `arn:…:table/WeappLogin-Bindings1234` is told as `Bindings`. */
export function tableOf(arn: string): string {
  const name = /:table\/([^/]+)/.exec(arn)?.[1] ?? "";
  return /(Bindings|Sessions|Attempts|Accounts)/i.exec(name)?.[1] ?? name;
}
