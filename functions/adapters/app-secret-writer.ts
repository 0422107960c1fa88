import { PutSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { StoreUnavailable } from "../core/refusal.ts";

/** Stores an AppSecret as the current value of its secret. */
export function appSecretWriter(
  client: Pick<SecretsManagerClient, "send">,
  secretArns: Readonly<Record<string, string>>,
) {
  return async (appId: string, appSecret: string): Promise<void> => {
    try {
      await client.send(new PutSecretValueCommand({ SecretId: secretArns[appId], SecretString: appSecret }));
    } catch (error) {
      throw new StoreUnavailable("Secrets Manager", error);
    }
  };
}
