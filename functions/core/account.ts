import type { AccountVerifier } from "./account-verifier.ts";
import { readUsername } from "./username.ts";

/** An account of the built-in verifier. */
export interface Account {
  /** Normalised. */
  readonly username: string;
  readonly userId: string;
  /** An argon2id string with its parameters, in the PHC format. */
  readonly passwordHash: string;
  readonly disabled: boolean;
  /**
   * Raised by one whenever the password changes or the account is shut, together with the account item's: a bind that was
   * verified under an earlier one comes too late.
   */
  readonly generation: number;
}

export interface Accounts {
  /** Strongly consistent: a changed password holds at once. */
  find(username: string): Promise<Account | undefined>;
}

export type NewAccount = Pick<Account, "username" | "userId" | "passwordHash">;

/** What became of a new account. `userId_taken`: by the account of `username`. */
export type AddResult = "added" | "username_taken" | { readonly userIdTakenBy: string };

/**
 * What operators do with accounts. Usernames are normalised. Each write is one transaction over the account's row, the
 * name that its userId has, and its account item; false says that there is no such account (any more).
 */
export interface AccountStore extends Accounts {
  findAll(usernames: readonly string[]): Promise<Map<string, Account>>;
  findByUserId(userId: string): Promise<Account | undefined>;
  /** A userId that had an account before goes on with that one's generation. */
  add(account: NewAccount): Promise<AddResult>;
  /** Changes it and raises its generation. With no change it raises only that. */
  change(account: Account, change: AccountChange): Promise<boolean>;
  /** Removes the row and its name; lifts a ban, because who comes back under this userId one day is somebody new. */
  remove(account: Account): Promise<boolean>;
}

export type AccountChange = Partial<Pick<Account, "passwordHash" | "disabled">>;

export interface PasswordHasher {
  matches(password: string, passwordHash: string): Promise<boolean>;
  /** A hash that no password matches, as costly to check as a real one. */
  readonly decoy: string;
}

export interface PasswordHashes {
  hash(password: string): Promise<string>;
  /** Whether `PasswordHasher.matches` can read this string. */
  isHash(text: string): boolean;
}

export function newUserId(random: (size: number) => Uint8Array): string {
  return `u_${Buffer.from(random(16)).toString("base64url")}`;
}

/** The built-in verifier. An unknown username costs as much work, and gets the same answer, as a wrong password. */
export function accountVerifier(accounts: Accounts, hasher: PasswordHasher): AccountVerifier {
  return {
    async verify({ username, password }) {
      const name = readUsername(username);
      const account = name === undefined ? undefined : await accounts.find(name);
      const matches = await hasher.matches(password, account?.passwordHash ?? hasher.decoy);
      if (!account || !matches) return { refused: "invalid_credentials" };
      if (account.disabled) return { refused: "account_disabled" };
      return { userId: account.userId, generation: account.generation };
    },
  };
}
