import {
  type Change,
  type CheckedRequest,
  type Item,
  itemPrefix,
  run,
  type Store,
  type SubDb,
  type Table,
} from "./dynalite.ts";

/**
 * What putItem, updateItem or deleteItem would change, to be committed with other changes as one batch. `existing` is the
 * item as it stands; nothing is locked or written.
 */
export async function stage(
  store: Store,
  action: "putItem" | "updateItem" | "deleteItem",
  request: CheckedRequest,
  table: Table,
  existing: Item | undefined,
): Promise<{ changes: Change[]; result: Record<string, unknown> }> {
  const changes: Change[] = [];
  const recorder = (prefix: string): SubDb => ({
    lock: (_key, locked) => locked((done) => done),
    get: (_key, done) => done(null, existing),
    put(key, value, done) {
      changes.push({ type: "put", key: prefix + key, value });
      done(null);
    },
    del(key, done) {
      changes.push({ type: "del", key: prefix + key });
      done(null);
    },
  });
  const staging: Partial<Store> = {
    options: store.options,
    getTable: (_name, checkStatus, done) =>
      (typeof checkStatus === "function" ? checkStatus : done)?.(null, table),
    getItemDb: (name) => recorder(itemPrefix(name)),
  };
  const result = await run(staging as Store, action, request);
  return { changes, result };
}
