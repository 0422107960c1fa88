import type { Binding } from "./binding.ts";
import type { Identity } from "./identity.ts";
import { isLive } from "./live-session.ts";
import { parseSessionId, type Session, type SessionKey } from "./session.ts";

/** A session together with the binding it belongs to. */
export interface BoundSession {
  readonly identity: Identity;
  readonly binding: Binding & { readonly userId: string };
  /** Where it is kept and may be told. */
  readonly phoneNumber?: string;
  readonly session: Pick<Session, "userId" | "generation" | "createdAt" | "expiresAt">;
}

/**
 * One strongly consistent read of both; undefined unless both are there and whole. Throws when the store did not
 * answer: that never means "not found".
 */
export type ReadBoundSession = (key: SessionKey) => Promise<BoundSession | undefined>;

/** Whose session this is, or undefined when it must be refused. `now` in milliseconds. */
export async function authorize(
  sessionId: string,
  read: ReadBoundSession,
  now: () => number,
): Promise<(BoundSession & { key: SessionKey }) | undefined> {
  const key = parseSessionId(sessionId);
  const found = key && (await read(key));
  return key && found && isLive(found.session, found.binding, now()) ? { ...found, key } : undefined;
}
