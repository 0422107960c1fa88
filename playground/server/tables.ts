import { variableOf } from "../../local/assembly.ts";
import { isRecord } from "../../local/aws/json.ts";
import type { Laptop } from "../../local/laptop.ts";
import { sample } from "../../local/sample.ts";

/** As DynamoDB has it: attributes with their types. */
export type Item = Readonly<Record<string, unknown>>;

/** By the table's name in the product. */
export type TableItems = ReadonlyMap<string, readonly Item[]>;

interface ReadableTable {
  readonly name: string;
  /** Of the environment, with the table's name in DynamoDB. */
  readonly variable: string;
  /** Absent: all of them. */
  readonly attributes?: readonly string[];
}

const tables: readonly ReadableTable[] = [
  { name: "Bindings", variable: "BINDINGS_TABLE" },
  { name: "Sessions", variable: "SESSIONS_TABLE" },
  { name: "Attempts", variable: "ATTEMPTS_TABLE" },
  { name: "Accounts", variable: "ACCOUNTS_TABLE" },
  // The session_keys themselves are not even read.
  { name: "SessionKeys", variable: "SESSION_KEYS_TABLE", attributes: ["identity", "expiresAt"] },
];

/** Everything that is in the tables now. One that the deployment does not have is left out. */
export async function readTables({ assembly, dynamoDb }: Laptop): Promise<TableItems> {
  const found = new Map<string, Item[]>();
  for (const { name, variable, attributes } of tables) {
    const TableName = variableOf(assembly, variable);
    if (TableName === undefined) continue;
    const items: Item[] = [];
    let ExclusiveStartKey: unknown;
    do {
      const page: { Items?: unknown; LastEvaluatedKey?: unknown } = await dynamoDb.call("Scan", {
        TableName,
        ConsistentRead: true,
        ...(attributes && projection(attributes)),
        ...(ExclusiveStartKey !== undefined && { ExclusiveStartKey }),
      });
      if (Array.isArray(page.Items)) items.push(...page.Items.filter(isRecord));
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    found.set(name, items);
  }
  return found;
}

function projection(attributes: readonly string[]) {
  const names = attributes.map((attribute, index) => [`#${index}`, attribute] as const);
  return {
    ProjectionExpression: names.map(([name]) => name).join(", "),
    ExpressionAttributeNames: Object.fromEntries(names),
  };
}

/** Whether a WeChat identity has an account. */
export function isBound(found: TableItems, openid: string): boolean {
  const items = found.get("Bindings") ?? [];
  return items.some((item) => scalar(item.openid) === openid && scalar(item.userId) !== "");
}

/** Of the account to try; undefined: the deployment has no accounts of its own. */
export function accountState(found: TableItems): "enabled" | "disabled" | undefined {
  const item = found.get("Accounts")?.find(({ key }) => scalar(key) === `username#${sample.username}`);
  if (!item) return undefined;
  return scalar(item.disabled) === "true" ? "disabled" : "enabled";
}

/** DynamoDB's `{ "S": … }` without its type. */
export function scalar(value: unknown): string {
  if (typeof value === "string") return value;
  if (!isRecord(value)) return "";
  return Object.values(value)
    .map((one) => (Array.isArray(one) ? one.join(", ") : String(one)))
    .join(", ");
}
