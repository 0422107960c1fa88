import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import * as v from "valibot";
import {
  type PasswordQuestion,
  type PhoneQuestion,
  type Verification,
  verification,
} from "../../contract/account-verifier.ts";
import type { AccountVerifier, PhoneVerifier } from "../core/account-verifier.ts";
import { StoreUnavailable } from "../core/refusal.ts";
import { outside } from "../runtime/invocation.ts";

/** The account verifier behind a Lambda. What is neither a userId nor a refusal is an outage, never a "no". */
export function lambdaVerifier(
  client: Pick<LambdaClient, "send">,
  FunctionName: string,
): AccountVerifier & PhoneVerifier {
  return {
    async verify(question: PasswordQuestion | PhoneQuestion) {
      const command = new InvokeCommand({ FunctionName, Payload: JSON.stringify(question) });
      const answer = await outside("verifier", (abortSignal) => client.send(command, { abortSignal })).catch(
        unavailable,
      );
      return answer.FunctionError === undefined
        ? readVerification(answer.Payload)
        : unavailable(answer.FunctionError);
    },
  };
}

function unavailable(cause: unknown): never {
  throw new StoreUnavailable("The account verifier", cause);
}

function readVerification(payload: Uint8Array | undefined): Verification {
  const read = v.safeParse(verification, parse(payload));
  // What it said is not repeated: it may hold what a person typed.
  return read.success ? read.output : unavailable("its answer is neither a userId nor a refusal");
}

function parse(payload: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(payload ?? []).toString("utf8"));
  } catch {
    return undefined;
  }
}
