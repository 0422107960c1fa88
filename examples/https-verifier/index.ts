import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { storedAuthorization } from "./authorization.ts";
import { httpsVerifier } from "./verifier.ts";

const { USER_SERVICE_URL: url = "", USER_SERVICE_SECRET: secretId = "" } = process.env;
if (!url.startsWith("https://")) throw new Error("USER_SERVICE_URL must begin with https://");
if (secretId === "")
  throw new Error("USER_SERVICE_SECRET must name the secret with the Authorization header");

export const handler = httpsVerifier({
  url,
  authorization: storedAuthorization(new SecretsManagerClient(), secretId, Date.now),
});
