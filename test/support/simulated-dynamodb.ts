import { isDeepStrictEqual } from "node:util";
import { conditionHolds, copyOf, type Item, update } from "./dynamodb-expressions.ts";

/**
 * DynamoDB in memory, for as much of it as the functions ask: items and batches read strongly consistent, writes under
 * their conditions, transactions all or nothing. It takes the document client's commands, and evaluates the expressions
 * that the adapters really send; test/support/simulated-dynamodb.test.ts holds it against the embedded engine.
 */
export interface SimulatedDynamoDb {
  readonly client: { send(command: object): Promise<never> };
  /** The same at once: what it asks, done and answered, or thrown. */
  perform(call: SimulatedCall): object;
  items(table: string): Item[];
  get(table: string, key: Item): Item | undefined;
  put(table: string, item: Item): void;
  /** The one with this key, which may have other attributes too. */
  remove(table: string, key: Item): void;
  /** Everything, to be compared with what is there later. */
  snapshot(): ReadonlyMap<string, ReadonlyMap<string, Item>>;
}

export interface SimulatedCall {
  /** `GetItem`, `TransactWriteItems`, … */
  readonly operation: string;
  readonly input: Readonly<Record<string, unknown>>;
}

export interface SimulatedDynamoDbOptions {
  /** The names of each table's key attributes. */
  readonly tables: Readonly<Record<string, readonly string[]>>;
  /** Before each call; what it throws is the answer, and nothing happens. */
  readonly before?: (call: SimulatedCall) => Promise<void>;
  /** Whether a read that is not strongly consistent sees an item as it was before its last change. */
  readonly isStale?: () => boolean;
}

interface Write {
  readonly TableName: string;
  readonly Item?: Item;
  readonly Key?: Item;
  readonly UpdateExpression?: string;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
  readonly ReturnValues?: string;
  readonly ReturnValuesOnConditionCheckFailure?: string;
}

export function simulatedDynamoDb({
  tables,
  before,
  isStale = () => false,
}: SimulatedDynamoDbOptions): SimulatedDynamoDb {
  const rows = new Map(Object.keys(tables).map((name) => [name, new Map<string, Item>()]));
  /** As it was before its last change, by table and id. */
  const earlier = new Map<string, Item | undefined>();
  const committed = new Map<string, unknown>();

  function table(name: string): Map<string, Item> {
    const found = rows.get(name);
    if (!found) throw failure("ResourceNotFoundException", `no table ${name}`);
    return found;
  }

  function idOf(name: string, item: Item): string {
    return (tables[name] ?? []).map((attribute) => text(item[attribute])).join(" ");
  }

  function read(name: string, key: Item, isConsistent: boolean): Item | undefined {
    const id = idOf(name, key);
    const place = `${name} ${id}`;
    const item = !isConsistent && earlier.has(place) && isStale() ? earlier.get(place) : table(name).get(id);
    return item && copyOf(item);
  }

  /** The item as it is, and as it would be; undefined where the condition does not hold. */
  function tried(
    kind: string,
    write: Write,
  ): { id: string; old: Item | undefined; next?: Item | undefined } | undefined {
    const { TableName, ExpressionAttributeNames: names = {}, ExpressionAttributeValues: values = {} } = write;
    const id = idOf(TableName, write.Item ?? write.Key ?? {});
    const old = table(TableName).get(id);
    const { ConditionExpression: condition } = write;
    if (condition !== undefined && !conditionHolds(condition, old ?? {}, { names, values })) return undefined;
    if (kind === "Put") return { id, old, next: copyOf(write.Item ?? {}) };
    if (kind === "Delete") return { id, old, next: undefined };
    const start = { ...write.Key, ...old };
    return { id, old, next: update(write.UpdateExpression ?? "", start, { names, values }) };
  }

  function apply(TableName: string, id: string, next: Item | undefined): void {
    earlier.set(`${TableName} ${id}`, table(TableName).get(id));
    if (next) table(TableName).set(id, next);
    else table(TableName).delete(id);
  }

  function single(kind: string, write: Write): object {
    const result = tried(kind, write);
    if (!result) throw failure("ConditionalCheckFailedException", "The conditional request failed");
    apply(write.TableName, result.id, result.next);
    return write.ReturnValues === "ALL_NEW" ? { Attributes: copyOf(result.next ?? {}) } : {};
  }

  function transaction(parts: readonly Record<string, Write>[], token: string): object {
    if (committed.has(token)) {
      if (isDeepStrictEqual(committed.get(token), parts)) return {};
      throw failure("IdempotentParameterMismatchException", "another transaction has this token");
    }
    const results = parts.flatMap(Object.entries<Write>).map(([kind, write]) => ({
      write,
      old: table(write.TableName).get(idOf(write.TableName, write.Item ?? write.Key ?? {})),
      result: tried(kind, write),
    }));
    if (results.some(({ result }) => !result)) {
      const CancellationReasons = results.map(({ result, write, old }) => {
        if (result) return { Code: "None" };
        const wanted = write.ReturnValuesOnConditionCheckFailure === "ALL_OLD" && old;
        return { Code: "ConditionalCheckFailed", ...(wanted && { Item: notation(old) }) };
      });
      throw Object.assign(failure("TransactionCanceledException", "cancelled"), { CancellationReasons });
    }
    for (const { write, result } of results) if (result) apply(write.TableName, result.id, result.next);
    committed.set(token, structuredClone(parts));
    return {};
  }

  function answer({ operation, input }: SimulatedCall): object {
    const request = input as unknown as Write & Record<string, never>;
    switch (operation) {
      case "GetItem": {
        const Item = read(request.TableName, request.Key ?? {}, request.ConsistentRead === true);
        return Item ? { Item } : {};
      }
      case "BatchGetItem": {
        const wanted: Record<string, { Keys: Item[]; ConsistentRead?: boolean }> = request.RequestItems ?? {};
        const found = Object.entries(wanted).map(([name, { Keys, ConsistentRead = false }]) => [
          name,
          Keys.flatMap((key) => read(name, key, ConsistentRead) ?? []),
        ]);
        return { Responses: Object.fromEntries(found), UnprocessedKeys: {} };
      }
      case "Query": {
        const keys = tables[request.TableName] ?? [];
        const wanted = Object.values(request.ExpressionAttributeValues ?? {});
        const found = [...table(request.TableName).values()].filter((item) =>
          wanted.every((value, index) => text(item[keys[index] ?? ""]) === text(value)),
        );
        const Items = found.slice(0, request.Limit).map(copyOf);
        const last = Items.length < found.length && Items.at(-1);
        return { Items, ...(last && { LastEvaluatedKey: last }) };
      }
      case "PutItem":
        return single("Put", request);
      case "UpdateItem":
        return single("Update", request);
      case "DeleteItem":
        return single("Delete", request);
      case "TransactWriteItems":
        return transaction(request.TransactItems ?? [], String(request.ClientRequestToken));
      default:
        throw new Error(`The simulated DynamoDB has no ${operation}.`);
    }
  }

  return {
    client: {
      async send(command) {
        const call = callOf(command);
        await before?.(call);
        // The document client's types tie the answer to the command.
        return answer(call) as never;
      },
    },
    perform: answer,
    items: (name) => [...table(name).values()].map(copyOf),
    get: (name, key) => read(name, key, true),
    put: (name, item) => apply(name, idOf(name, item), copyOf(item)),
    remove: (name, key) => apply(name, idOf(name, key), undefined),
    snapshot: () => structuredClone(rows),
  };
}

const operations: Readonly<Record<string, string>> = {
  GetCommand: "GetItem",
  BatchGetCommand: "BatchGetItem",
  QueryCommand: "Query",
  PutCommand: "PutItem",
  UpdateCommand: "UpdateItem",
  DeleteCommand: "DeleteItem",
  TransactWriteCommand: "TransactWriteItems",
};

/** What a command of the document client asks of DynamoDB. */
export function callOf(command: object): SimulatedCall {
  const operation = operations[command.constructor.name];
  if (operation === undefined || !("input" in command))
    throw new Error(`No such command: ${command.constructor.name}`);
  return { operation, input: command.input as Readonly<Record<string, unknown>> };
}

export function failure(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

/** Keys are told apart by it. */
function text(value: unknown): string {
  return value instanceof Uint8Array ? Buffer.from(value).toString("hex") : String(value);
}

/** Strings, numbers and booleans as DynamoDB writes them: the document client leaves the items of reasons so. */
function notation(item: Item): Record<string, object> {
  const written: Record<string, object> = {};
  for (const [name, value] of Object.entries(item)) {
    if (typeof value === "string") written[name] = { S: value };
    if (typeof value === "number") written[name] = { N: String(value) };
    if (typeof value === "boolean") written[name] = { BOOL: value };
  }
  return written;
}
