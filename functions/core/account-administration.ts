import { type Account, type AccountStore, newUserId, type PasswordHashes } from "./account.ts";
import type { BindingDirectory } from "./binding.ts";
import {
  disableAccount,
  enableAccount,
  endSessionsOfAccount,
  type Revocations,
  setIdentitiesDisabled,
  unbindAll,
} from "./revocation.ts";
import { normalizeUsername } from "./username.ts";

export interface AccountDeps {
  /** Undefined: an owner's system knows the accounts, or nobody does. */
  readonly accounts: AccountStore | undefined;
  readonly revocations: Revocations;
  readonly directory: Pick<BindingDirectory, "identitiesOf">;
}

export interface BuiltInAccountDeps extends AccountDeps {
  readonly accounts: AccountStore;
  readonly hashes: PasswordHashes;
  readonly random: (size: number) => Uint8Array;
}

export interface ImportedAccount {
  readonly username: string;
  readonly userId: string;
  readonly password?: string;
  readonly passwordHash?: string;
  readonly phoneNumber?: string;
}

export type ImportOutcome = "added" | "unchanged" | { readonly conflict: string };

/** Why an account was not added; `phoneNumber`: because of that. */
export interface AddConflict {
  readonly conflict: string;
  readonly phoneNumber?: true;
}

/** What was added, or why it was not. */
export async function addAccount(
  {
    username,
    userId,
    password,
    ...numbered
  }: { username: string; userId?: string; password: string; phoneNumber?: string },
  { accounts, hashes, random }: BuiltInAccountDeps,
): Promise<Account | AddConflict> {
  const account = {
    username: normalizeUsername(username),
    userId: userId ?? newUserId(random),
    passwordHash: await hashes.hash(password),
    ...numbered,
  };
  const result = await accounts.add(account);
  if (result === "username_taken") return { conflict: "There is an account of this name already." };
  if (result !== "added") {
    return "userIdTakenBy" in result
      ? { conflict: `The userId has an account already: ${result.userIdTakenBy}.` }
      : {
          conflict: `The phone number has an account already: ${result.phoneNumberTakenBy}.`,
          phoneNumber: true,
        };
  }
  return { ...account, disabled: false, generation: 0 };
}

/**
 * Adds what is not there yet and changes nothing that is, so that it can be repeated. Who exists is looked up first:
 * hashing a password costs more than all the rest.
 */
export async function importAccounts(
  rows: readonly ImportedAccount[],
  deps: BuiltInAccountDeps,
): Promise<ImportOutcome[]> {
  const { accounts, hashes } = deps;
  const normalized = rows.map((row) => ({ ...row, username: normalizeUsername(row.username) }));
  const existing = await accounts.findAll(normalized.map(({ username }) => username));
  const isNew = ({ username }: ImportedAccount) => !existing.has(username);
  await countImported(normalized.filter(isNew), 1, deps);
  const outcomes = await Promise.all(
    normalized.map(async (row) => {
      const { password = "", passwordHash, ...account } = row;
      const found = existing.get(account.username);
      if (found) return sameAccount(found, row);
      const hash = passwordHash ?? (await hashes.hash(password));
      const result = await accounts.add({ ...account, passwordHash: hash });
      if (result === "added") return result;
      if (result !== "username_taken") {
        return {
          conflict:
            "userIdTakenBy" in result
              ? `has the userId of another account: ${result.userIdTakenBy}`
              : `has the phone number of another account: ${result.phoneNumberTakenBy}`,
        };
      }
      const winner = await accounts.find(account.username);
      return winner ? sameAccount(winner, row) : { conflict: "was added and removed meanwhile" };
    }),
  );
  const wasNotAdded = normalized.filter((row, index) => isNew(row) && outcomes[index] !== "added");
  await countImported(wasNotAdded, -1, deps);
  return outcomes;
}

/**
 * Before the accounts are there, so that no unknown name is ever known by its work. What an import that was cut short
 * leaves is counted too often, which costs work and nothing else.
 */
async function countImported(
  rows: readonly ImportedAccount[],
  sign: 1 | -1,
  { accounts, hashes, random }: BuiltInAccountDeps,
): Promise<void> {
  const counts = new Map<string, number>();
  for (const { passwordHash } of rows) {
    const parameters = passwordHash === undefined ? hashes.parameters : hashes.parametersOf(passwordHash);
    if (parameters !== hashes.parameters) counts.set(parameters, (counts.get(parameters) ?? 0) + sign);
  }
  for (const [parameters, more] of counts) await accounts.countImported(parameters, more, random(32));
}

function sameAccount(found: Account, { userId, phoneNumber }: ImportedAccount): ImportOutcome {
  if (found.userId !== userId) return { conflict: `has the userId ${found.userId} already` };
  return phoneNumber === undefined || phoneNumber === found.phoneNumber
    ? "unchanged"
    : { conflict: "has another phone number, or none: `accounts phone` changes it" };
}

/** Whoever bound with the old password is out; how many bindings that were. Undefined: the account is gone meanwhile. */
export async function changePassword(
  account: Account,
  password: string,
  deps: BuiltInAccountDeps,
): Promise<number | undefined> {
  const passwordHash = await deps.hashes.hash(password);
  // From here on the old password opens nothing; what it opened before is ended next.
  if (!(await deps.accounts.change(account, { passwordHash }))) return undefined;
  return unbindListed(account.userId, deps);
}

/** False: the account is gone meanwhile. */
export async function disable(account: Account, deps: BuiltInAccountDeps): Promise<boolean> {
  if (!(await deps.accounts.change(account, { disabled: true }))) return false;
  await markListed(account.userId, true, deps);
  return true;
}

/** Identities first, the account last: what a crash leaves is too closed rather than too open. */
export async function enable(account: Account, deps: BuiltInAccountDeps): Promise<boolean> {
  await markListed(account.userId, false, deps);
  return deps.accounts.change(account, { disabled: false });
}

/** The account goes last, so that a removal that was cut short can be repeated; how many bindings went with it. */
export async function remove(account: Account, deps: BuiltInAccountDeps): Promise<number | undefined> {
  if (!(await deps.accounts.change(account, { disabled: true }))) return undefined;
  const unbound = await unbindListed(account.userId, deps);
  await deps.accounts.remove(account);
  return unbound;
}

/** Every binding of a user, whether or not there is an account of theirs here; how many there were. */
export async function unbindUser(userId: string, deps: AccountDeps): Promise<number> {
  const { accounts, revocations } = deps;
  const account = accounts && (await accounts.findByUserId(userId));
  if (account && (await accounts.change(account, {}))) return unbindListed(userId, deps);
  return unbindAll(await revocations.fence(userId), userId, revocations);
}

/** Every session of a user. Bindings stay, and a bind that is under way comes after. */
export async function endSessionsOfUser(
  userId: string,
  { directory, revocations }: AccountDeps,
): Promise<number> {
  return endSessionsOfAccount(await directory.identitiesOf(userId), revocations);
}

/** For accounts that an owner's system keeps, or that nobody has a password for. */
export async function disableUser(userId: string, { revocations }: AccountDeps): Promise<void> {
  await disableAccount(userId, revocations);
}

export async function enableUser(userId: string, { directory, revocations }: AccountDeps): Promise<void> {
  await enableAccount(userId, await directory.identitiesOf(userId), revocations);
}

/** Read only now, after the account was fenced: a bind is on this list, or it comes too late. */
async function unbindListed(userId: string, { directory, revocations }: AccountDeps): Promise<number> {
  return unbindAll(await directory.identitiesOf(userId), userId, revocations);
}

async function markListed(
  userId: string,
  disabled: boolean,
  { directory, revocations }: AccountDeps,
): Promise<void> {
  await setIdentitiesDisabled(await directory.identitiesOf(userId), userId, disabled, revocations);
}
