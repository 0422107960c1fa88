import * as v from "valibot";
import { type VerifierQuestion, verifierQuestion } from "../../contract/account-verifier.ts";
import type { AccountVerifier } from "../core/login.ts";
import type { Invocation, Time } from "../runtime/invocation.ts";
import { whatBroke } from "../runtime/what-broke.ts";

export interface VerifierNeeds {
  /** Its calls end at `deadline` and are timed. */
  readonly verifierUntil: (deadline: AbortSignal, time: Time) => AccountVerifier;
  readonly begin: () => Invocation;
}

const deadlineMs = 3_000;

/** The contract of contract/account-verifier.ts, as every verifier keeps it. Whatever else happens is thrown. */
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

function readQuestion(event: unknown): VerifierQuestion {
  const read = v.safeParse(verifierQuestion, event);
  if (!read.success) throw new Error("The verifier is called with { username, password, appId }");
  return read.output;
}
