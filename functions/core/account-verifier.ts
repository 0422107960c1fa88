/** What is asked of whoever knows usernames and passwords: the product's own accounts, or the owner's function. */
export interface VerifierQuestion {
  /** As typed: only the verifier knows its own rule of what is the same name. */
  readonly username: string;
  /** Byte-exact as typed. */
  readonly password: string;
  readonly appId: string;
}

/**
 * `generation`: a whole number that grows whenever the password changes. A verifier that says none is asked twice, the
 * second time after the account's fence was read.
 */
export type Verification =
  | { readonly userId: string; readonly generation?: number }
  | { readonly refused: "invalid_credentials" | "account_disabled" };

export interface AccountVerifier {
  verify(question: VerifierQuestion): Promise<Verification>;
}
