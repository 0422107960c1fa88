/** The fields of a JSON object that was posted; 44002 for an empty body, 47001 for anything else. */
export function jsonBody(
  body: string,
): { fields: ReadonlyMap<string, unknown> } | { errcode: 44002 | 47001 } {
  if (body === "") return { errcode: 44002 };
  try {
    const json: unknown = JSON.parse(body);
    if (typeof json === "object" && json !== null && !Array.isArray(json)) {
      return { fields: new Map<string, unknown>(Object.entries(json)) };
    }
  } catch {
    // As any other body that is no object.
  }
  return { errcode: 47001 };
}

/** A field that is text, and not empty. */
export function textOf(fields: ReadonlyMap<string, unknown>, field: string): string | undefined {
  const value = fields.get(field);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The same of what was posted, which may be anything. */
export function textIn(body: string, field: string): string | undefined {
  const json = jsonBody(body);
  return "fields" in json ? textOf(json.fields, field) : undefined;
}
