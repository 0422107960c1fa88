import { randomUUID } from "node:crypto";
import { PutSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type { AppSecretStore, StoredSecret } from "../core/app-secret.ts";
import { StoreUnavailable } from "../core/refusal.ts";
import { outside } from "../runtime/invocation.ts";
import { provenLabel, readAppSecret } from "./app-secret.ts";

/** The AppSecrets by AppId, for operators. Throws StoreUnavailable. */
export function secretsManagerAppSecretStore(
  client: Pick<SecretsManagerClient, "send">,
  secretArns: Readonly<Record<string, string>>,
): AppSecretStore {
  async function put(appId: string, SecretString: string, labels: { VersionStages?: string[] } = {}) {
    const command = new PutSecretValueCommand({
      SecretId: secretArns[appId],
      SecretString,
      // By its token Secrets Manager knows a value that is sent again after its answer was lost.
      ClientRequestToken: randomUUID(),
      ...labels,
    });
    await answered(outside("secret", (abortSignal) => client.send(command, { abortSignal })));
  }
  return {
    async read(appId) {
      return answered(readAppSecret(client, secretArns[appId]).catch(missingIfThereIsNone));
    },
    set: (appId, appSecret) => put(appId, appSecret),
    // A version that is given labels gets no other by itself: without AWSCURRENT it would be stored and not used.
    setProven: (appId, appSecret) => put(appId, appSecret, { VersionStages: ["AWSCURRENT", provenLabel] }),
  };
}

function missingIfThereIsNone(error: unknown): StoredSecret {
  if (error instanceof Error && error.name === "ResourceNotFoundException") return { state: "missing" };
  throw error;
}

async function answered<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw new StoreUnavailable("Secrets Manager", error);
  }
}
