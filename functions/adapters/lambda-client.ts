import { LambdaClient } from "@aws-sdk/client-lambda";
import { lambda } from "./aws/invoke-protocol.ts";
import { lean, leanSettings } from "./aws/lean-client.ts";

/** Two tries; a verifier that takes four seconds has failed. */
export function lambdaClient(): LambdaClient {
  const timeouts = { connection: 500, request: 4_000 };
  const client = new LambdaClient({ ...leanSettings(lambda, timeouts), maxAttempts: 2 });
  lean(client, lambda);
  return client;
}
