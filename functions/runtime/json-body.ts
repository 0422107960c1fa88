import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { ErrorCode } from "../../contract/errors.ts";
import type { ProblemDetails } from "./problem.ts";

const maxBytes = 4 * 1024;
const poisoned = new Set(["__proto__", "constructor", "prototype"]);
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const utf8 = new TextDecoder("utf-8", { fatal: true });

export interface BadRequest {
  readonly bad: ErrorCode;
  readonly details: ProblemDetails;
}

export function invalid(detail: string, ...fields: string[]): BadRequest {
  return { bad: "invalid_request", details: { detail, ...(fields.length > 0 && { fields }) } };
}

/** The body's own fields as a map, so that no name in it can reach a prototype; at most 4 KiB of JSON in UTF-8. */
export function readJsonObject(
  event: Pick<APIGatewayProxyEventV2, "body" | "headers" | "isBase64Encoded">,
): Map<string, unknown> | BadRequest {
  const mediaType = event.headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") {
    return {
      bad: "unsupported_media_type",
      details: { detail: "Send the body as JSON with the header content-type: application/json." },
    };
  }
  const body = event.body ?? "";
  if (event.isBase64Encoded && !base64.test(body)) return invalid("The body is not valid base64.");
  if (!body.isWellFormed()) return invalid("The body is not valid Unicode.");
  const bytes = Buffer.from(body, event.isBase64Encoded ? "base64" : "utf8");
  if (bytes.length > maxBytes) {
    return { bad: "payload_too_large", details: { detail: "The body may have at most 4096 bytes." } };
  }
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch {
    return invalid("The body is not JSON in UTF-8.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return invalid('The body must be a JSON object, like {"code": "…"}.');
  }
  const fields = new Map(Object.entries(value));
  for (const name of fields.keys()) {
    if (poisoned.has(name)) return invalid(`The field ${name} is not allowed.`, name);
  }
  return fields;
}

/**
 * A string field of 1 to `longest` characters, well-formed Unicode and without U+0000; undefined where it is absent.
 * An explicit null is a wrong type.
 */
export function readString(
  fields: Map<string, unknown>,
  name: string,
  longest: number,
): string | undefined | BadRequest {
  if (!fields.has(name)) return undefined;
  const value = fields.get(name);
  if (typeof value !== "string") return invalid(`The field ${name} must be a string.`, name);
  if (value === "") return invalid(`The field ${name} is empty.`, name);
  if ([...value].length > longest) {
    return invalid(`The field ${name} may have at most ${longest} characters.`, name);
  }
  if (!value.isWellFormed() || value.includes("\0")) {
    return invalid(`The field ${name} holds characters that are not allowed.`, name);
  }
  return value;
}

export function isBad(value: object | string | undefined): value is BadRequest {
  return typeof value === "object" && "bad" in value;
}
