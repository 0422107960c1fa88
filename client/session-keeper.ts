import { isText, members } from "./login-error.ts";
import type { Wx } from "./wx.ts";

/** What a login gave. `sessionId` is a credential: send it as `Authorization: Bearer …`, never in a URL. */
export interface Session {
  readonly sessionId: string;
  /** ISO 8601 UTC, by the server's clock. */
  readonly expiresAt: string;
  readonly userId: string;
  /** Whether the login that opened this session bound the identity. */
  readonly newBinding: boolean;
  /** Milliseconds since 1970 by this phone's clock, shortly before the server will refuse it; 0: not known. */
  readonly endsAt: number;
}

/**
 * The session in memory and in storage. Storage may fail (it is full, or broken): then the session lives as long as the
 * mini-program does.
 */
export function sessionKeeper(wx: Wx, key: string) {
  const stored = () => quietly(() => wx.getStorageSync(key));
  const first = stored();
  let session = asSession(first);
  let out = members(first).out === true;

  return {
    get session() {
      return session;
    },
    /** Whether the person logged out, and has not logged in again. */
    get out() {
      return out;
    },
    keep(opened: Session) {
      session = opened;
      out = false;
      quietly(() => wx.setStorageSync(key, opened));
    },
    /** Forgets this session and no other: it may have been replaced, here or by another instance, since it was used. */
    forget({ sessionId }: Session) {
      if (session?.sessionId !== sessionId) return;
      session = asSession(stored());
      if (session?.sessionId !== sessionId) return;
      session = undefined;
      quietly(() => wx.removeStorageSync(key));
    },
    leave() {
      session = undefined;
      out = true;
      quietly(() => wx.setStorageSync(key, { out }));
    },
  };
}

/** Reads an answer to `POST /login`, or what was stored. */
export function asSession(data: unknown): Session | undefined {
  const { sessionId, expiresAt, userId, newBinding, endsAt } = members(data);
  if (!isText(sessionId) || !isText(expiresAt) || !isText(userId)) return undefined;
  return {
    sessionId,
    expiresAt,
    userId,
    newBinding: newBinding === true,
    endsAt: typeof endsAt === "number" ? endsAt : 0,
  };
}

function quietly(use: () => unknown): unknown {
  try {
    return use();
  } catch {
    return undefined;
  }
}
