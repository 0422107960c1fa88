import { type Identity, identityKey } from "./identity.ts";
import {
  PhoneCodeSpent,
  type PhoneNumberDeps,
  type PhoneRefusal,
  type VerifiedNumber,
  verifiedNumber,
} from "./phone-number.ts";

export interface KeptNumbers {
  /** False: the identity is another account's by now, or that session has ended. */
  keep(identityKey: Uint8Array, phoneNumber: string, userId: string, generation: number): Promise<boolean>;
}

export interface PhoneOfSessionDeps extends PhoneNumberDeps {
  /** Undefined: numbers are told, and not kept. */
  readonly keptNumbers: KeptNumbers | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Whose number is asked for, and the generation that their session was allowed under. */
export interface SessionHolder extends Identity {
  readonly userId: string;
  readonly generation: number;
}

/** The session has ended since the authorizer let it in. */
export interface SessionEnded {
  readonly ended: true;
}

/**
 * The number of a session's owner, kept with the identity where the deployment keeps numbers. Throws PhoneCodeSpent for
 * what broke after WeChat was asked.
 */
export async function phoneOfSession(
  holder: SessionHolder,
  phoneCode: string,
  deps: PhoneOfSessionDeps,
): Promise<VerifiedNumber | PhoneRefusal | SessionEnded> {
  const told = await verifiedNumber(holder, phoneCode, deps, deps.now());
  if ("refusal" in told || !deps.keptNumbers) return told;
  const { userId, generation } = holder;
  try {
    const kept = await deps.keptNumbers.keep(identityKey(holder), told.phoneNumber, userId, generation);
    return kept ? told : { ended: true };
  } catch (error) {
    throw new PhoneCodeSpent(error);
  }
}
