import { createDecipheriv, createHash, timingSafeEqual } from "node:crypto";
import type { Identity } from "./identity.ts";

/** What `wx` gives a mini-program to be believed: either encrypted, or in the clear with a signature. */
export type OpenData =
  | {
      /** Whole blocks of 16 bytes. */
      readonly encryptedData: Uint8Array;
      /** 16 bytes. */
      readonly iv: Uint8Array;
    }
  | {
      readonly rawData: string;
      /** SHA-1 of rawData and session_key, 20 bytes. */
      readonly signature: Uint8Array;
    };

type JsonObject = Readonly<Record<string, unknown>>;

export type Opened =
  | { readonly data: JsonObject }
  /** No session_key that is kept fits it. */
  | { readonly refused: "session_key_stale" }
  | { readonly refused: "invalid_request"; readonly detail: string; readonly fields: readonly string[] };

/**
 * How far WeChat's time in the watermark may be from ours, either way. Data are sent when they have just been asked for;
 * this is as long as WeChat gives a code of wx.login. What somebody has kept from a better day is not believed.
 */
export const watermarkToleranceSeconds = 300;

/**
 * Decrypts or verifies open data of this identity with whichever of its session_keys fits. `now`: milliseconds.
 * Source: https://developers.weixin.qq.com/miniprogram/dev/framework/open-ability/signature.html
 */
export function openData(
  request: OpenData,
  identity: Identity,
  sessionKeys: readonly string[],
  now: number,
): Opened {
  return "rawData" in request
    ? verified(request.rawData, request.signature, sessionKeys)
    : decrypted(request.encryptedData, request.iv, identity, sessionKeys, now);
}

function verified(rawData: string, signature: Uint8Array, sessionKeys: readonly string[]): Opened {
  const data = jsonObject(rawData);
  if (!data) {
    return { refused: "invalid_request", detail: "rawData must be a JSON object.", fields: ["rawData"] };
  }
  const fits = sessionKeys.some((sessionKey) =>
    timingSafeEqual(
      createHash("sha1")
        .update(rawData + sessionKey)
        .digest(),
      signature,
    ),
  );
  return fits ? { data } : { refused: "session_key_stale" };
}

function decrypted(
  encryptedData: Uint8Array,
  iv: Uint8Array,
  identity: Identity,
  sessionKeys: readonly string[],
  now: number,
): Opened {
  for (const sessionKey of sessionKeys) {
    const data = decipher(encryptedData, Buffer.from(sessionKey, "base64"), iv);
    const madeAt = data && watermarkOf(data, identity);
    if (!data || madeAt === undefined) continue;
    if (Math.abs(now / 1000 - madeAt) <= watermarkToleranceSeconds) return { data };
    const minutes = watermarkToleranceSeconds / 60;
    return {
      refused: "invalid_request",
      detail: `By its watermark, encryptedData was not made within ${minutes} minutes of now: ask WeChat for it anew.`,
      fields: ["encryptedData"],
    };
  }
  return { refused: "session_key_stale" };
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** AES-128-CBC with PKCS#7 padding, and a JSON object in UTF-8 in it; undefined where it is not, as with any other key. */
function decipher(encrypted: Uint8Array, key: Uint8Array, iv: Uint8Array): JsonObject | undefined {
  try {
    const cipher = createDecipheriv("aes-128-cbc", key, iv);
    return jsonObject(utf8.decode(Buffer.concat([cipher.update(encrypted), cipher.final()])));
  } catch {
    return undefined;
  }
}

/**
 * When WeChat made these data, in seconds since 1970; undefined where it made them for another mini-program or another
 * user. WeChat's encryption lets whoever sends `iv` change the first 16 characters, so that what they say counts for nothing
 * unless it is known from elsewhere: so is the openid.
 */
function watermarkOf(data: JsonObject, { appId, openid }: Identity): number | undefined {
  const { watermark } = data;
  if (!isObject(watermark) || watermark.appid !== appId || typeof watermark.timestamp !== "number") {
    return undefined;
  }
  return data.openId === undefined || data.openId === openid ? watermark.timestamp : undefined;
}

function jsonObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
