import * as v from "valibot";
import type { Immutable } from "./schema.ts";

const text = (longest: number) =>
  v.pipe(
    v.string(),
    v.check(({ length }) => length > 0 && length <= longest),
  );

/** What whoever knows usernames and passwords is asked: the product's own accounts, or the owner's function. */
export const passwordQuestion = v.object({
  /** As typed: only the verifier knows its own rule of what is the same name. */
  username: v.string(),
  /** Byte-exact as typed. */
  password: v.string(),
  appId: v.string(),
});

/** What it is asked besides, where people log in by phone number. */
export const phoneQuestion = v.object({
  /** E.164, as WeChat has just told it. */
  phoneNumber: v.string(),
  appId: v.string(),
});

/** What this spelling of a name counts as, for limits. Long enough for any name that fits into a key. */
const countAs = v.exactOptional(text(512));

/**
 * What it answers. `generation`: a whole number that grows whenever the password or the phone number changes; a verifier of
 * the owner's is asked twice at a bind, with it or without. Whatever is neither a refusal nor a userId is an outage, and never a "no".
 */
export const verification = v.union([
  v.object({ refused: v.picklist(["invalid_credentials", "account_disabled"]), countAs }),
  v.pipe(
    v.looseObject({}),
    v.check((answer) => !("refused" in answer)),
    v.object({
      userId: text(128),
      generation: v.exactOptional(
        v.pipe(
          v.number(),
          v.check((value) => Number.isSafeInteger(value) && value >= 0),
        ),
      ),
      countAs,
    }),
  ),
]);

export type PasswordQuestion = Immutable<v.InferOutput<typeof passwordQuestion>>;
export type PhoneQuestion = Immutable<v.InferOutput<typeof phoneQuestion>>;
export type Verification = Immutable<v.InferOutput<typeof verification>>;
