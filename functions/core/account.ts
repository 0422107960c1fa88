import type { AccountVerifier, PhoneVerifier } from "./account-verifier.ts";
import { allAnswered } from "./attempts.ts";
import { decoyParameters, type ImportedHashes } from "./imported-hashes.ts";
import { StoreUnavailable } from "./refusal.ts";
import { readUsername } from "./username.ts";

/** An account of the built-in verifier. */
export interface Account {
  /** Normalised. */
  readonly username: string;
  readonly userId: string;
  /** An argon2id string with its parameters, in the PHC format. */
  readonly passwordHash: string;
  readonly disabled: boolean;
  /** E.164, as an operator has written it. Nobody else has it. */
  readonly phoneNumber?: string;
  /**
   * Raised by one whenever the password or the phone number changes or the account is shut, together with the account
   * item's: a bind that was verified under an earlier one comes too late.
   */
  readonly generation: number;
}

export interface Accounts {
  /** Strongly consistent: a changed password holds at once. */
  find(username: string): Promise<Account | undefined>;
  /** Undefined: no import has brought any. */
  importedHashes(): Promise<ImportedHashes | undefined>;
  /**
   * Puts another hash of the same password in the place of an imported one, unless hash or generation have changed since.
   * Raises nothing: nobody's access changes.
   */
  replaceHash(account: Account, parameters: string, passwordHash: string): Promise<void>;
}

export type NewAccount = Pick<Account, "username" | "userId" | "passwordHash" | "phoneNumber">;

/** Another account has it: which, by its username. */
export interface PhoneNumberTaken {
  readonly phoneNumberTakenBy: string;
}

/** What became of a new account, or by which username its userId or its number is taken. */
export type AddResult = "added" | "username_taken" | { readonly userIdTakenBy: string } | PhoneNumberTaken;

/**
 * What operators do with accounts. Usernames are normalised. Each write is one transaction over the account's row, the
 * name that its userId has, its phone number, and its account item; false says that there is no such account (any more).
 */
export interface AccountStore extends Accounts {
  findAll(usernames: readonly string[]): Promise<Map<string, Account>>;
  findByUserId(userId: string): Promise<Account | undefined>;
  /** A userId that had an account before goes on with that one's generation. */
  add(account: NewAccount): Promise<AddResult>;
  /** Changes it and raises its generation. With no change it raises only that. */
  change(account: Account, change: AccountChange): Promise<boolean>;
  /** Counts imported hashes, or with a negative number fewer of them. `secret`: taken where there is none yet. */
  countImported(parameters: string, more: number, secret: Uint8Array): Promise<void>;
  /** Gives it another phone number, or none. Whoever binds by the old one meanwhile comes too late. */
  setPhoneNumber(account: Account, phoneNumber: string | undefined): Promise<boolean | PhoneNumberTaken>;
  /**
   * Removes the row, its name and its number, and what is remembered of that; lifts a ban, because who comes back under
   * this userId one day is somebody new.
   */
  remove(account: Account): Promise<boolean>;
}

export type AccountChange = Partial<Pick<Account, "passwordHash" | "disabled">>;

/** Parameters are text here: what a hash is computed with, and so what it costs to check. */
export interface PasswordHasher extends Pick<PasswordHashes, "hash" | "parameters" | "parametersOf"> {
  matches(password: string, passwordHash: string): Promise<boolean>;
  /** A hash that no password matches, as costly to check as a real one with these parameters. */
  decoy(parameters: string): string;
}

export interface PasswordHashes {
  hash(password: string): Promise<string>;
  /** Of what `hash` makes. */
  readonly parameters: string;
  parametersOf(passwordHash: string): string;
  /** Whether `PasswordHasher.matches` can read this string, well within its function's deadline. */
  isHash(text: string): boolean;
}

export function newUserId(random: (size: number) => Uint8Array): string {
  return `u_${Buffer.from(random(16)).toString("base64url")}`;
}

/**
 * The built-in verifier. An unknown username gets the same answer as a wrong password, and costs as much work as some name
 * that is known. A right password replaces an imported hash by one of ours.
 */
export function accountVerifier(accounts: Accounts, hasher: PasswordHasher): AccountVerifier {
  return {
    async verify({ username, password }) {
      const name = readUsername(username);
      const [account, imported] = await allAnswered([
        name === undefined ? undefined : accounts.find(name),
        accounts.importedHashes(),
      ]);
      const decoy = () => hasher.decoy(decoyParameters(name ?? username, hasher.parameters, imported));
      const matches = await hasher.matches(password, account?.passwordHash ?? decoy());
      if (!account || !matches) return { refused: "invalid_credentials" };
      if (account.disabled) return { refused: "account_disabled" };
      await replaceImportedHash(account, password, accounts, hasher);
      return { userId: account.userId, generation: account.generation };
    },
  };
}

export interface PhoneNumbers {
  /** Strongly consistent. */
  findByPhoneNumber(phoneNumber: string): Promise<Account | undefined>;
}

/** The built-in verifier of phone numbers. */
export function phoneVerifier({ findByPhoneNumber }: PhoneNumbers): PhoneVerifier {
  return {
    async verify({ phoneNumber }) {
      const account = await findByPhoneNumber(phoneNumber);
      if (!account) return { refused: "invalid_credentials" };
      if (account.disabled) return { refused: "account_disabled" };
      return { userId: account.userId, generation: account.generation };
    },
  };
}

/** Numbers without accounts: the first login by one makes a userId for it. */
export interface NumberedUsers {
  /** Strongly consistent. */
  find(phoneNumber: string): Promise<string | undefined>;
  /** The userId that this number has, which is `userId` where it had none. */
  findOrAdd(phoneNumber: string, userId: string): Promise<string>;
  /** False: this userId has none. */
  remove(userId: string): Promise<boolean>;
}

/**
 * Where nobody knows passwords. It says no generation, since nothing of a number ever changes: what shuts its user out is
 * the account's own fence.
 */
export function newUserVerifier(
  { findOrAdd }: Pick<NumberedUsers, "findOrAdd">,
  random: (size: number) => Uint8Array,
): PhoneVerifier {
  return {
    verify: async ({ phoneNumber }) => ({ userId: await findOrAdd(phoneNumber, newUserId(random)) }),
  };
}

async function replaceImportedHash(
  account: Account,
  password: string,
  accounts: Accounts,
  hasher: PasswordHasher,
): Promise<void> {
  const parameters = hasher.parametersOf(account.passwordHash);
  if (parameters === hasher.parameters) return;
  const passwordHash = await hasher.hash(password);
  try {
    await accounts.replaceHash(account, parameters, passwordHash);
  } catch (error) {
    // The password was right all the same, and the next login tries again.
    if (!(error instanceof StoreUnavailable)) throw error;
  }
}
