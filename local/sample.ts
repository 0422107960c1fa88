import { argon2idParameters, hashPassword } from "../functions/adapters/argon2id.ts";
import type { Laptop } from "./laptop.ts";

/** The mini-program, the AppSecret and the account to try: on this machine only, worth nothing anywhere else. */
export const sample = {
  appId: "wx0123456789abcdef",
  appSecret: "0123456789abcdef0123456789abcdef",
  username: "zhangsan",
  password: "pwd123456",
  userId: "u_zhangsan",
} as const;

/** Adds the account to try, unless it is there; what somebody changed about it stays. */
export async function addSampleAccount(laptop: Laptop, parameters = argon2idParameters): Promise<void> {
  const TableName = laptop.assembly.functions.find(({ environment }) => environment.ACCOUNTS_TABLE)
    ?.environment.ACCOUNTS_TABLE;
  const Key = { username: { S: sample.username } };
  const found = await laptop.dynamoDb.call("GetItem", { TableName, Key });
  if ("Item" in found) return;
  const passwordHash = await hashPassword(sample.password, parameters);
  const Item = { ...Key, userId: { S: sample.userId }, passwordHash: { S: passwordHash } };
  await laptop.dynamoDb.call("PutItem", { TableName, Item });
}

/** What an operator does with `put-secret-value` after a deploy. */
export async function setAppSecrets(laptop: Laptop, appSecret: string): Promise<void> {
  for (const { arn } of laptop.assembly.secrets) {
    await laptop.secretsManager.call("PutSecretValue", { SecretId: arn, SecretString: appSecret });
  }
}
