import type { AccountView, ImportResult, ImportRow } from "../../contract/operator-actions.ts";
import type { Account, AccountStore } from "../core/account.ts";
import * as administration from "../core/account-administration.ts";
import { normalizeUsername } from "../core/username.ts";
import { bindingsOfUser } from "./bindings.ts";
import { type Actions, type AdminNeeds, isRefused, type Refused, refuse } from "./needs.ts";
import { InvalidRequest, readImportRow } from "./read-request.ts";

type WithAccounts = AdminNeeds & { readonly accounts: AccountStore };

export const accountActions: Actions<
  | "accounts.add"
  | "accounts.import"
  | "accounts.passwd"
  | "accounts.disable"
  | "accounts.enable"
  | "accounts.show"
  | "accounts.remove"
> = {
  async "accounts.add"(request, needs) {
    if (!hasAccounts(needs)) return noBuiltInAccounts();
    const account = await administration.addAccount({ ...request, userId: request.userId }, needs);
    if ("conflict" in account) return refuse("account_exists", account.conflict);
    return { account: await view(account, needs) };
  },

  async "accounts.import"({ rows }, needs) {
    if (!hasAccounts(needs)) return noBuiltInAccounts();
    const read = rows.map((row) => readRow(row, needs));
    const good = read.filter((row): row is ImportRow => !("result" in row));
    const outcomes = await administration.importAccounts(good, needs);
    const outcomeOf = new Map(good.map((row, index) => [row, outcomes[index]]));
    return {
      results: read.map((row): ImportResult => {
        if ("result" in row) return row;
        const outcome = outcomeOf.get(row);
        if (typeof outcome === "object") return { result: "conflict", detail: outcome.conflict };
        return { result: outcome ?? "unchanged" };
      }),
    };
  },

  async "accounts.passwd"(request, needs) {
    if (!hasAccounts(needs)) return noBuiltInAccounts();
    const account = await find(request.account, needs);
    if (isRefused(account)) return account;
    const unbound = await administration.changePassword(account, request.password, needs);
    if (unbound === undefined) return noSuchAccount();
    return { account: await view(account, needs), unbound };
  },

  async "accounts.disable"(request, needs) {
    if (!hasAccounts(needs)) {
      await administration.disableUser(request.account, needs);
      return { account: await viewOfUser(request.account, true, needs) };
    }
    const account = await find(request.account, needs);
    if (isRefused(account)) return account;
    if (!(await administration.disable(account, needs))) return noSuchAccount();
    return { account: await view({ ...account, disabled: true }, needs) };
  },

  async "accounts.enable"(request, needs) {
    if (!hasAccounts(needs)) {
      await administration.enableUser(request.account, needs);
      return { account: await viewOfUser(request.account, false, needs) };
    }
    const account = await find(request.account, needs);
    if (isRefused(account)) return account;
    if (!(await administration.enable(account, needs))) return noSuchAccount();
    return { account: await view({ ...account, disabled: false }, needs) };
  },

  async "accounts.show"(request, needs) {
    if (!hasAccounts(needs)) return noBuiltInAccounts();
    const account = await find(request.account, needs);
    return isRefused(account) ? account : { account: await view(account, needs) };
  },

  async "accounts.remove"(request, needs) {
    if (!hasAccounts(needs)) return noBuiltInAccounts();
    const account = await find(request.account, needs);
    if (isRefused(account)) return account;
    const unbound = await administration.remove(account, needs);
    return unbound === undefined ? noSuchAccount() : { unbound };
  },
};

function hasAccounts(needs: AdminNeeds): needs is WithAccounts {
  return needs.accounts !== undefined;
}

function noBuiltInAccounts(): Refused {
  return refuse("no_built_in_accounts", "This deployment keeps no accounts: ask the system that does.");
}

async function find(username: string, { accounts }: WithAccounts): Promise<Account | Refused> {
  const account = await accounts.find(normalizeUsername(username));
  return account ?? noSuchAccount();
}

function noSuchAccount(): Refused {
  return refuse("no_such_account", "There is no account of this name.");
}

async function view({ username, userId, disabled }: Account, needs: AdminNeeds): Promise<AccountView> {
  return { username, ...(await viewOfUser(userId, disabled, needs)) };
}

async function viewOfUser(userId: string, disabled: boolean, needs: AdminNeeds): Promise<AccountView> {
  return { userId, disabled, bindings: await bindingsOfUser(userId, needs) };
}

/** A bad row becomes a result, so that it spoils nothing but itself. */
function readRow(row: unknown, { hashes }: AdminNeeds): ImportRow | (ImportResult & { result: "invalid" }) {
  try {
    const read = readImportRow(row);
    if (read.passwordHash === undefined || hashes.isHash(read.passwordHash)) return read;
    return { result: "invalid", detail: "passwordHash is not an argon2id string." };
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    return { result: "invalid", detail: error.message };
  }
}
