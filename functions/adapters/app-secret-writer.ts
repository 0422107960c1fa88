import { randomUUID } from "node:crypto";
import { PutSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { StoreUnavailable } from "../core/refusal.ts";

/** Stores an AppSecret as the current value of its secret. */
export function appSecretWriter(
  client: Pick<SecretsManagerClient, "send">,
  secretArns: Readonly<Record<string, string>>,
) {
  return async (appId: string, appSecret: string): Promise<void> => {
    try {
      const command = new PutSecretValueCommand({
        SecretId: secretArns[appId],
        SecretString: appSecret,
        // By its token Secrets Manager knows a value that is sent again after its answer was lost.
        ClientRequestToken: randomUUID(),
      });
      await client.send(command);
    } catch (error) {
      throw new StoreUnavailable("Secrets Manager", error);
    }
  };
}
