import { type Account, type AccountStore, newUserId, type PasswordHashes } from "./account.ts";
import { disableAccount, enableAccount, type Revocations, unbindAccount } from "./revocation.ts";
import { normalizeUsername } from "./username.ts";

export interface AccountAdministrationNeeds {
  readonly accounts: AccountStore;
  readonly revocations: Revocations;
  readonly hashes: PasswordHashes;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: (size: number) => Uint8Array;
}

export interface NewAccount {
  readonly username: string;
  readonly userId: string;
  readonly password?: string;
  readonly passwordHash?: string;
}

export type ImportOutcome = "added" | "unchanged" | { readonly conflict: string };

/** Undefined: the username is taken. */
export async function addAccount(
  { username, userId, password }: { username: string; userId?: string | undefined; password: string },
  { accounts, hashes, random }: AccountAdministrationNeeds,
): Promise<Account | undefined> {
  const account: Account = {
    username: normalizeUsername(username),
    userId: userId ?? newUserId(random),
    passwordHash: await hashes.hash(password),
    disabled: false,
  };
  return (await accounts.add(account)) ? account : undefined;
}

/**
 * Adds what is not there yet and changes nothing that is, so that it can be repeated. Who exists is looked up first:
 * hashing a password costs more than all the rest.
 */
export async function importAccounts(
  rows: readonly NewAccount[],
  { accounts, hashes }: AccountAdministrationNeeds,
): Promise<ImportOutcome[]> {
  const normalized = rows.map((row) => ({ ...row, username: normalizeUsername(row.username) }));
  const existing = await accounts.findAll(normalized.map(({ username }) => username));
  return Promise.all(
    normalized.map(async ({ username, userId, password = "", passwordHash }) => {
      const found = existing.get(username);
      if (found) return sameAccount(found, userId);
      const hash = passwordHash ?? (await hashes.hash(password));
      if (await accounts.add({ username, userId, passwordHash: hash, disabled: false })) return "added";
      const winner = await accounts.find(username);
      return winner ? sameAccount(winner, userId) : { conflict: "was added and removed meanwhile" };
    }),
  );
}

function sameAccount(found: Account, userId: string): ImportOutcome {
  return found.userId === userId ? "unchanged" : { conflict: `has the userId ${found.userId} already` };
}

/** Whoever bound with the old password is out; how many bindings that were. Undefined: the account is gone meanwhile. */
export async function changePassword(
  account: Account,
  password: string,
  { accounts, revocations, hashes, now }: AccountAdministrationNeeds,
): Promise<number | undefined> {
  // The hash first: from here on the old password opens nothing, and what it opened before is ended next.
  if (!(await accounts.changePassword(account.username, await hashes.hash(password)))) return undefined;
  return unbindAccount(account.userId, now, revocations);
}

export async function disable(
  account: Account,
  { accounts, revocations, now }: AccountAdministrationNeeds,
): Promise<void> {
  await accounts.setDisabled(account.username, true);
  await disableAccount(account.userId, now, revocations);
}

export async function enable(
  account: Account,
  { accounts, revocations, now }: AccountAdministrationNeeds,
): Promise<void> {
  await enableAccount(account.userId, now, revocations);
  await accounts.setDisabled(account.username, false);
}

/** The account goes last, so that a removal that was cut short can be repeated; how many bindings went with it. */
export async function remove(
  account: Account,
  { accounts, revocations, now }: AccountAdministrationNeeds,
): Promise<number> {
  await accounts.setDisabled(account.username, true);
  const unbound = await unbindAccount(account.userId, now, revocations);
  // Who comes back under this userId one day is somebody new.
  await revocations.setAccountDisabled(account.userId, false);
  await accounts.remove(account.username);
  return unbound;
}
