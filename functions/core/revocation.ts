import { type Identity, identityKey } from "./identity.ts";

/** An identity as an account item names it. */
export interface BoundIdentity {
  readonly appId: string;
  readonly identityKey: Uint8Array;
}

/**
 * Writes that end access, each by raising a number: no clock has a say in it. Repeating any of them is harmless: it ends
 * what was opened in between.
 */
export interface Revocations {
  /**
   * Every session of the identity: one write, however many. False: its generation is not `generation`, where that is
   * said, or nothing is known of it.
   */
  endSessions(identityKey: Uint8Array, generation?: number): Promise<boolean>;
  /**
   * Takes the userId out of the identity, ends its sessions, takes it off the account's list and raises the account's
   * fence: all or nothing. False: it is not theirs (any more), or its generation is not `generation`, where that is said.
   */
  unbind(identity: BoundIdentity, userId: string, generation?: number): Promise<boolean>;
  /** Raises the account's fence, so that a bind under way finds it moved; says which identities it has after that. */
  fence(userId: string): Promise<BoundIdentity[]>;
  /** The same, with the mark. */
  setAccountDisabled(userId: string, disabled: boolean): Promise<BoundIdentity[]>;
  /** One write: the mark and the end of its sessions. Nothing if the identity has another account now. */
  setIdentityDisabled(identityKey: Uint8Array, userId: string, disabled: boolean): Promise<void>;
  /** Takes the mark off an identity that has no account. False: it has one, or nothing is known of it. */
  enableUnbound(identityKey: Uint8Array): Promise<boolean>;
}

/**
 * Every device of one identity. With a `generation`: only if they have not been ended since. A login that is under way
 * opens its session under the old generation, or comes after.
 */
export async function endSessionsOfIdentity(
  identity: Identity,
  revocations: Revocations,
  generation?: number,
): Promise<boolean> {
  return revocations.endSessions(identityKey(identity), generation);
}

/** The identity keeps its item and its generation: no old session can come back to life under a new binding. */
export async function unbindIdentity(
  identity: Identity,
  userId: string,
  revocations: Revocations,
  generation?: number,
): Promise<boolean> {
  const bound = { appId: identity.appId, identityKey: identityKey(identity) };
  return revocations.unbind(bound, userId, generation);
}

/** Every device of every identity of an account; how many identities that were. */
export async function endSessionsOfAccount(
  identities: readonly BoundIdentity[],
  revocations: Revocations,
): Promise<number> {
  await Promise.all(identities.map((it) => revocations.endSessions(it.identityKey)));
  return identities.length;
}

/** These bindings of an account, which is fenced already; how many. One after the other: each changes the account's list. */
export async function unbindAll(
  identities: readonly BoundIdentity[],
  userId: string,
  revocations: Revocations,
): Promise<number> {
  for (const identity of identities) await revocations.unbind(identity, userId);
  return identities.length;
}

/**
 * The account comes first: a bind that is under way either is on its list by then, or finds it disabled.
 *
 *   disable  ── account: disabled, fence + 1 ── each identity: disabled, generation + 1
 *   enable   ── each identity: generation + 1 ── account (what a crash leaves is too closed rather than too open)
 */
export async function disableAccount(userId: string, revocations: Revocations): Promise<void> {
  const identities = await revocations.setAccountDisabled(userId, true);
  await setIdentitiesDisabled(identities, userId, true, revocations);
}

export async function enableAccount(
  userId: string,
  identities: readonly BoundIdentity[],
  revocations: Revocations,
): Promise<void> {
  await setIdentitiesDisabled(identities, userId, false, revocations);
  await revocations.setAccountDisabled(userId, false);
}

export async function setIdentitiesDisabled(
  identities: readonly BoundIdentity[],
  userId: string,
  disabled: boolean,
  revocations: Revocations,
): Promise<void> {
  await Promise.all(
    identities.map((it) => revocations.setIdentityDisabled(it.identityKey, userId, disabled)),
  );
}
