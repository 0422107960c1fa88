import { createCipheriv, createHash, createHmac } from "node:crypto";
import type { App } from "./apps.ts";
import { identityOf, type User } from "./users.ts";

/** What wx.getUserInfo gives to the mini-program. */
export interface OpenData {
  readonly rawData: string;
  readonly signature: string;
  readonly encryptedData: string;
  readonly iv: string;
}

/** Lower-case hex SHA-1 of `rawData` followed by the session_key string. Source: WeChat's documentation of open data. */
export function rawDataSignature(rawData: string, sessionKey: string): string {
  return createHash("sha1")
    .update(rawData + sessionKey)
    .digest("hex");
}

/** Lower-case hex HMAC-SHA256 under the session_key string as it is: here, alone, it is not base64-decoded. */
export function sessionSignature(message: string, sessionKey: string): string {
  return createHmac("sha256", sessionKey).update(message).digest("hex");
}

/** AES-128-CBC with PKCS#7 padding; key, iv and result in base64. */
export function encrypted(plain: string, sessionKey: string, iv: string): string {
  const cipher = createCipheriv("aes-128-cbc", Buffer.from(sessionKey, "base64"), Buffer.from(iv, "base64"));
  return Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]).toString("base64");
}

/** The user's open data for the app at `seconds` since 1970; `iv`: 16 random bytes. */
export function openDataOf(
  app: App,
  user: User,
  { sessionKey, seconds, iv }: { sessionKey: string; seconds: number; iv: Buffer },
): OpenData {
  const profile = {
    nickName: user.name,
    gender: 0,
    language: "zh_CN",
    city: "",
    province: "",
    country: "",
    avatarUrl: "https://thirdwx.qlogo.cn/mmopen/vi_32/sample/132",
  };
  const { openid: openId, unionid: unionId } = identityOf(app, user);
  const rawData = JSON.stringify(profile);
  const plain = JSON.stringify({
    openId,
    ...profile,
    unionId,
    watermark: { timestamp: seconds, appid: app.appId },
  });
  return {
    rawData,
    signature: rawDataSignature(rawData, sessionKey),
    encryptedData: encrypted(plain, sessionKey, iv.toString("base64")),
    iv: iv.toString("base64"),
  };
}
