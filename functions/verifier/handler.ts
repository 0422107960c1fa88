import type { AccountVerifier, Verification, VerifierQuestion } from "../core/account-verifier.ts";
import type { LambdaFunction } from "../runtime/shell.ts";

const deadlineMs = 3_000;

/** The account verifier's contract, as every verifier keeps it. Whatever else happens is thrown. */
export function verifierHandler(verifier: AccountVerifier): LambdaFunction<unknown, Verification> {
  return {
    deadlineMs,
    about: () => ({ event: "verify" }),
    async handle(event) {
      const answer = await verifier.verify(readQuestion(event));
      return { answer, line: { outcome: "refused" in answer ? answer.refused : "verified" } };
    },
  };
}

function readQuestion(event: unknown): VerifierQuestion {
  const { username, password, appId } = event as Record<string, unknown>;
  if (typeof username !== "string" || typeof password !== "string" || typeof appId !== "string") {
    throw new Error("The verifier is called with { username, password, appId }");
  }
  return { username, password, appId };
}
