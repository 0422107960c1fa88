import type { Item } from "../dynamodb-expressions.ts";
import type { PhoneSetup } from "./schedule.ts";

const accountKeyLength = 64;
const allowedPrefix = "allowed:";
/** A day, as operators allow it, and what clocks may be apart. */
const allowedForMs = 86_400_000;

/**
 * Carriers give numbers to new people. By number an account lets in one identity of a mini-program, whoever else has that
 * number later, unless an operator has allowed one more.
 */
export function nextHolderChecks(
  nextHolder: PhoneSetup["nextHolder"] | undefined,
  clocks: readonly number[],
  now: () => number,
  violated: (what: string) => void,
) {
  const apart = Math.max(...clocks) - Math.min(...clocks);
  /** By userId and AppId. */
  const letIn = new Map<string, { readonly identity: string; readonly phoneNumber: string }>();
  const allowedUntil = new Map<string, number>();
  const seen = new Map<string, unknown>();
  let users = new Set<string>();

  return {
    /** An identity has been bound by its number. */
    bound(identity: string, item: Item, phoneNumber: string, bindings: ReadonlyMap<string, Item>): void {
      if (nextHolder !== "refuse") return;
      const place = `${item.userId} ${item.appId}`;
      const before = letIn.get(place);
      const isAnother = before && before.identity !== identity && before.phoneNumber === phoneNumber;
      if (isAnother && now() > (allowedUntil.get(place) ?? 0)) {
        violated("a number lets its next holder into the account of the one before");
      }
      for (const [key, { userId, appId }] of bindings) {
        if (key !== identity && userId === item.userId && appId === item.appId) {
          violated("a number lets somebody into an account that has an identity here");
        }
      }
      letIn.set(place, { identity, phoneNumber });
      allowedUntil.delete(place);
    },

    /** `accounts`: rows of the Accounts table. */
    afterWrite(bindings: ReadonlyMap<string, Item>, accounts: readonly Item[]): void {
      for (const [key, item] of bindings) {
        if (key.length !== accountKeyLength) continue;
        for (const [name, until] of Object.entries(item)) {
          if (!name.startsWith(allowedPrefix)) continue;
          const place = `${item.userId} ${name.slice(allowedPrefix.length)}`;
          if (seen.get(place) === until) continue;
          seen.set(place, until);
          allowedUntil.set(place, now() + allowedForMs + 2 * apart + 60_000);
        }
      }
      const left = new Set(
        accounts.flatMap(({ key }) => (String(key).startsWith("userId#") ? [String(key)] : [])),
      );
      for (const gone of users) if (!left.has(gone)) forget(gone.slice("userId#".length));
      users = left;
    },
  };

  /** An account that was removed: who comes back under its userId is somebody new. */
  function forget(userId: string): void {
    for (const place of [...letIn.keys(), ...allowedUntil.keys()]) {
      if (!place.startsWith(`${userId} `)) continue;
      letIn.delete(place);
      allowedUntil.delete(place);
    }
  }
}
