import type { Binding } from "./binding.ts";
import type { Session, SessionList } from "./session.ts";

/**
 * The one rule that says whether a session may be used now: it is good for the account and the generation it was opened
 * under, until it expires. The clock decides that, never whether the store has deleted it.
 */
export function isLive(
  session: Pick<Session, "userId" | "generation" | "expiresAt">,
  binding: Binding,
  now: number,
): boolean {
  return (
    binding.userId !== undefined &&
    binding.userId === session.userId &&
    !binding.disabled &&
    session.generation === binding.generation &&
    now < session.expiresAt * 1000
  );
}

/** The sessions of an identity that may be used now, the newest first. */
export async function liveSessions(
  identityKey: Uint8Array,
  binding: Binding,
  sessions: Pick<SessionList, "list">,
  now: number,
): Promise<Session[]> {
  const stored = await sessions.list(identityKey);
  return stored.filter((session) => isLive(session, binding, now)).sort((a, b) => b.createdAt - a.createdAt);
}
