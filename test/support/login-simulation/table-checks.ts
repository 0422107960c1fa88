import type { Item } from "../dynamodb-expressions.ts";
import { tables } from "../fakes.ts";
import type { SimulatedDynamoDb } from "../simulated-dynamodb.ts";

/** Keys as text, to be compared and found by. */
export function hex(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value);
}

/** What has become of an identity by one write. */
export interface IdentityChange {
  readonly key: string;
  readonly before: Item | undefined;
  readonly now: Item;
}

const identityKeyLength = 32;
const identitiesPrefix = "identities:";

/**
 * What the tables must hold after every write, whoever made it: an identity has one account and the account lists it,
 * numbers only ever grow, and an account is of one piece.
 */
export function tableChecks(
  dynamoDb: SimulatedDynamoDb,
  { oneIdentityPerApp, hasAccounts }: { readonly oneIdentityPerApp: boolean; readonly hasAccounts: boolean },
  violated: (what: string) => void,
) {
  let known = new Map<string, Item>();

  function checkIdentity(before: Item | undefined, now: Item): void {
    const from = Number(before?.generation ?? 0);
    const to = Number(now.generation ?? 0);
    if (to < from) violated("an identity's generation falls");
    const hadAccount = before?.userId !== undefined;
    const ends = (hadAccount && now.userId !== before.userId) || (!before?.disabled && now.disabled === true);
    if (ends && to <= from) violated("an identity is ended under its old generation");
    if (hadAccount && now.userId !== undefined && now.userId !== before.userId) {
      violated("an identity goes from one account to another");
    }
    const isBound = now.userId !== undefined;
    const whole = ["appId", "openid", "boundAt"].every((name) => (now[name] !== undefined) === isBound);
    if (!whole) violated("an identity is half bound");
  }

  function checkAccountItem(before: Item | undefined, now: Item, all: ReadonlyMap<string, Item>): void {
    for (const number of ["generation", "fence"]) {
      if (Number(now[number] ?? 0) < Number(before?.[number] ?? 0)) violated(`an account's ${number} falls`);
    }
    for (const [name, listed] of Object.entries(now)) {
      if (!name.startsWith(identitiesPrefix) || !(listed instanceof Set)) continue;
      if (oneIdentityPerApp && listed.size > 1) violated("an account has two identities of one mini-program");
      for (const key of listed) {
        if (all.get(hex(key))?.userId !== now.userId)
          violated("an account lists an identity that is not its own");
      }
    }
  }

  function checkListed(all: ReadonlyMap<string, Item>): void {
    const listed = new Set<string>();
    for (const item of all.values()) {
      for (const [name, keys] of Object.entries(item)) {
        if (name.startsWith(identitiesPrefix) && keys instanceof Set) {
          for (const key of keys) listed.add(`${item.userId} ${hex(key)}`);
        }
      }
    }
    for (const [key, { userId }] of all) {
      if (key.length === identityKeyLength && userId !== undefined && !listed.has(`${userId} ${key}`)) {
        violated("an identity is bound, and its account does not list it");
      }
    }
  }

  /** An account's row, the name of its userId, and its item among the bindings. */
  function checkAccounts(): void {
    const rows = dynamoDb.items(tables.accounts);
    const names = new Map(rows.map((row) => [String(row.key), row]));
    const items = new Map(
      [...known.values()]
        .filter(({ key }) => hex(key).length > identityKeyLength)
        .map((it) => [it.userId, it]),
    );
    for (const row of rows) {
      const key = String(row.key);
      if (key.startsWith("userId#") && names.get(`username#${row.username}`)?.userId !== key.slice(7)) {
        violated("a userId has a name without an account");
      }
      if (!key.startsWith("username#")) continue;
      if (names.get(`userId#${row.userId}`)?.username !== row.username) violated("an account has no name");
      const item = items.get(row.userId);
      if (Number(item?.generation ?? 0) !== Number(row.generation)) {
        violated("an account's row and its item have two generations");
      }
      if ((item?.disabled === true) !== (row.disabled === true)) violated("an account is half disabled");
    }
  }

  return {
    /** By their keys in hexadecimal, as they were after the last write. */
    get bindings(): ReadonlyMap<string, Item> {
      return known;
    },
    /** To be called after each write; the identities that it has changed. */
    afterWrite(): IdentityChange[] {
      const all = new Map(dynamoDb.items(tables.bindings).map((item) => [hex(item.key), item]));
      const changes: IdentityChange[] = [];
      for (const [key, now] of all) {
        const before = known.get(key);
        if (key.length === identityKeyLength) {
          checkIdentity(before, now);
          const isChanged = ["userId", "generation", "disabled"].some((it) => before?.[it] !== now[it]);
          if (isChanged) changes.push({ key, before, now });
        } else checkAccountItem(before, now, all);
      }
      for (const key of known.keys()) if (!all.has(key)) violated("an item of the bindings is lost");
      checkListed(all);
      const disabled = new Set(
        [...all.values()]
          .filter((it) => it.disabled === true && it.openid === undefined)
          .map((it) => it.userId),
      );
      for (const { before, now } of changes) {
        const isNew = now.userId !== undefined && before?.userId === undefined;
        if (isNew && disabled.has(now.userId))
          violated("an identity is bound to an account that is disabled");
      }
      known = all;
      if (hasAccounts) checkAccounts();
      return changes;
    },
  };
}
