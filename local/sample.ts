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

export interface NewAccount {
  readonly username: string;
  readonly password: string;
  readonly userId: string;
}

/** Adds an account, unless its username is there already; what somebody changed about it stays. */
export async function addAccount(
  laptop: Laptop,
  { username, password, userId }: NewAccount,
  parameters = argon2idParameters,
): Promise<void> {
  const TableName = laptop.tableName("ACCOUNTS_TABLE");
  const Key = { username: { S: username } };
  const found = await laptop.dynamoDb.call("GetItem", { TableName, Key });
  if ("Item" in found) return;
  const passwordHash = await hashPassword(password, parameters);
  const Item = { ...Key, userId: { S: userId }, passwordHash: { S: passwordHash } };
  await laptop.dynamoDb.call("PutItem", { TableName, Item });
}

/** What an operator does with `put-secret-value` after a deploy. */
export async function setAppSecrets(laptop: Laptop, appSecret: string): Promise<void> {
  for (const { arn } of laptop.assembly.secrets) {
    await laptop.secretsManager.call("PutSecretValue", { SecretId: arn, SecretString: appSecret });
  }
}
