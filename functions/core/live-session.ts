import type { Binding } from "./binding.ts";
import type { ListedSessions, Session, SessionKey, SessionList } from "./session.ts";

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
    binding.userId === session.userId &&
    !binding.disabled &&
    session.generation === binding.generation &&
    now < session.expiresAt * 1000
  );
}

/** Nobody has so many devices: beyond it a program logs in again and again. */
const mostListed = 100;

/**
 * The sessions of an identity that may be used now, the newest first. Where a program has opened more than are read or
 * listed, some of them; `asking`, which its caller knows to be live, is always among them.
 */
export async function liveSessions(
  identityKey: Uint8Array,
  binding: Binding,
  sessions: Pick<SessionList, "list" | "find">,
  now: number,
  asking?: SessionKey,
): Promise<ListedSessions> {
  const stored = await sessions.list(identityKey);
  const live = stored.sessions
    .filter((session) => isLive(session, binding, now))
    .sort((a, b) => b.createdAt - a.createdAt);
  const listed = live.slice(0, mostListed);
  const more = stored.more || live.length > mostListed;
  if (!more || !asking || listed.some((it) => Buffer.compare(it.secretHash, asking.secretHash) === 0)) {
    return { sessions: listed, more };
  }
  const own = await sessions.find(asking);
  const ownIsLive = own !== undefined && isLive(own, binding, now);
  return { sessions: ownIsLive ? [...listed.slice(0, mostListed - 1), own] : listed, more };
}
