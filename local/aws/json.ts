/** An object with names, as opposed to null, a list or a scalar: the first look at foreign JSON. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
