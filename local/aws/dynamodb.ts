import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { AwsError } from "./aws-error.ts";
import { check, openStore, run } from "./dynamodb/dynalite.ts";
import { itemLocks } from "./dynamodb/item-locks.ts";
import { readPage } from "./dynamodb/pages.ts";
import { settingsOfTables } from "./dynamodb/table-settings.ts";
import { type TableDescription, tables } from "./dynamodb/tables.ts";
import { removeExpired } from "./dynamodb/time-to-live.ts";
import { transactionTokens } from "./dynamodb/transaction-tokens.ts";
import { transactWriteItems } from "./dynamodb/transactions.ts";
import { writeItem } from "./dynamodb/writes.ts";
import { isRecord } from "./json.ts";

export interface DynamoDbOptions {
  /** Kept in `dynamodb` inside this directory, which is made if need be; in memory if absent. */
  readonly directory?: string;
  /** Milliseconds since 1970. It decides how long a ClientRequestToken counts, and what has expired. */
  readonly clock?: () => number;
  /**
   * What somebody gets who meets a transaction on an item: `TransactionConflict`, as from AWS, or their turn. `refuse` if
   * absent.
   */
  readonly onTransactionConflict?: "refuse" | "wait";
  /** How long a transaction holds its items before it commits: a turn of the event loop if absent, milliseconds at AWS. */
  readonly transactionDelay?: () => Promise<void>;
  /** What ARNs are made of; `aws`, `us-east-1` and `000000000000` if absent. */
  readonly partition?: string;
  readonly region?: string;
  readonly accountId?: string;
}

export interface DynamoDb {
  /**
   * Makes a table, ready for use, or keeps the one that a former process made, with those of its items that have not
   * expired. Throws if that one has other keys or indexes.
   */
  createTable(description: TableDescription): Promise<void>;
  /** One API operation (`PutItem`) with its JSON input. Throws AwsError for what AWS would refuse. */
  call(operation: string, input: unknown): Promise<object>;
  /** The ARN of a table, whether it exists or not. */
  arnOf(table: string): string;
  /** Waits for writes under way. */
  close(): Promise<void>;
}

/**
 * DynamoDB inside this process, on dynalite's LevelDB store, validations and actions. Its own are: locks per item and
 * commits as one batch, transactions, the evaluation of conditions and filters, what a failed condition shows, and
 * settings of tables. Every read is consistent, also one that did not ask for it. What has expired stays until its
 * table is opened again.
 */
export async function openDynamoDb(options: DynamoDbOptions = {}): Promise<DynamoDb> {
  const {
    directory,
    clock = Date.now,
    onTransactionConflict = "refuse",
    transactionDelay = setImmediate,
    partition = "aws",
    region = "us-east-1",
    accountId = "000000000000",
  } = options;
  const path = directory === undefined ? undefined : join(directory, "dynamodb");
  if (path !== undefined) await mkdir(path, { recursive: true, mode: 0o700 });
  const store = await openStore(path, region, accountId);
  const arnOf = (table: string) => `arn:${partition}:dynamodb:${region}:${accountId}:table/${table}`;

  const locks = itemLocks(onTransactionConflict);
  const settings = settingsOfTables(store);
  const { ensure, operations: tableOperations } = tables(store, settings, arnOf);
  const tokens = await transactionTokens(store, clock);

  const operations: Readonly<Record<string, (input: object) => Promise<object>>> = {
    ...tableOperations,
    ...settings.operations,
    GetItem: (input) => run(store, "getItem", check(store, "getItem", input)),
    BatchGetItem: (input) => run(store, "batchGetItem", check(store, "batchGetItem", input)),
    Query: (input) => readPage(store, "query", input),
    Scan: (input) => readPage(store, "scan", input),
    PutItem: (input) => writeItem(store, locks, "putItem", input),
    UpdateItem: (input) => writeItem(store, locks, "updateItem", input),
    DeleteItem: (input) => writeItem(store, locks, "deleteItem", input),
    TransactWriteItems: transactWriteItems(store, locks, tokens, transactionDelay),
  };

  return {
    async createTable(description) {
      await ensure(description);
      const { name, timeToLiveAttribute } = description;
      if (timeToLiveAttribute !== undefined) await removeExpired(store, name, timeToLiveAttribute, clock());
    },

    async call(operation, input) {
      const perform = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      if (!perform) throw new AwsError("UnknownOperationException", `Not available here: ${operation}`);
      if (!isRecord(input)) throw new AwsError("SerializationException", "The input must be an object");
      return perform(input);
    },

    arnOf,
    close: () => store.db.close(),
  };
}
