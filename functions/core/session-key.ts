import type { Identity } from "./identity.ts";
import { type Facts, type Refusal, StoreUnavailable } from "./refusal.ts";

/** WeChat's session_keys, by the key of the identity that they are of. */
export interface SessionKeys {
  /**
   * As the latest; what was the latest stays as the one before it. One that is the latest already pushes nothing out.
   * `expiresAt`: seconds since 1970.
   */
  keep(identityKey: Uint8Array, sessionKey: string, expiresAt: number): Promise<void>;
  /** The two latest at most; strongly consistent. */
  find(identityKey: Uint8Array): Promise<readonly string[]>;
  /**
   * In the place of all that is kept, for as long as that would have been. `dropped`: what was kept, and is not kept again
   * though a login that is under way brings it.
   */
  replace(identityKey: Uint8Array, sessionKey: string, dropped: readonly string[]): Promise<void>;
}

/** Both refuse with `session_key_stale` a key that WeChat does not take for the user's present one. */
export interface PresentSessionKeys {
  check(identity: Identity, sessionKey: string): Promise<{ readonly valid: true } | Refusal>;
  /** WeChat gives the user another one in its place. */
  reset(identity: Identity, sessionKey: string): Promise<{ readonly sessionKey: string } | Refusal>;
}

/** What operators have where the deployment keeps session_keys. */
export interface OpenDataDeps {
  readonly sessionKeys: SessionKeys;
  readonly present: PresentSessionKeys;
}

/** Keeps the session_key that came with a code, beside the login's other work. `enteredAt`: milliseconds. */
export type KeepSessionKey = (
  identityKey: Uint8Array,
  sessionKey: string,
  enteredAt: number,
) => Promise<Facts>;

/**
 * Until the session ends that this login opens: who has none has no use for it. One that could not be kept is no reason to
 * turn anybody away: open data then says `session_key_stale`, and the next login keeps it.
 */
export function keepSessionKeys(
  sessionKeys: Pick<SessionKeys, "keep">,
  sessionLifetimeSeconds: number,
): KeepSessionKey {
  return async (identityKey, sessionKey, enteredAt) => {
    const expiresAt = Math.floor(enteredAt / 1000) + sessionLifetimeSeconds;
    try {
      await sessionKeys.keep(identityKey, sessionKey, expiresAt);
      return {};
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      return { sessionKeyNotKept: true };
    }
  };
}
