import type { PasswordQuestion, PhoneQuestion, Verification } from "../../contract/account-verifier.ts";

/**
 * Whoever knows usernames and passwords: the product's own accounts, or the owner's function. One that says no generation
 * is asked twice, the second time after the account's fence was read.
 */
export interface AccountVerifier {
  verify(question: PasswordQuestion): Promise<Verification>;
}

/** Whoever knows phone numbers. `invalid_credentials`: nobody has this one. */
export interface PhoneVerifier {
  verify(question: PhoneQuestion): Promise<Verification>;
}
