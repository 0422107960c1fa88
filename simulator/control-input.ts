import * as v from "valibot";

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

/**
 * Reads the fields of the schema, and no others, out of somebody else's JSON. Throws a ControlError that names the first
 * one that is wrong: a misspelt field that is silently ignored would leave a test green for the wrong reason.
 */
export function readInput<Schema extends v.StrictObjectSchema<v.ObjectEntries, undefined>>(
  schema: Schema,
  input: unknown,
  example: unknown,
): v.InferOutput<Schema> {
  if (typeof input !== "object" || input === null || Array.isArray(input)) {
    throw new ControlError("body", "must be a JSON object", example);
  }
  const result = v.safeParse(schema, input, { abortEarly: true });
  if (result.success) return result.output;
  const [{ type, path = [], expected, message }] = result.issues;
  const field = String(path.findLast(({ key }) => typeof key === "string")?.key);
  if (type !== "strict_object" || expected === "Object") throw new ControlError(field, message, example);
  const known = path.length === 1 ? `; known are ${Object.keys(schema.entries).join(", ")}` : "";
  throw new ControlError(field, expected === "never" ? `is unknown${known}` : "is missing", example);
}

const mustBeText = "must be a string that is not empty";
/** A string with at least one character. */
export const text = v.pipe(v.string(mustBeText), v.nonEmpty(mustBeText));

/** true or false. */
export const flag = v.boolean("must be true or false");

/** A whole number from `min` to `max`, both included. */
export function integer(min: number, max: number) {
  const must = `must be a whole number from ${min} to ${max}`;
  return v.pipe(v.number(must), v.integer(must), v.minValue(min, must), v.maxValue(max, must));
}

/** A string that fits the pattern; `words` complete "must be …". */
export function fitting(pattern: RegExp, words: string) {
  return v.pipe(v.string(`must be ${words}`), v.regex(pattern, `must be ${words}`));
}

/** The same for what may come as a number, too, and stays what it is. */
export function stringOrNumber(pattern: RegExp, words: string) {
  return v.custom<string | number>(
    (value) => (typeof value === "string" || typeof value === "number") && pattern.test(String(value)),
    `must be ${words}`,
  );
}
