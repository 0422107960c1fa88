import * as v from "valibot";

/** The type that an interface with the same members has. */
export type Immutable<T> = T extends object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;

/** An object with its name among the types of `weapp-login/admin`, and what there is to say of it. */
export function shape<const E extends v.ObjectEntries>(name: string, description: string, entries: E) {
  return v.pipe(v.object(entries, "must be an object"), v.title(name), v.description(description));
}

export function described<const S extends v.GenericSchema>(schema: S, description: string) {
  return v.pipe(schema, v.description(description));
}

/** `least` to `most` characters, of which an emoji is one: no control character, and no half of a surrogate pair. */
export function isText(value: string, least: number, most: number): boolean {
  // Its length first, so that nothing is done with what has no bound.
  if (value.length > 2 * most) return false;
  const { length } = [...value];
  return length >= least && length <= most && !/[\p{Cc}\p{Cs}]/u.test(value);
}

export const longestId = 128;
const mustBeId = `must be text of 1 to ${longestId} characters`;

export const id = v.pipe(
  v.string(mustBeId),
  v.check((value) => isText(value, 1, longestId) && value.trim() !== "", mustBeId),
);

export const time = v.pipe(v.string(), v.isoTimestamp());

/** A schema, and whatever other schemas it may be made of. */
export type Schema = v.GenericSchema & {
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly options?: readonly (Schema | string)[];
  readonly item?: Schema;
  readonly wrapped?: Schema;
};

/** What the admin function's log line says of a field. */
export interface LogMark<T> {
  readonly fact: string;
  /** Undefined: nothing. */
  readonly of: (value: T, deployment: { readonly appIds: readonly string[] }) => string | number | undefined;
  /** Only once the request was carried out, because otherwise it may be anything. */
  readonly onceDone: boolean;
}

/**
 * Marks a field for the admin function's log line, under the name `fact`, as it was sent unless said otherwise. Whatever
 * is not marked stays out of the log.
 */
export function logged<T>(
  fact: string,
  { of = asSent, onceDone = false }: Partial<LogMark<T>> = {},
): v.MetadataAction<T, { readonly logged: LogMark<T> }> {
  return v.metadata({ logged: { fact, of, onceDone } });
}

function asSent(value: unknown): string | number | undefined {
  return typeof value === "string" || typeof value === "number" ? value : undefined;
}

/** Says what is wrong without valibot's own words: those quote what was sent. */
export function read<const S extends v.GenericSchema>(schema: S, value: unknown): v.SafeParseResult<S> {
  return v.safeParse(schema, value, { message: "is not valid" });
}

/** In words for whoever sent it: which field, and what it must be. */
export function inWords(issue: v.BaseIssue<unknown>, whole: string): string {
  const field = v.getDotPath(issue) ?? whole;
  return issue.path?.at(-1)?.origin === "key" ? `${field} is missing.` : `${field} ${issue.message}.`;
}
