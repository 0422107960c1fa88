import type { AdminRequest } from "../functions/admin/requests.ts";
import type { Laptop } from "./laptop.ts";

/** The mini-program, the AppSecret and the account to try: on this machine only, worth nothing anywhere else. */
export const sample = {
  appId: "wx0123456789abcdef",
  appSecret: "0123456789abcdef0123456789abcdef",
  username: "zhangsan",
  password: "pwd123456",
  userId: "u_zhangsan",
} as const;

/** Asks the stack's admin function, as the command line does. Throws when it fails. */
export async function askAdmin(laptop: Laptop, request: AdminRequest): Promise<unknown> {
  const admin = laptop.assembly.outputs.AdminFunctionName ?? "";
  const { payload, functionError } = await laptop.functions.invoke(admin, JSON.stringify(request));
  if (functionError) throw new Error(`The admin function failed: ${payload}`);
  return JSON.parse(payload);
}

/** Adds the account to try; one that is there already stays as it is. */
export async function addSampleAccount(laptop: Laptop): Promise<void> {
  const { username, password, userId } = sample;
  await askAdmin(laptop, { action: "accounts.import", rows: [{ username, userId, password }] });
}

/** What an operator does with `put-secret-value` after a deploy. */
export async function setAppSecrets(laptop: Laptop, appSecret: string): Promise<void> {
  for (const { arn } of laptop.assembly.secrets) {
    await laptop.secretsManager.call("PutSecretValue", { SecretId: arn, SecretString: appSecret });
  }
}
