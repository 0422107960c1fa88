import { type Item, itemPrefix, type Store } from "./dynalite.ts";

/** Deletes the items whose time in `attribute` (a Number, seconds since 1970) is over at `now`, milliseconds since 1970. */
export async function removeExpired(
  store: Store,
  table: string,
  attribute: string,
  now: number,
): Promise<void> {
  const from = itemPrefix(table);
  const expired: string[] = [];
  for await (const [key, item] of store.db.iterator({ gte: from, lt: `${from}\uffff` })) {
    if (Number((item as Item)[attribute]?.N) * 1000 <= now) expired.push(key);
  }
  await store.db.batch(expired.map((key) => ({ type: "del", key })));
}
