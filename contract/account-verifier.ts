import * as v from "valibot";
import type { Immutable } from "./schema.ts";

const text = (longest: number) =>
  v.pipe(
    v.string(),
    v.check(({ length }) => length > 0 && length <= longest),
  );

/** What whoever knows usernames and passwords is asked: the product's own accounts, or the owner's function. */
export const verifierQuestion = v.object({
  /** As typed: only the verifier knows its own rule of what is the same name. */
  username: v.string(),
  /** Byte-exact as typed. */
  password: v.string(),
  appId: v.string(),
});

/** What this spelling of a name counts as, for limits. Long enough for any name that fits into a key. */
const countAs = v.exactOptional(text(512));

/**
 * What it answers. `generation`: a whole number that grows whenever the password changes; a verifier that says none is
 * asked twice. Whatever is neither a refusal nor a userId is an outage, and never a "no".
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

export type VerifierQuestion = Immutable<v.InferOutput<typeof verifierQuestion>>;
export type Verification = Immutable<v.InferOutput<typeof verification>>;
