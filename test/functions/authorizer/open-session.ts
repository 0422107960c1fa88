import type { BoundSession } from "../../../functions/core/authorize.ts";
import { type Identity, identityKey } from "../../../functions/core/identity.ts";
import { parseSessionId } from "../../../functions/core/session.ts";

/** A SessionId, where it is looked up, and what is found there: good for a day from `createdAt`, in milliseconds. */
export function openSession(
  { appId, openid }: Identity,
  userId: string,
  createdAt: number,
  random: (bytes: number) => Uint8Array,
) {
  const sessionId = Buffer.concat([identityKey({ appId, openid }), random(32)]).toString("base64url");
  const key = parseSessionId(sessionId);
  if (!key) throw new Error("This is no SessionId.");
  const found: BoundSession = {
    identity: { appId, openid },
    binding: { userId, disabled: false, generation: 7 },
    session: { userId, generation: 7, createdAt, expiresAt: Math.floor(createdAt / 1000) + 86_400 },
  };
  return { sessionId, key, found };
}
