import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { jsonService } from "../adapters/aws/json-protocol.ts";
import { leanly } from "../adapters/aws/lean-client.ts";

const secretsManager = jsonService({
  host: "secretsmanager",
  id: "SECRETS_MANAGER",
  target: "secretsmanager",
  version: "1.1",
});

/**
 * Two tries of a second each: even a secret that has to be asked for before and after WeChat's three seconds leaves the
 * worst login under eight.
 */
export function secretsManagerClient(): SecretsManagerClient {
  const timeouts = { connection: 500, request: 1_000 };
  const { settings, thin } = leanly(secretsManager, timeouts);
  const client = new SecretsManagerClient({ ...settings, maxAttempts: 2 });
  thin(client);
  return client;
}
