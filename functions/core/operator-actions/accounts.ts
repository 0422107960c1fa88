import type { AdminFields, OperatorRefusal } from "../../../contract/operator-actions.ts";
import type { AccountView, ImportResult, ImportRow } from "../../../contract/operator-shapes.ts";
import type { Account, AccountStore, NumberedUsers, PhoneNumbers } from "../account.ts";
import * as administration from "../account-administration.ts";
import { isRefusal } from "../refusal.ts";
import { flawInUsername, readUsername } from "../username.ts";
import { bindingsOfUser } from "./bindings.ts";
import type { OperatorActions, OperatorDeps } from "./deps.ts";

type Row = AdminFields["accounts.import"]["rows"][number];
type WithAccounts = OperatorDeps & { readonly accounts: AccountStore & PhoneNumbers };

export const accountActions = {
  async "accounts.add"(request, deps) {
    if (!hasAccounts(deps)) return noBuiltInAccounts();
    const flaw = flawInUsername(request.username);
    if (flaw !== undefined) return { refused: "invalid_request", detail: flaw };
    const account = await administration.addAccount(request, deps);
    if ("conflict" in account) {
      return {
        refused: account.phoneNumber ? "phone_number_taken" : "account_exists",
        detail: account.conflict,
      };
    }
    return { account: await view(account, deps) };
  },

  async "accounts.import"({ rows }, deps) {
    if (!hasAccounts(deps)) return noBuiltInAccounts();
    const checked = rows.map((row) => checkRow(row, deps));
    const good = checked.filter((row): row is ImportRow => !("result" in row));
    const outcomes = await administration.importAccounts(good, deps);
    const outcomeOf = new Map(good.map((row, index) => [row, outcomes[index]]));
    return {
      results: checked.map((row): ImportResult => {
        if ("result" in row) return row;
        const outcome = outcomeOf.get(row);
        if (typeof outcome === "object") return { result: "conflict", detail: outcome.conflict };
        return { result: outcome ?? "unchanged" };
      }),
    };
  },

  async "accounts.passwd"(request, deps) {
    if (!hasAccounts(deps)) return noBuiltInAccounts();
    const account = await find(request.account, deps);
    if (isRefusal(account)) return account;
    const unbound = await administration.changePassword(account, request.password, deps);
    if (unbound === undefined) return noSuchAccount();
    return { account: await view(account, deps), unbound };
  },

  async "accounts.phone"(request, deps) {
    if (!hasAccounts(deps)) return noBuiltInAccounts();
    const account = await find(request.account, deps);
    if (isRefusal(account)) return account;
    const { phoneNumber } = request;
    const set = await deps.accounts.setPhoneNumber(account, phoneNumber);
    if (set === false) return noSuchAccount();
    if (set !== true) {
      const detail = `The phone number has an account already: ${set.phoneNumberTakenBy}.`;
      return { refused: "phone_number_taken", detail };
    }
    return { account: await view({ ...account, phoneNumber }, deps) };
  },

  async "accounts.removePhone"(request, deps) {
    if (deps.numberedUsers) return removeNumberOf(request.account, deps.numberedUsers, deps);
    if (!hasAccounts(deps)) return noBuiltInAccounts();
    const account = await find(request.account, deps);
    if (isRefusal(account)) return account;
    const removed = await deps.accounts.setPhoneNumber(account, undefined);
    return removed === false ? noSuchAccount() : { userId: account.userId };
  },

  async "accounts.disable"(request, deps) {
    if (!hasAccounts(deps)) {
      await administration.disableUser(request.account, deps);
      return { account: await viewOfUser(request.account, true, deps) };
    }
    const account = await find(request.account, deps);
    if (isRefusal(account)) return account;
    if (!(await administration.disable(account, deps))) return noSuchAccount();
    return { account: await view({ ...account, disabled: true }, deps) };
  },

  async "accounts.enable"(request, deps) {
    if (!hasAccounts(deps)) {
      await administration.enableUser(request.account, deps);
      return { account: await viewOfUser(request.account, false, deps) };
    }
    const account = await find(request.account, deps);
    if (isRefusal(account)) return account;
    if (!(await administration.enable(account, deps))) return noSuchAccount();
    return { account: await view({ ...account, disabled: false }, deps) };
  },

  async "accounts.show"(request, deps) {
    if (!hasAccounts(deps)) return noBuiltInAccounts();
    const account = await find(request.account, deps);
    return isRefusal(account) ? account : { account: await view(account, deps) };
  },

  async "accounts.remove"(request, deps) {
    if (!hasAccounts(deps)) return noBuiltInAccounts();
    const account = await find(request.account, deps);
    if (isRefusal(account)) return account;
    const unbound = await administration.remove(account, deps);
    return unbound === undefined ? noSuchAccount() : { unbound };
  },
} satisfies Partial<OperatorActions>;

function hasAccounts(deps: OperatorDeps): deps is WithAccounts {
  return deps.accounts !== undefined;
}

function noBuiltInAccounts(): OperatorRefusal {
  return {
    refused: "no_built_in_accounts",
    detail: "This deployment keeps no accounts: ask the system that does.",
  };
}

async function find(username: string, { accounts }: WithAccounts): Promise<Account | OperatorRefusal> {
  const name = readUsername(username);
  const account = name === undefined ? undefined : await accounts.find(name);
  return account ?? noSuchAccount();
}

function noSuchAccount(): OperatorRefusal {
  return { refused: "no_such_account", detail: "There is no account of this name." };
}

/** Where a number makes an account: whoever has it next gets a new one. A bind under way by it comes too late. */
async function removeNumberOf(
  userId: string,
  numberedUsers: NumberedUsers,
  { revocations }: OperatorDeps,
): Promise<{ userId: string } | OperatorRefusal> {
  const isRemoved = await numberedUsers.remove(userId);
  // Also where there was none: a removal that was cut short is completed by this.
  await revocations.fence(userId);
  return isRemoved ? { userId } : { refused: "no_such_number", detail: "This userId has no phone number." };
}

async function view(
  { username, userId, phoneNumber, disabled }: Account,
  deps: OperatorDeps,
): Promise<AccountView> {
  const numbered = phoneNumber !== undefined && { phoneNumber };
  return { username, ...numbered, ...(await viewOfUser(userId, disabled, deps)) };
}

async function viewOfUser(userId: string, disabled: boolean, deps: OperatorDeps): Promise<AccountView> {
  return { userId, disabled, bindings: await bindingsOfUser(userId, deps) };
}

/** What only the core knows of a row that can be read. */
function checkRow(row: Row, { hashes }: OperatorDeps): Row {
  if ("result" in row) return row;
  const flaw = flawInUsername(row.username);
  if (flaw !== undefined) return { result: "invalid", detail: flaw };
  return row.passwordHash === undefined || hashes.isHash(row.passwordHash)
    ? row
    : { result: "invalid", detail: "passwordHash is not an argon2id string." };
}
