/** Reads a value that came from elsewhere; undefined where it has another shape. */
export type Read<T> = (value: unknown) => T | undefined;

export function listOf<T>(value: unknown, read: Read<T>): T[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = value.map(read).filter((item) => item !== undefined);
  return items.length === value.length ? items : undefined;
}

export function member(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

export function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function oneOf<T extends string>(value: unknown, ...choices: readonly T[]): T | undefined {
  return choices.find((choice) => choice === value);
}
