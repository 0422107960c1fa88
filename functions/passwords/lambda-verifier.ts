import { InvokeCommand, type LambdaClient } from "@aws-sdk/client-lambda";
import * as v from "valibot";
import { type Verification, verification } from "../../contract/account-verifier.ts";
import type { AccountVerifier } from "../core/login.ts";
import { StoreUnavailable } from "../core/refusal.ts";

/** The account verifier behind a Lambda. What contract/account-verifier.ts does not describe is an outage, never a "no". */
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
      return readVerification(answer.Payload);
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

function readVerification(payload: Uint8Array | undefined): Verification {
  const read = v.safeParse(verification, parse(payload));
  if (read.success) return read.output;
  // What it said is not repeated: it may hold what a person typed.
  throw new StoreUnavailable("The account verifier", "its answer is neither a userId nor a refusal");
}

function parse(payload: Uint8Array | undefined): unknown {
  try {
    return JSON.parse(Buffer.from(payload ?? []).toString("utf8"));
  } catch {
    return undefined;
  }
}
