import { createRequire } from "node:module";
import { AwsError } from "../aws-error.ts";

/**
 * The one door to dynalite. It reaches into the modules of exactly version 4.0.0 (its store, validations and actions,
 * and the names under which it files items) and gives what it finds there types and promises.
 */

/** An attribute value as it travels: `{ S: "…" }`, `{ N: "1" }`, `{ B: "base64" }`, `{ BS: […] }`, … */
export interface AttributeValue {
  readonly S?: string;
  readonly N?: string;
  readonly B?: string;
  readonly BOOL?: boolean;
  readonly NULL?: true;
  readonly SS?: readonly string[];
  readonly NS?: readonly string[];
  readonly BS?: readonly string[];
  readonly L?: readonly AttributeValue[];
  readonly M?: Item;
}

export type Item = Readonly<Record<string, AttributeValue>>;

export type Path = readonly (string | number)[];

/** A parsed condition or filter: an operator over paths (arrays), literal values and `size(path)`. */
export interface Expression {
  readonly type: string;
  readonly name?: string;
  readonly args: readonly Operand[];
}

export type Operand = Path | AttributeValue | Expression;

/** A request after dynalite's checks: members of unknown names are gone, expressions are parsed. */
export interface CheckedRequest {
  readonly TableName: string;
  readonly Item?: Item;
  readonly Key?: Item;
  readonly ReturnConsumedCapacity?: string;
  readonly Select?: string;
  readonly _condition?: { readonly expression: Expression };
  readonly _filter?: { readonly expression: Expression };
  readonly _projection?: { readonly paths?: readonly Path[]; readonly nestedPaths?: object };
}

export interface Table {
  readonly TableName: string;
  readonly TableStatus: string;
  readonly KeySchema: readonly { readonly AttributeName: string; readonly KeyType: string }[];
  readonly AttributeDefinitions: readonly {
    readonly AttributeName: string;
    readonly AttributeType: string;
  }[];
}

/** One change to what is stored. */
export type Change =
  | { readonly type: "put"; readonly key: string; readonly value: unknown }
  | { readonly type: "del"; readonly key: string };

type Callback<T> = (error: Error | null, result?: T) => void;

export interface SubDb {
  lock(key: string, run: (release: <T>(done: Callback<T>) => Callback<T>) => void): void;
  get(key: string, done: Callback<unknown>): void;
  put(key: string, value: unknown, done: Callback<void>): void;
  del(key: string, done: Callback<void>): void;
}

interface TableDb extends SubDb {
  awsAccountId: string;
  awsRegion: string;
}

/** dynalite's store over one LevelDB; all values are JSON. */
export interface Store {
  readonly options: object;
  readonly db: {
    open(): Promise<void>;
    close(): Promise<void>;
    get(key: string): Promise<unknown>;
    batch(changes: readonly Change[]): Promise<void>;
    iterator(range: { gte: string; lt: string }): AsyncIterable<[string, unknown]>;
    values(range: object): Iterator;
  };
  readonly tableDb: TableDb;
  getTable(name: string, checkStatus: boolean | Callback<Table>, done?: Callback<Table>): void;
  getItemDb(table: string): SubDb;
}

interface Iterator {
  close(): Promise<void>;
  return?(): Promise<void>;
}

export type Action =
  | "batchGetItem"
  | "createTable"
  | "deleteItem"
  | "deleteTable"
  | "describeTable"
  | "getItem"
  | "putItem"
  | "query"
  | "scan"
  | "updateItem";

interface Validation {
  readonly types: object;
  readonly custom?: (request: object, store: Store) => string | undefined;
}

interface Db {
  create(options: object): Store;
  validateItem(item: Item, table: Table): Error | undefined | null;
  validateKey(key: Item, table: Table): Error | undefined | null;
  createKey(item: Item, table: Table): string;
  capacityUnits(item: Item | undefined, isRead: boolean, isConsistent: boolean): number;
  compare(operator: string, value: AttributeValue, operands: readonly AttributeValue[]): boolean;
  mapPaths(paths: readonly Path[], item: Item): Item;
}

const require = createRequire(import.meta.url);
const db: Db = require("dynalite/db/index.js");
const validations: {
  checkTypes(request: object, types: object): CheckedRequest;
  checkValidations(request: object, types: object, custom: Validation["custom"], store: Store): void;
} = require("dynalite/validations/index.js");

/** `createKey`, `capacityUnits`, `compare` and `mapPaths` are dynalite's own, unchanged. */
export const { createKey, capacityUnits, compare, mapPaths } = db;

/** Opens LevelDB in `path` (which must exist), or in memory. Throws if another process has it open. */
export async function openStore(path: string | undefined, region: string, accountId: string): Promise<Store> {
  const store = db.create({ path, createTableMs: 0, deleteTableMs: 0 });
  store.tableDb.awsRegion = region;
  store.tableDb.awsAccountId = accountId;
  await store.db.open();
  // dynalite ends what it reads by `return`, which these iterators have not: each query would leave one open.
  const values = store.db.values.bind(store.db);
  store.db.values = (range) => {
    const iterator = values(range);
    iterator.return = () => iterator.close();
    return iterator;
  };
  return store;
}

/** Throws AwsError (SerializationException, ValidationException) in AWS's words. `request` is left as it was. */
export function check(store: Store, action: Action, request: object): CheckedRequest {
  const { types, custom }: Validation = require(`dynalite/validations/${action}.js`);
  try {
    const checked = validations.checkTypes(structuredClone(request), types);
    validations.checkValidations(checked, types, custom, store);
    return checked;
  } catch (error) {
    throw asAwsError(error);
  }
}

/** Throws AwsError if the primary key in `item` or `key` does not fit the table. */
export function checkKey(table: Table, { Item, Key = {} }: Pick<CheckedRequest, "Item" | "Key">): void {
  const error = Item ? db.validateItem(Item, table) : db.validateKey(Key, table);
  if (error) throw asAwsError(error);
}

/** One of dynalite's actions as a promise. Throws AwsError for AWS's errors. */
export async function run(store: Store, action: Action, request: object): Promise<Record<string, unknown>> {
  const perform: (store: Store, request: object, done: Callback<Record<string, unknown>>) => void = require(
    `dynalite/actions/${action}.js`,
  );
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>();
  perform(store, request, (error, result = {}) => (error ? reject(asAwsError(error)) : resolve(result)));
  return promise;
}

/** Throws ResourceNotFoundException unless the table exists and is active. */
export async function getTable(store: Store, name: string): Promise<Table> {
  const { promise, resolve, reject } = Promise.withResolvers<Table>();
  store.getTable(name, true, (error, table) => (table ? resolve(table) : reject(asAwsError(error))));
  return promise;
}

/** Where dynalite files the items of a table; what follows is the key that `createKey` makes. */
export function itemPrefix(table: string): string {
  return `item-${table}~`;
}

function asAwsError(error: unknown): unknown {
  if (!(error instanceof Error && "body" in error && "statusCode" in error)) return error;
  const { __type, message, Message, ...fields } = error.body as Record<string, unknown>;
  return new AwsError(String(__type), String(message ?? Message ?? ""), fields, Number(error.statusCode));
}
