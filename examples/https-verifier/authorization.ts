import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

/** So long, in milliseconds, does an instance go on with what it has read: a changed secret needs no deploy. */
const freshForMs = 5 * 60_000;

/** What the secret holds, as plain text. Concurrent callers share one request, and a failure is not remembered. */
export function storedAuthorization(
  client: Pick<SecretsManagerClient, "send">,
  secretId: string,
  now: () => number,
): () => Promise<string> {
  let reading: Promise<string> | undefined;
  let readAt = 0;

  async function read(): Promise<string> {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: secretId }));
    if (!SecretString) throw new Error("The secret of the user service is empty");
    return SecretString.trim();
  }

  return async () => {
    if (reading === undefined || now() - readAt >= freshForMs) {
      readAt = now();
      reading = read();
    }
    try {
      return await reading;
    } catch (error) {
      reading = undefined;
      throw error;
    }
  };
}
