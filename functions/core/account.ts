import type { AccountVerifier } from "./login.ts";
import { normalizeUsername } from "./username.ts";

/** An account of the built-in verifier. */
export interface Account {
  /** Normalised. */
  readonly username: string;
  readonly userId: string;
  /** An argon2id string with its parameters, in the PHC format. */
  readonly passwordHash: string;
  readonly disabled: boolean;
}

export interface Accounts {
  /** Strongly consistent: a changed password holds at once. */
  find(username: string): Promise<Account | undefined>;
}

export interface PasswordHasher {
  matches(password: string, passwordHash: string): Promise<boolean>;
  /** A hash that no password matches, as costly to check as a real one. */
  readonly decoy: string;
}

/** The built-in verifier. An unknown username costs as much work, and gets the same answer, as a wrong password. */
export function accountVerifier(accounts: Accounts, hasher: PasswordHasher): AccountVerifier {
  return {
    async verify({ username, password }) {
      const account = await accounts.find(normalizeUsername(username));
      const matches = await hasher.matches(password, account?.passwordHash ?? hasher.decoy);
      if (!account || !matches) return { refused: "invalid_credentials" };
      return account.disabled ? { refused: "account_disabled" } : { userId: account.userId };
    },
  };
}
