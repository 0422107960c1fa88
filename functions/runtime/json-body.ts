import type { APIGatewayProxyEventV2 } from "aws-lambda";
import * as v from "valibot";
import type { RequestErrorCode } from "../../contract/errors.ts";

const maxBytes = 4 * 1024;
const maxBase64 = 4 * Math.ceil(maxBytes / 3);
const poisoned = ["__proto__", "constructor", "prototype"];
/** Only for what has a bound: over megabytes it runs out of stack. */
export const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Why a request is not even looked at; in words that repeat nothing of it. */
export interface BadRequest {
  readonly refused: RequestErrorCode;
  readonly detail: string;
  readonly fields?: readonly string[];
}

export function invalid(detail: string, ...fields: string[]): BadRequest {
  return { refused: "invalid_request", detail, ...(fields.length > 0 && { fields }) };
}

const tooLarge: BadRequest = {
  refused: "payload_too_large",
  detail: `The body may have at most ${maxBytes} bytes.`,
};

type BodyEvent = Partial<Pick<APIGatewayProxyEventV2, "body" | "headers" | "isBase64Encoded">>;

/** The fields of a JSON body. Other fields are ignored; a flaw's message completes a sentence that names its field. */
export function readFields<T extends object>(
  event: BodyEvent,
  schema: v.GenericSchema<unknown, T>,
): { readonly fields: T } | BadRequest {
  const json = readJsonObject(event);
  if ("refused" in json) return json;
  const read = v.safeParse(schema, json.body);
  if (read.success) return { fields: read.output };
  const [issue] = read.issues;
  const field = v.getDotPath(issue) ?? "";
  return invalid(`The field ${field} ${issue.message}.`, field);
}

/** At most 4 KiB of JSON in UTF-8. What is read has no prototype, so that no name in it can reach one. */
export function readJsonObject(
  event: BodyEvent,
): { readonly body: Readonly<Record<string, unknown>> } | BadRequest {
  const mediaType = event.headers?.["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (mediaType !== "application/json") {
    return {
      refused: "unsupported_media_type",
      detail: "Send the body as JSON with the header content-type: application/json.",
    };
  }
  const { body: text = "", isBase64Encoded } = event;
  // Its length first.
  if (text.length > (isBase64Encoded ? maxBase64 : maxBytes)) return tooLarge;
  if (isBase64Encoded && !base64.test(text)) return invalid("The body is not valid base64.");
  if (!text.isWellFormed()) return invalid("The body is not valid Unicode.");
  const bytes = Buffer.from(text, isBase64Encoded ? "base64" : "utf8");
  if (bytes.length > maxBytes) return tooLarge;
  let value: unknown;
  try {
    value = JSON.parse(utf8.decode(bytes));
  } catch {
    return invalid("The body is not JSON in UTF-8.");
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return invalid('The body must be a JSON object, like {"code": "…"}.');
  }
  const name = poisoned.find((it) => Object.hasOwn(value, it));
  if (name !== undefined) return invalid(`The field ${name} is not allowed.`, name);
  return { body: Object.assign(Object.create(null), value) };
}
