import { LambdaClient } from "@aws-sdk/client-lambda";
import { lambda } from "../adapters/aws/invoke-protocol.ts";
import { leanly } from "../adapters/aws/lean-client.ts";

/** Two tries; a verifier that takes four seconds has failed. */
export function lambdaClient(): LambdaClient {
  const timeouts = { connection: 500, request: 4_000 };
  const { settings, thin } = leanly(lambda, timeouts);
  const client = new LambdaClient({ ...settings, maxAttempts: 2 });
  thin(client);
  return client;
}
