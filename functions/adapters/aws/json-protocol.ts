import type { Service } from "./service.ts";

/**
 * A service that speaks https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html, for the operations used here:
 * what goes to and fro is JSON as it is, but for bytes, which are base64. The SDK walks a schema of every shape instead,
 * byte by byte: 0.07 of what the authorizer's read costs with everything at its default.
 *
 * `target` stands in the header `x-amz-target`, before the name of the operation.
 */
export function jsonService({
  target,
  version,
  ...names
}: Pick<Service, "host" | "id"> & { readonly target: string; readonly version: "1.0" | "1.1" }): Service {
  const contentType = `application/x-amz-json-${version}`;
  return {
    ...names,
    write: (operation, input) => ({
      path: "/",
      headers: { "content-type": contentType, "x-amz-target": `${target}.${operation}` },
      body: JSON.stringify(withBase64(input)),
    }),
    read: ({ body }) => parse(body),
  };
}

function withBase64(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Uint8Array) return buffer(value).toString("base64");
  if (Array.isArray(value)) return value.map(withBase64);
  const written: Record<string, unknown> = {};
  for (const [name, member] of Object.entries(value)) written[name] = withBase64(member);
  return written;
}

/** Throws for what is no JSON object. */
export function parse(body: Uint8Array): Record<string, unknown> {
  const value: unknown = JSON.parse(body.length > 0 ? buffer(body).toString("utf8") : "{}");
  if (!isRecord(value)) throw new Error("AWS's answer is not a JSON object");
  readBase64(value);
  return value;
}

/**
 * In the answers to the operations used here, a string called `B`, and strings in a list called `BS`, are bytes and
 * nothing else: attributes, which may have any name, are objects. In place, because a reviver takes ten times as long.
 */
function readBase64(within: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(within)) {
    if (name === "B" && typeof value === "string") within[name] = Buffer.from(value, "base64");
    else if (name === "BS" && isStrings(value))
      within[name] = value.map((text) => Buffer.from(text, "base64"));
    else if (isRecord(value)) readBase64(value);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.length > 0 && value.every((member) => typeof member === "string");
}

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
