import { isText, members } from "./login-error.ts";

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
