import { createHmac } from "node:crypto";

/**
 * What is known of hashes that were computed elsewhere and brought by an import: checking them takes another time than
 * checking ours, which would tell who exists. A login replaces them one by one.
 */
export interface ImportedHashes {
  /** This deployment's own, which never leaves it: who knew it could tell what an unknown name would cost. */
  readonly secret: Uint8Array;
  /** In use still, as PasswordHasher.parametersOf says them. */
  readonly parameters: readonly string[];
}

/**
 * The parameters that an unknown name is checked with: one of those in use, always the same for a name. Each is given a
 * number by name and secret, and the greatest wins: when one falls out of use, only its own names move.
 */
export function decoyParameters(name: string, today: string, imported: ImportedHashes | undefined): string {
  if (!imported) return today;
  const ranked = [...new Set([today, ...imported.parameters])].map((parameters) => ({
    parameters,
    rank: createHmac("sha256", imported.secret).update(`${parameters}\0${name}`).digest("hex"),
  }));
  return ranked.reduce((best, one) => (one.rank > best.rank ? one : best)).parameters;
}
