import { createHash } from "node:crypto";

/** A person as one mini-program sees them. An openid means nothing without its appId. */
export interface Identity {
  readonly appId: string;
  readonly openid: string;
}

/** An identity that WeChat has just vouched for, by a code or by the ticket that stands for one. */
export interface Person extends Identity {
  /** The same person across the mini-programs of one owner; WeChat sends it only sometimes. Never a login key. */
  readonly unionid?: string;
}

export const identityKeyBytes = 16;

/** Key of the identity item: the first 16 bytes of SHA-256(appId # openid). Part of every SessionId. */
export function identityKey({ appId, openid }: Identity): Uint8Array {
  return sha256(`${appId}#${openid}`).subarray(0, identityKeyBytes);
}

/** The same as text, in base64url: what logs and counters call an identity. */
export function identityText(identity: Identity): string {
  return Buffer.from(identityKey(identity)).toString("base64url");
}

/**
 * Key of the account item that lists a user's identities: SHA-256(account # userId), 32 bytes.
 * Its length keeps it out of the identities' key space: no SessionId, however forged, can address it.
 */
export function accountKey(userId: string): Uint8Array {
  return sha256(`account#${userId}`);
}

export function sha256(value: string | Uint8Array): Uint8Array {
  return createHash("sha256").update(value).digest();
}
