import type { AccountVerifier } from "../core/login.ts";

export interface VerifierNeeds {
  readonly verifierUntil: (deadline: AbortSignal) => AccountVerifier;
}

const deadlineMs = 3_000;

/**
 * The account verifier's contract, as every verifier keeps it: `{ username, password, appId }` -> `{ userId }` or
 * `{ refused: "invalid_credentials" | "account_disabled" }`. Whatever else happens is thrown.
 */
export function verifierHandler({ verifierUntil }: VerifierNeeds) {
  return async (event: unknown) => {
    const { username, password, appId } = event as Record<string, unknown>;
    if (typeof username !== "string" || typeof password !== "string" || typeof appId !== "string") {
      throw new Error("The verifier is called with { username, password, appId }");
    }
    return verifierUntil(AbortSignal.timeout(deadlineMs)).verify({ username, password, appId });
  };
}
