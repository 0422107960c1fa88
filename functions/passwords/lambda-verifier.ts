import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import type { AccountVerifier, Verification } from "../core/account-verifier.ts";
import { StoreUnavailable } from "../core/refusal.ts";
import { outside } from "../runtime/invocation.ts";

/** The account verifier behind a Lambda. What is neither a userId nor a refusal is an outage, never a "no". */
export function lambdaVerifier(client: Pick<LambdaClient, "send">, FunctionName: string): AccountVerifier {
  return {
    async verify({ username, password, appId }) {
      const command = new InvokeCommand({
        FunctionName,
        Payload: JSON.stringify({ username, password, appId }),
      });
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
  try {
    const answer: unknown = JSON.parse(Buffer.from(payload ?? []).toString("utf8"));
    if (typeof answer === "object" && answer !== null) {
      const { userId, refused, generation } = answer as Record<string, unknown>;
      if (refused === "invalid_credentials" || refused === "account_disabled") return { refused };
      const isUserId = typeof userId === "string" && userId.length > 0 && userId.length <= 128;
      if (refused === undefined && isUserId) {
        if (generation === undefined) return { userId };
        if (typeof generation === "number" && Number.isSafeInteger(generation) && generation >= 0) {
          return { userId, generation };
        }
      }
    }
  } catch {
    // Falls through to the same error: what it said is not repeated, it may hold what a person typed.
  }
  return unavailable("its answer is neither a userId nor a refusal");
}
