import { getTable, type Item, itemPrefix, type Store } from "./dynalite.ts";
import type { SettingsOfTables } from "./dynamodb-table-settings.ts";
import { checkWrite, locate, readItem, stageWrite } from "./dynamodb-writes.ts";
import type { ItemLocks } from "./item-locks.ts";

/** AWS leaves items alone whose time lies further back than this: it is more likely an error than a time. */
const fiveYears = 5 * 365 * 86_400;

/**
 * Deletes what time to live would delete: the items whose TTL attribute is a Number more than `lateBy` seconds before
 * `now` (seconds since 1970). Returns how many. Never happens by itself; AWS deletes within days.
 */
export async function expireItems(
  store: Store,
  locks: ItemLocks,
  settings: SettingsOfTables,
  now: number,
  lateBy: number,
): Promise<number> {
  let deleted = 0;
  for (const [TableName, attribute] of await settings.timeToLiveAttributes()) {
    const table = await getTable(store, TableName);
    const expired = (item: Item | undefined) => {
      const seconds = Number(item?.[attribute]?.N);
      return seconds < now - lateBy && seconds > now - fiveYears;
    };
    const prefix = itemPrefix(TableName);
    for await (const [key, value] of store.db.iterator({ gte: prefix, lt: `${prefix}\uffff` })) {
      if (!expired(value as Item)) continue;
      const keyNames = table.KeySchema.map(({ AttributeName }) => AttributeName);
      const Key = Object.fromEntries(
        Object.entries(value as Item).filter(([name]) => keyNames.includes(name)),
      );
      const write = locate(checkWrite(store, "deleteItem", { TableName, Key }), table);
      await locks.hold([key], async () => {
        // It may have been given a later time since the iterator saw it.
        const existing = await readItem(store, key);
        if (!expired(existing)) return;
        await store.db.batch((await stageWrite(store, write, existing)).changes);
        deleted++;
      });
    }
  }
  return deleted;
}
