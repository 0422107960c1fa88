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
  isOwners = false,
): AccountVerifier & PhoneVerifier {
  return {
    isOwners,
    async verify(question: PasswordQuestion | PhoneQuestion) {
      const command = new InvokeCommand({ FunctionName, Payload: JSON.stringify(question) });
      const answer = await outside("verifier", (abortSignal) => client.send(command, { abortSignal })).catch(
        (error: unknown) => unavailable(error, notInvoked(error)),
      );
      return answer.FunctionError === undefined
        ? readVerification(answer.Payload)
        : unavailable(answer.FunctionError, { what: "failed" });
    },
  };
}

function unavailable(cause: unknown, details: { readonly what?: string; readonly alarm?: boolean }): never {
  throw new StoreUnavailable("The account verifier", cause, details);
}

function notInvoked(error: unknown) {
  const name = error instanceof Error ? error.name : "";
  if (name === "ResourceNotFoundException") return { what: "is missing", alarm: true };
  return name === "AccessDeniedException" ? { what: "may not be invoked", alarm: true } : {};
}

function readVerification(payload: Uint8Array | undefined): Verification {
  const read = v.safeParse(verification, parse(payload));
  // What it said is not repeated: it may hold what a person typed.
  return read.success
    ? read.output
    : unavailable("its answer is neither a userId nor a refusal", { what: "failed", alarm: true });
}

function parse(payload: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(payload ?? []).toString("utf8"));
  } catch {
    return undefined;
  }
}
