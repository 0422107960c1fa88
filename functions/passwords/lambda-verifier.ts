import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import type { AccountVerifier } from "../core/login.ts";
import { StoreUnavailable } from "../core/refusal.ts";

/**
 * The account verifier behind a Lambda: `{ username, password, appId }` -> `{ userId }` or
 * `{ refused: "invalid_credentials" | "account_disabled" }`. Anything else it answers is an outage, never a "no".
 */
export function lambdaVerifier(
  client: Pick<LambdaClient, "send">,
  functionName: string,
  deadline: AbortSignal,
): AccountVerifier {
  return {
    async verify({ username, password, appId }) {
      const Payload = JSON.stringify({ username, password, appId });
      let answer: Awaited<ReturnType<typeof invoke>>;
      try {
        answer = await invoke(client, functionName, Payload, deadline);
      } catch (error) {
        throw new StoreUnavailable("The account verifier", error);
      }
      if (answer.FunctionError !== undefined)
        throw new StoreUnavailable("The account verifier", answer.FunctionError);
      return readVerdict(answer.Payload);
    },
  };
}

function invoke(
  client: Pick<LambdaClient, "send">,
  FunctionName: string,
  Payload: string,
  deadline: AbortSignal,
) {
  return client.send(new InvokeCommand({ FunctionName, Payload }), { abortSignal: deadline });
}

function readVerdict(payload: Uint8Array | undefined) {
  try {
    const verdict: unknown = JSON.parse(Buffer.from(payload ?? []).toString("utf8"));
    if (typeof verdict === "object" && verdict !== null) {
      const { userId, refused } = verdict as Record<string, unknown>;
      if (refused === "invalid_credentials" || refused === "account_disabled") return { refused } as const;
      if (refused === undefined && typeof userId === "string" && userId.length > 0 && userId.length <= 128) {
        return { userId };
      }
    }
  } catch {
    // Falls through to the same error: what it said is not repeated, it may hold what a person typed.
  }
  throw new StoreUnavailable("The account verifier", "its answer is neither a userId nor a refusal");
}
