/**
 * The one rule by which two typed usernames are the same: Unicode NFKC, outer white space dropped, lower case.
 * The built-in accounts are kept under it and attempts are counted under it. An owner's own verifier gets the
 * username as typed, because only that verifier knows its own rule.
 */
export function normalizeUsername(typed: string): string {
  return typed.normalize("NFKC").trim().toLowerCase();
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
