/** A control that cannot be carried out: `field` names what is wrong with it, `example` is an input that would do. */
export class ControlError extends Error {
  readonly field: string;
  readonly example: unknown;

  /** `problem` continues a sentence that starts with the field: "must be true or false". Never quote a value in it. */
  constructor(field: string, problem: string, example: unknown) {
    super(`"${field}" ${problem}`);
    this.name = "ControlError";
    this.field = field;
    this.example = example;
  }
}

/** Reads typed fields out of somebody else's JSON. Both throw a ControlError that names the field. */
export type FieldReader = {
  optional: <T>(field: string, kind: Kind<T>) => T | undefined;
  required: <T>(field: string, kind: Kind<T>) => T;
};

/** What a field may be: a check, and the words that complete "must be …". */
export type Kind<T> = { is: (value: unknown) => value is T; words: string };

/** A reader of `input`. Throws a ControlError if it is no JSON object or has a field that is not `known`. */
export function readFields(input: unknown, known: readonly string[], example: unknown): FieldReader {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw new ControlError("body", "must be a JSON object", example);
  }
  const values = new Map<string, unknown>(Object.entries(input));
  for (const field of values.keys()) {
    // A misspelt field that is silently ignored would leave a test green for the wrong reason.
    if (!known.includes(field))
      throw new ControlError(field, `is unknown; known are ${known.join(", ")}`, example);
  }
  function optional<T>(field: string, kind: Kind<T>): T | undefined {
    const value = values.get(field);
    if (value === undefined) return undefined;
    if (!kind.is(value)) throw new ControlError(field, `must be ${kind.words}`, example);
    return value;
  }
  function required<T>(field: string, kind: Kind<T>): T {
    const value = optional(field, kind);
    if (value === undefined) throw new ControlError(field, "is missing", example);
    return value;
  }
  return { optional, required };
}

/** A string with at least one character. */
export const text: Kind<string> = {
  is: (value): value is string => typeof value === "string" && value !== "",
  words: "a string that is not empty",
};

/** true or false. */
export const flag: Kind<boolean> = {
  is: (value) => typeof value === "boolean",
  words: "true or false",
};

/** A whole number from `min` to `max`, both included. */
export function integer(min: number, max: number): Kind<number> {
  return {
    is: (value): value is number =>
      typeof value === "number" && Number.isInteger(value) && value >= min && value <= max,
    words: `a whole number from ${min} to ${max}`,
  };
}

/** One of the given words. */
export function oneOf<T extends string>(choices: readonly T[]): Kind<T> {
  return {
    is: (value): value is T => choices.some((choice) => choice === value),
    words: `one of ${choices.join(", ")}`,
  };
}
