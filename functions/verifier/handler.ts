import * as v from "valibot";
import type { Verification } from "../../contract/account-verifier.ts";
import { verifierDeadlineMs } from "../../contract/deadline-ms.ts";
import type { LambdaFunction } from "../runtime/shell.ts";

/**
 * The contract of contract/account-verifier.ts, as every verifier keeps it. `asked`: the questions that it answers; whatever
 * else happens is thrown.
 */
export function verifierHandler<Q>(
  verifier: { verify(question: Q): Promise<Verification> },
  asked: v.GenericSchema<unknown, Q>,
): LambdaFunction<unknown, Verification> {
  return {
    deadlineMs: verifierDeadlineMs,
    about: () => ({ event: "verify" }),
    async handle(event) {
      const answer = await verifier.verify(readQuestion(asked, event));
      return { answer, line: { outcome: "refused" in answer ? answer.refused : "verified" } };
    },
  };
}

function readQuestion<Q>(asked: v.GenericSchema<unknown, Q>, event: unknown): Q {
  const read = v.safeParse(asked, event);
  if (!read.success) throw new Error("Not a question that this verifier answers");
  return read.output;
}
