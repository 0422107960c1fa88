import * as v from "valibot";
import {
  type Verification,
  type VerifierQuestion,
  verifierQuestion,
} from "../../contract/account-verifier.ts";
import { verifierDeadlineMs } from "../../contract/deadline-ms.ts";
import type { AccountVerifier } from "../core/account-verifier.ts";
import type { LambdaFunction } from "../runtime/shell.ts";

/** The contract of contract/account-verifier.ts, as every verifier keeps it. Whatever else happens is thrown. */
export function verifierHandler(verifier: AccountVerifier): LambdaFunction<unknown, Verification> {
  return {
    deadlineMs: verifierDeadlineMs,
    about: () => ({ event: "verify" }),
    async handle(event) {
      const answer = await verifier.verify(readQuestion(event));
      return { answer, line: { outcome: "refused" in answer ? answer.refused : "verified" } };
    },
  };
}

function readQuestion(event: unknown): VerifierQuestion {
  const read = v.safeParse(verifierQuestion, event);
  if (!read.success) throw new Error("The verifier is called with { username, password, appId }");
  return read.output;
}
