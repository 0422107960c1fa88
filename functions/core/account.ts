import type { AccountVerifier } from "./login.ts";
import { readUsername } from "./username.ts";

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

/** What operators do with accounts. Usernames are normalised; false says that there is no such account (any more). */
export interface AccountStore extends Accounts {
  findAll(usernames: readonly string[]): Promise<Map<string, Account>>;
  /** False: the username is taken. */
  add(account: Account): Promise<boolean>;
  changePassword(username: string, passwordHash: string): Promise<boolean>;
  setDisabled(username: string, disabled: boolean): Promise<boolean>;
  remove(username: string): Promise<void>;
}

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
      return account.disabled ? { refused: "account_disabled" } : { userId: account.userId };
    },
  };
}
