import type { PasswordQuestion, PhoneQuestion, Verification } from "../../contract/account-verifier.ts";

interface Verifier {
  /**
   * It is not the product's own, whose rows change in one transaction with the account's numbers: what is ended here raises
   * nothing that it says. It is asked twice at a bind, as every verifier is that says no generation.
   */
  readonly isOwners?: boolean;
}

/** Whoever knows usernames and passwords: the product's own accounts, or the owner's function. */
export interface AccountVerifier extends Verifier {
  verify(question: PasswordQuestion): Promise<Verification>;
}

/** Whoever knows phone numbers. `invalid_credentials`: nobody has this one. */
export interface PhoneVerifier extends Verifier {
  verify(question: PhoneQuestion): Promise<Verification>;
}
