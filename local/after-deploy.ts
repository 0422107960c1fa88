import type { AdminRequest } from "../contract/operator-actions.ts";
import type { Laptop } from "./laptop.ts";
import { sample } from "./sample.ts";

/** Asks the stack's admin function, as the command line does. Throws when it fails. */
export async function askAdmin(laptop: Laptop, request: AdminRequest): Promise<unknown> {
  const admin = laptop.assembly.outputs.AdminFunctionName ?? "";
  const { payload, functionError } = await laptop.functions.invoke(admin, JSON.stringify(request));
  if (functionError) throw new Error(`The admin function failed: ${payload}`);
  return JSON.parse(payload);
}

/** Adds the account to try, with a number where people log in by one; one that is there already stays as it is. */
export async function addSampleAccount(laptop: Laptop): Promise<void> {
  const { username, password, userId, phoneNumber } = sample;
  const knowsNumbers = laptop.assembly.functions.some(({ label }) => label === "phone");
  const row = { username, userId, password, ...(knowsNumbers && { phoneNumber }) };
  await askAdmin(laptop, { action: "accounts.import", rows: [row] });
}

/** What an operator does with `put-secret-value` after a deploy. */
export async function setAppSecrets(laptop: Laptop, appSecret: string): Promise<void> {
  for (const { arn } of laptop.assembly.secrets) {
    await laptop.secretsManager.call("PutSecretValue", { SecretId: arn, SecretString: appSecret });
  }
}
