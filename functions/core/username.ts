import { sha256 } from "./identity.ts";

/**
 * The one rule by which two typed usernames are the same: Unicode NFKC, lower case, outer white space dropped; RFC 8265's
 * UsernameCaseMapped, with all of NFKC in the place of its width mapping. What it gives, it gives again: lower case may
 * take a letter apart (`İ`), which the second NFKC puts into order.
 * The built-in accounts are kept under it. An owner's own verifier gets the username as typed, because only that verifier
 * knows its own rule.
 */
export function normalizeUsername(typed: string): string {
  return typed.normalize("NFKC").toLowerCase().normalize("NFKC").trim();
}

const longestInBytes = 512;

/**
 * The normalised username, or undefined for what cannot be one: nothing but white space, or so long once normalised (one
 * character may become eighteen) that it does not fit into a key.
 */
export function readUsername(typed: string): string | undefined {
  const username = normalizeUsername(typed);
  return username !== "" && Buffer.byteLength(username) <= longestInBytes ? username : undefined;
}

/** Characters that nobody sees: controls, format characters, and whatever else is not drawn or not assigned. */
const invisible = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** What is wrong with the name of a new account; undefined: nothing. One that cannot be seen looks like another one. */
export function flawInUsername(typed: string): string | undefined {
  const username = readUsername(typed);
  if (username === undefined) return "username is too long.";
  return invisible.test(username) ? "username has invisible characters." : undefined;
}

const notCounted = /[\p{M}\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/gu;

/**
 * What attempts are counted under: coarser than any rule by which a user system may take two spellings for one name.
 * Neither accents nor case, width, white space or what is invisible give a name a budget of its own.
 */
export function countedName(name: string): string {
  const username = normalizeUsername(name);
  const folded = username
    .normalize("NFKD")
    .replace(notCounted, "")
    .toUpperCase()
    .toLowerCase()
    .normalize("NFKC");
  const counted = folded === "" ? username : folded;
  return Buffer.byteLength(counted) <= longestInBytes
    ? counted
    : Buffer.from(sha256(counted)).toString("base64url");
}
