import { type Identity, identityKey } from "./identity.ts";

/** An identity as an account item names it. */
export interface BoundIdentity {
  readonly appId: string;
  readonly identityKey: Uint8Array;
}

/**
 * Writes that end access. All times are in milliseconds, and none of them ever moves a time backwards, so that
 * repeating any of this after a crash is harmless.
 */
export interface Revocations {
  /** Voids the sessions that this identity's logins entered before `validFrom` opened: one write, however many. */
  endSessions(identityKey: Uint8Array, validFrom: number): Promise<void>;
  /** Takes the userId out of the identity, ends its sessions, and takes it off the account's list: all or nothing. */
  unbind(identity: BoundIdentity, userId: string, validFrom: number): Promise<void>;
  /** Voids the binds of this account that were entered before `validFrom`; says which identities it has after that. */
  endBinds(userId: string, validFrom: number): Promise<BoundIdentity[]>;
  setAccountDisabled(userId: string, disabled: boolean): Promise<void>;
  /** One write: the mark and the end of its sessions. Nothing if the identity has another account now. */
  setIdentityDisabled(
    identityKey: Uint8Array,
    userId: string,
    disabled: boolean,
    validFrom: number,
  ): Promise<void>;
}

/** Milliseconds since 1970. */
type Clock = () => number;

/**
 * The first moment from which a session is valid again: a session opened in this very millisecond was opened before
 * whatever is ending it now. Read anew for each write, so that what slipped in before it is ended too.
 */
function from(now: Clock): number {
  return now() + 1;
}

/** Every device of one identity. */
export async function endSessionsOfIdentity(
  identity: Identity,
  now: Clock,
  revocations: Revocations,
): Promise<void> {
  await revocations.endSessions(identityKey(identity), from(now));
}

/** The identity keeps its item without a userId: an old session cannot come back to life under a new binding. */
export async function unbindIdentity(
  identity: Identity,
  userId: string,
  now: Clock,
  revocations: Revocations,
): Promise<void> {
  const bound = { appId: identity.appId, identityKey: identityKey(identity) };
  await revocations.unbind(bound, userId, from(now));
}

/**
 * Every device of every identity of an account. The account comes first: a bind that is under way either is on its list
 * by then, or finds itself superseded. The same holds for all that follows.
 */
export async function endSessionsOfAccount(
  userId: string,
  now: Clock,
  revocations: Revocations,
): Promise<number> {
  const identities = await revocations.endBinds(userId, from(now));
  await Promise.all(identities.map((it) => revocations.endSessions(it.identityKey, from(now))));
  return identities.length;
}

/** Every binding of an account; how many there were. One after the other: each changes the account's list. */
export async function unbindAccount(userId: string, now: Clock, revocations: Revocations): Promise<number> {
  const identities = await revocations.endBinds(userId, from(now));
  for (const identity of identities) await revocations.unbind(identity, userId, from(now));
  return identities.length;
}

export async function disableAccount(userId: string, now: Clock, revocations: Revocations): Promise<void> {
  await revocations.setAccountDisabled(userId, true);
  const identities = await revocations.endBinds(userId, from(now));
  await Promise.all(
    identities.map((it) => revocations.setIdentityDisabled(it.identityKey, userId, true, from(now))),
  );
}

/** Identities first, the account last: what a crash leaves is too closed rather than too open. */
export async function enableAccount(userId: string, now: Clock, revocations: Revocations): Promise<void> {
  const identities = await revocations.endBinds(userId, from(now));
  await Promise.all(
    identities.map((it) => revocations.setIdentityDisabled(it.identityKey, userId, false, from(now))),
  );
  await revocations.setAccountDisabled(userId, false);
}
