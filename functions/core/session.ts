import type { BindTicketHash } from "./bind-ticket.ts";
import { identityKeyBytes, sha256 } from "./identity.ts";

const secretBytes = 32;
/** The characters of those bytes, 48 in all. */
const sessionIdPattern = /^[A-Za-z0-9_-]{64}$/;
const handlePattern = /^[A-Za-z0-9_-]{43}$/;

/** What the table keeps of a session. The secret itself is known to the client alone. */
export interface Session extends SessionKey {
  /** Milliseconds: the login's clock at its entry, before WeChat was asked. */
  readonly createdAt: number;
  /** Whole seconds since 1970, which is what the store deletes by. The session ends when this second begins. */
  readonly expiresAt: number;
  /** The account it was opened for. */
  readonly userId: string;
  /** The identity's generation that it was opened under. */
  readonly generation: number;
  readonly device?: string;
}

export interface SessionKey {
  readonly identityKey: Uint8Array;
  /** SHA-256 of the 32 random bytes that only the client has. */
  readonly secretHash: Uint8Array;
}

export interface Sessions {
  /** Consumes the ticket, if there is one, with it. False: that ticket is gone, and nothing was opened. */
  open(session: Session, ticket?: BindTicketHash): Promise<boolean>;
}

export interface ListedSessions {
  readonly sessions: readonly Session[];
  /** There are others that are not among these. */
  readonly more: boolean;
}

export interface SessionList {
  /** What is stored for an identity, dead or alive, but no more than one request reads; strongly consistent. */
  list(identityKey: Uint8Array): Promise<ListedSessions>;
  /** Strongly consistent. */
  find(key: SessionKey): Promise<Session | undefined>;
  /** False: it belongs to a later generation than `generation`, where that is said. One that is gone is as good as removed. */
  remove(key: SessionKey, generation?: number): Promise<boolean>;
}

/** Mints a SessionId: base64url(identity key, 16 bytes ‖ random secret, 32 bytes), 64 characters. */
export function newSession(
  identityKey: Uint8Array,
  { userId, generation }: Pick<Session, "userId" | "generation">,
  createdAt: number,
  lifetimeSeconds: number,
  random: (size: number) => Uint8Array,
): { sessionId: string; session: Session } {
  const secret = random(secretBytes);
  return {
    sessionId: Buffer.concat([identityKey, secret]).toString("base64url"),
    session: {
      identityKey,
      secretHash: sha256(secret),
      userId,
      generation,
      createdAt,
      expiresAt: Math.floor(createdAt / 1000) + lifetimeSeconds,
    },
  };
}

/** Where binding and session of a SessionId are found; undefined for anything that is not a SessionId. */
export function parseSessionId(sessionId: string): SessionKey | undefined {
  if (!sessionIdPattern.test(sessionId)) return undefined;
  const bytes = Buffer.from(sessionId, "base64url");
  return {
    identityKey: bytes.subarray(0, identityKeyBytes),
    secretHash: sha256(bytes.subarray(identityKeyBytes)),
  };
}

/** Names a session to people and programs without being a credential: it cannot be turned back into a SessionId. */
export function sessionHandle(secretHash: Uint8Array): string {
  return Buffer.from(secretHash).toString("base64url");
}

/** The key of a session out of its handle; undefined for what no session could be called. */
export function sessionKeyOf(identityKey: Uint8Array, handle: string): SessionKey | undefined {
  return handlePattern.test(handle)
    ? { identityKey, secretHash: Buffer.from(handle, "base64url") }
    : undefined;
}
