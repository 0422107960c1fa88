import * as v from "valibot";
import type { LogMark, Schema } from "../../contract/schema.ts";
import type { Facts } from "../core/refusal.ts";

interface Moment {
  readonly appIds: readonly string[];
  /** Whether the request was carried out. */
  readonly done: boolean;
}

/** What the contract's marks let a log line say of a value that this schema has read. */
export function logFacts(schema: Schema, value: unknown, moment: Moment): Facts {
  const { entries = {}, options = [], wrapped } = schema;
  const members: Readonly<Record<string, unknown>> = v.is(v.looseObject({}), value) ? value : {};
  const facts: Facts[] = [];
  const { logged } = v.getMetadata(schema) as { readonly logged?: LogMark<unknown> };
  const fact = moment.done || !logged?.onceDone ? logged?.of(value, moment) : undefined;
  if (logged && fact !== undefined) facts.push({ [logged.fact]: fact });
  if (wrapped) facts.push(logFacts(wrapped, value, moment));
  for (const option of options) if (typeof option === "object") facts.push(logFacts(option, value, moment));
  for (const [name, entry] of Object.entries(entries)) {
    if (Object.hasOwn(members, name)) facts.push(logFacts(entry, members[name], moment));
  }
  return Object.assign({}, ...facts);
}
