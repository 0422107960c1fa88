import type { Item } from "../../../local/aws/dynalite.ts";
import type { TableDescription } from "../../../local/aws/dynamodb-tables.ts";
import { isRecord } from "../../../local/aws/json.ts";
import { type Consistency, itemBytes, readUnits, writeUnits } from "./capacity-units.ts";

/** One item that a request reads or writes. */
export interface Touched {
  readonly table: string;
  readonly key: Item;
  readonly does: "read" | "write";
  readonly consistency: Consistency;
}

export interface Units {
  readonly rru: number;
  readonly wru: number;
}

export const noUnits: Units = { rru: 0, wru: 0 };

export function addUnits(a: Units, b: Units): Units {
  return { rru: a.rru + b.rru, wru: a.wru + b.wru };
}

/** The items of a request that names them. A Query does not: see `unitsOfQuery`. Throws for what is not known here. */
export function touchedBy(
  operation: string,
  input: Readonly<Record<string, unknown>>,
  tables: readonly TableDescription[],
): Touched[] {
  const consistency = input.ConsistentRead === true ? "strong" : "eventual";
  switch (operation) {
    case "Query":
      return [];
    case "GetItem":
      return [{ table: text(input.TableName), key: item(input.Key), does: "read", consistency }];
    case "BatchGetItem":
      return Object.entries(record(input.RequestItems)).flatMap(([table, request]) => {
        const { Keys, ConsistentRead } = record(request);
        return list(Keys).map((key) => ({
          table,
          key: item(key),
          does: "read" as const,
          consistency: ConsistentRead === true ? ("strong" as const) : ("eventual" as const),
        }));
      });
    case "PutItem":
    case "UpdateItem":
    case "DeleteItem":
      return [written(input, tables, "strong")];
    case "TransactWriteItems":
      return list(input.TransactItems).map((part) => {
        const [request] = Object.values(record(part));
        return written(record(request), tables, "transactional");
      });
    default:
      throw new Error(`Nobody has told test/scale/consumed-capacity.ts what ${operation} costs.`);
  }
}

/** The units of one item, by the sizes that it had before and has now. */
export function unitsOf(
  { does, consistency }: Touched,
  before: Item | undefined,
  after: Item | undefined,
): Units {
  return does === "read"
    ? { rru: readUnits(itemBytes(before), consistency), wru: 0 }
    : { rru: 0, wru: writeUnits(itemBytes(before), itemBytes(after), consistency === "transactional") };
}

/** A Query pays for the sum of all it goes through, which is what it answers as long as it neither filters nor projects. */
export function unitsOfQuery(input: Readonly<Record<string, unknown>>, items: readonly Item[]): Units {
  if ("FilterExpression" in input || "ProjectionExpression" in input || "Select" in input) {
    throw new Error(
      "This Query answers less than it reads: test/scale/consumed-capacity.ts cannot count it.",
    );
  }
  const bytes = items.map(itemBytes).reduce((total, size) => total + size, 0);
  return { rru: readUnits(bytes, input.ConsistentRead === true ? "strong" : "eventual"), wru: 0 };
}

function written(
  request: Readonly<Record<string, unknown>>,
  tables: readonly TableDescription[],
  consistency: Consistency,
): Touched {
  const table = text(request.TableName);
  const description = tables.find(({ name }) => name === table);
  const whole = item(request.Key ?? request.Item);
  const names = [description?.partitionKey, description?.sortKey];
  const key = Object.fromEntries(Object.entries(whole).filter(([name]) => names.includes(name)));
  return { table, key, does: "write", consistency };
}

function item(value: unknown): Item {
  return record(value) as Item;
}

function record(value: unknown): Record<string, unknown> {
  if (!isRecord(value)) throw new Error(`An object was expected, and this is ${JSON.stringify(value)}.`);
  return value;
}

function list(value: unknown): unknown[] {
  if (!Array.isArray(value)) throw new Error(`A list was expected, and this is ${JSON.stringify(value)}.`);
  return value;
}

function text(value: unknown): string {
  if (typeof value !== "string")
    throw new Error(`A name was expected, and this is ${JSON.stringify(value)}.`);
  return value;
}
