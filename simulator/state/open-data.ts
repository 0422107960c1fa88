import { createCipheriv, createHash, createHmac } from "node:crypto";
import type { App } from "./apps.ts";
import { chineseDayOf } from "./quota.ts";
import { identityOf, type User } from "./users.ts";

/** What wx.getUserInfo gives to the mini-program. */
export interface OpenData extends EncryptedData {
  readonly rawData: string;
  readonly signature: string;
}

/** What wx.getWeRunData gives. */
export interface EncryptedData {
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

/** What open data are encrypted with, and when: `seconds` since 1970; `iv`: 16 random bytes. */
export interface Sealing {
  readonly sessionKey: string;
  readonly seconds: number;
  readonly iv: Buffer;
}

function sealed(app: App, data: object, { sessionKey, seconds, iv }: Sealing): EncryptedData {
  const plain = JSON.stringify({ ...data, watermark: { timestamp: seconds, appid: app.appId } });
  return {
    encryptedData: encrypted(plain, sessionKey, iv.toString("base64")),
    iv: iv.toString("base64"),
  };
}

/** The user's open data for the app. */
export function openDataOf(app: App, user: User, sealing: Sealing): OpenData {
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
  return {
    rawData,
    signature: rawDataSignature(rawData, sealing.sessionKey),
    ...sealed(app, { openId, ...profile, unionId }, sealing),
  };
}

/**
 * The user's steps of this day and the thirty before it, always the same for a name and a day. Each `timestamp` is the
 * midnight in China that begins the day. Source: WeChat's documentation of wx.getWeRunData.
 */
export function weRunDataOf(app: App, user: User, sealing: Sealing): EncryptedData {
  const today = chineseDayOf(sealing.seconds * 1000);
  const stepInfoList = Array.from({ length: 31 }, (_, index) => {
    const day = today - 30 + index;
    return { timestamp: (day * 24 - 8) * 3600, step: stepsOf(user.name, day) };
  });
  return sealed(app, { stepInfoList }, sealing);
}

function stepsOf(name: string, day: number): number {
  const hash = createHash("sha256").update(JSON.stringify(["steps", name, day]));
  return hash.digest().readUInt32BE(0) % 20_000;
}
