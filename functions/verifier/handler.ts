import type { AccountVerifier } from "../core/login.ts";
import type { Invocation, Time } from "../runtime/invocation.ts";
import { whatBroke } from "../runtime/what-broke.ts";

export interface VerifierNeeds {
  /** Its calls end at `deadline` and are timed. */
  readonly verifierUntil: (deadline: AbortSignal, time: Time) => AccountVerifier;
  readonly begin: () => Invocation;
}

const deadlineMs = 3_000;

/**
 * The account verifier's contract, as every verifier keeps it: `{ username, password, appId }` -> `{ userId }` or
 * `{ refused: "invalid_credentials" | "account_disabled" }`. Whatever else happens is thrown.
 */
export function verifierHandler({ verifierUntil, begin }: VerifierNeeds) {
  return async (event: unknown) => {
    const { log, time } = begin();
    try {
      const verdict = await verifierUntil(AbortSignal.timeout(deadlineMs), time).verify(readQuestion(event));
      log({ event: "verify", outcome: "refused" in verdict ? verdict.refused : "verified" });
      return verdict;
    } catch (error) {
      log({ event: "verify", outcome: "failed", ...whatBroke(error).facts });
      throw error;
    }
  };
}

function readQuestion(event: unknown) {
  const { username, password, appId } = event as Record<string, unknown>;
  if (typeof username !== "string" || typeof password !== "string" || typeof appId !== "string") {
    throw new Error("The verifier is called with { username, password, appId }");
  }
  return { username, password, appId };
}
