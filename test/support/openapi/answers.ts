import { expect } from "vitest";
import { find, findOperation, mediaType, member, members, type Place } from "./document.ts";
import { violations } from "./schemas.ts";

/** Fails when openapi.yaml does not allow this answer to `method path`. */
export function expectInContract(
  method: string,
  path: string,
  status: number,
  headers: Headers,
  bodyText: string,
): void {
  const wrong = outsideContract(method, path, status, headers, bodyText);
  if (wrong.length > 0) {
    expect.fail(`openapi.yaml does not allow this answer:\n${wrong.map((line) => `- ${line}`).join("\n")}`);
  }
}

/** What openapi.yaml does not allow about an answer, with operation, status and JSON pointer; empty when it fits. */
export function outsideContract(
  method: string,
  path: string,
  status: number,
  headers: Headers,
  bodyText: string,
): string[] {
  const operation = findOperation(method, path);
  const name = operation ? `${method} ${operation.path}` : `${method} ${path} (not an operation)`;
  const at = (what: string) => [`${name}, ${status}: ${what}`];

  const listed: [string, Place | undefined][] = operation
    ? members(member(operation, "responses"))
    : [["404", find("/components/responses/NotFound")]];
  const response = listed.find(([it]) => it === String(status))?.[1];
  if (!response) return at(`the status is none of ${listed.map(([it]) => it).join(", ")}`);

  const contentType = headers.get("content-type");
  const type = contentType === null ? undefined : mediaType(contentType);
  const wrong = members(member(response, "headers"))
    .flatMap(([header, described]) => aboutHeader(header, described, headers.get(header), type))
    .flatMap(at);

  const types = members(member(response, "content"));
  if (types.length === 0) {
    if (bodyText !== "" || type !== undefined) wrong.push(...at("there must be no body and no content-type"));
    return wrong;
  }
  const media = types.find(([it]) => it === type)?.[1];
  if (!media) {
    const known = types.map(([it]) => it).join(", ");
    return [...wrong, ...at(`the content-type is ${contentType ?? "missing"}, and none of ${known}`)];
  }
  if (method === "HEAD") return bodyText === "" ? wrong : [...wrong, ...at("there must be no body")];

  const body = readJson(bodyText);
  if (!body) return [...wrong, ...at("the body is not JSON")];
  const schema = member(media, "schema");
  if (!schema) return [...wrong, ...at(`${media.pointer} has no schema`)];
  return [...wrong, ...violations(schema, body.value).flatMap((line) => at(`${type}: ${line}`))];
}

/** `x-required-with` names the media type with which an otherwise optional header must be there. */
function aboutHeader(
  name: string,
  described: Place,
  value: string | null,
  type: string | undefined,
): string[] {
  const { required, "x-required-with": requiredWith } = described.value;
  if (value === null) {
    return required === true || requiredWith === type ? [`the header ${name} is missing`] : [];
  }
  const schema = member(described, "schema");
  if (!schema) return [];
  const typed = schema.value.type === "integer" ? Number(value) : value;
  return violations(schema, typed).map((line) => `the header ${name}: ${line}`);
}

function readJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}
