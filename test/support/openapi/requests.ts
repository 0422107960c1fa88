import { findOperation, mediaType, member, members } from "./document.ts";
import { violations } from "./schemas.ts";

export interface ApiRequest {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Why openapi.yaml calls a request invalid; empty when it describes it. */
export function outsideDocument({ method, path, headers, body }: ApiRequest): string[] {
  const operation = findOperation(method, path);
  if (!operation) return ["there is no such operation"];
  const { security } = operation.value;
  const isProtected = Array.isArray(security) && security.length > 0;
  if (isProtected && !/^Bearer +\S+$/i.test(headers.authorization ?? "")) return ["there is no session"];

  const described = member(operation, "requestBody");
  if (!described) return [];
  const type = headers["content-type"];
  const media = members(member(described, "content")).find(([it]) => it === mediaType(type ?? ""))?.[1];
  if (!media) return [`the content-type is ${type}`];
  const schema = member(media, "schema");
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder().decode(body));
  } catch {
    return ["the body is not JSON"];
  }
  return schema ? violations(schema, value) : [];
}
