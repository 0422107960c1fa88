import type { Item } from "../../../local/aws/dynalite.ts";
import { isRecord } from "../../../local/aws/json.ts";
import type { Laptop } from "../../../local/laptop.ts";
import type { AwsOutcome } from "../../../local/watch.ts";
import {
  addUnits,
  noUnits,
  type Touched,
  touchedBy,
  type Units,
  unitsOf,
  unitsOfQuery,
} from "./consumed-capacity.ts";

export interface MeteredCall {
  /** Resolves when the items have been looked at as they were: the operation must wait for it. */
  readonly begun: Promise<void>;
  ended(outcome: AwsOutcome): void;
  readonly outcome: Promise<Units & { readonly tables: readonly string[] }>;
}

/**
 * Counts what one DynamoDB operation consumes, out of its items before and after. The operation is asked for its own
 * account as well (`ReturnConsumedCapacity`), and where the laptop's DynamoDB gives one, the two must agree.
 */
export function meteredCall(
  { dynamoDb, assembly }: Laptop,
  operation: string,
  input: Record<string, unknown>,
): MeteredCall {
  input.ReturnConsumedCapacity = "TOTAL";
  const touched = touchedBy(operation, input, assembly.tables);
  const read = ({ table, key }: Touched) => itemOf(dynamoDb, table, key);
  const before = Promise.all(touched.map(read));
  const { promise: outcome, resolve, reject } = Promise.withResolvers<Awaited<MeteredCall["outcome"]>>();
  // It is awaited only where the operation is reported: a failure before that is not lost, but not unhandled either.
  outcome.catch(() => {});

  async function count(ended: AwsOutcome): Promise<Units & { tables: string[] }> {
    const after = await Promise.all(touched.map(read));
    const was = await before;
    const output: unknown = "output" in ended ? JSON.parse(ended.output) : undefined;
    const queried =
      operation === "Query" && isRecord(output) ? unitsOfQuery(input, output.Items as Item[]) : noUnits;
    const units = touched
      .map((item, index) => unitsOf(item, was[index], after[index]))
      .reduce(addUnits, queried);
    const told = consumedIn(output);
    if (told !== undefined && told !== units.rru + units.wru) {
      throw new Error(`${operation}: counted ${JSON.stringify(units)}, and DynamoDB says ${told}.`);
    }
    const tables = touched.length > 0 ? touched.map(({ table }) => table) : [String(input.TableName)];
    return { ...units, tables };
  }

  return {
    begun: before.then(() => {}),
    ended: (ended) => count(ended).then(resolve, reject),
    outcome,
  };
}

async function itemOf(dynamoDb: Laptop["dynamoDb"], TableName: string, Key: Item): Promise<Item | undefined> {
  const found: { Item?: Item } = await dynamoDb.call("GetItem", { TableName, Key, ConsistentRead: true });
  return found.Item;
}

/** The sum of `ConsumedCapacity`, which is one object or one for each table; undefined where there is none. */
function consumedIn(output: unknown): number | undefined {
  const told = isRecord(output) ? output.ConsumedCapacity : undefined;
  if (told === undefined) return undefined;
  return [told]
    .flat()
    .map((one) => (isRecord(one) ? Number(one.CapacityUnits) : Number.NaN))
    .reduce((total, units) => total + units, 0);
}
