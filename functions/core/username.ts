/**
 * The one rule by which two typed usernames are the same: Unicode NFKC, outer white space dropped, lower case.
 * The built-in accounts are kept under it and attempts are counted under it. An owner's own verifier gets the
 * username as typed, because only that verifier knows its own rule.
 */
export function normalizeUsername(typed: string): string {
  return typed.normalize("NFKC").trim().toLowerCase();
}
