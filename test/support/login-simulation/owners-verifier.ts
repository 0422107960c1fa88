import type { Verification } from "../../../contract/account-verifier.ts";

/** An owner's user system, which the product knows by its account verifier alone. */
export interface OwnersAccounts {
  verify(payload: unknown): Verification;
  changePassword(username: string, password: string): void;
  setDisabled(username: string, disabled: boolean): void;
  /** Of this account from now on, and of no other. */
  setPhoneNumber(username: string, phoneNumber: string | undefined): void;
}

interface OwnersAccount {
  readonly userId: string;
  password: string;
  generation: number;
  disabled: boolean;
  phoneNumber?: string | undefined;
}

export function ownersAccounts(
  initial: readonly { readonly username: string; readonly userId: string; readonly password: string }[],
  saysGenerations: boolean,
): OwnersAccounts {
  const accounts = new Map<string, OwnersAccount>(
    initial.map(({ username, userId, password }) => [
      username,
      { userId, password, generation: 0, disabled: false },
    ]),
  );
  const withNumber = (phoneNumber: unknown) =>
    [...accounts.values()].find((account) => account.phoneNumber === phoneNumber);

  return {
    verify(payload) {
      const { username, password, phoneNumber } = Object(payload);
      const account = phoneNumber === undefined ? accounts.get(username) : withNumber(phoneNumber);
      if (!account) return { refused: "invalid_credentials" };
      if (phoneNumber === undefined && account.password !== password)
        return { refused: "invalid_credentials" };
      if (account.disabled) return { refused: "account_disabled" };
      const { userId, generation } = account;
      return { userId, ...(saysGenerations && { generation }) };
    },
    changePassword(username, password) {
      const account = accounts.get(username);
      if (!account) return;
      account.password = password;
      account.generation += 1;
    },
    setPhoneNumber(username, phoneNumber) {
      for (const [name, account] of accounts) {
        const its = name === username ? phoneNumber : account.phoneNumber;
        const kept = name !== username && its === phoneNumber ? undefined : its;
        if (kept === account.phoneNumber) continue;
        account.phoneNumber = kept;
        account.generation += 1;
      }
    },
    setDisabled(username, disabled) {
      const account = accounts.get(username);
      if (account) account.disabled = disabled;
    },
  };
}
