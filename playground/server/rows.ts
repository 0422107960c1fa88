import { isLive } from "../../functions/core/live-session.ts";
import { variableOf } from "../../local/assembly.ts";
import { isRecord } from "../../local/aws/json.ts";
import type { Laptop } from "../../local/laptop.ts";
import type { Mask } from "./mask.ts";

export interface TableRows {
  readonly name: string;
  readonly rows: readonly Row[];
}

/** `key` tells rows apart; `note` says what it means; `cells` are attribute and value as they are to be read. */
export interface Row {
  readonly key: string;
  readonly note?: string;
  /** It means nothing any more. */
  readonly dead?: true;
  readonly cells: readonly (readonly [attribute: string, value: string])[];
}

const tables = ["Bindings", "Sessions", "Attempts", "Accounts"];
/** Wanted first, because the pane is narrow. */
const order = ["username", "openid", "userId", "key", "createdAt", "boundAt", "expiresAt", "generation"];
const milliseconds = new Set(["createdAt", "boundAt"]);
const seconds = new Set(["expiresAt"]);

/** What is in the tables now, without the secrets. A table that the deployment does not have is left out. */
export async function tableRows(laptop: Laptop, mask: Mask, now: number): Promise<TableRows[]> {
  const found = new Map<string, Record<string, unknown>[]>();
  for (const name of tables) {
    const TableName = variableOf(laptop.assembly, `${name.toUpperCase()}_TABLE`);
    if (TableName === undefined) continue;
    const page: { Items?: unknown } = await laptop.dynamoDb.call("Scan", { TableName, ConsistentRead: true });
    found.set(name, Array.isArray(page.Items) ? page.Items.filter(isRecord) : []);
  }
  const bindings = new Map(found.get("Bindings")?.map((item) => [scalar(item.key), item]));
  const meaning: Readonly<Record<string, (item: Record<string, unknown>) => Pick<Row, "note" | "dead">>> = {
    Bindings: ({ key }) => ({ note: isAccountKey(scalar(key)) ? "account" : "WeChat identity" }),
    Sessions: (item) => stateOf(item, bindings.get(scalar(item.identity)) ?? {}, now),
    Accounts: ({ key }) => ({ note: noteOfAccounts(scalar(key)) }),
    Attempts: ({ key }) => ({ note: scalar(key).startsWith("ticket#") ? "bind ticket" : "counter" }),
  };
  return [...found].map(([name, items]) => ({
    name,
    rows: items
      .toSorted(
        (a, b) => Number(scalar(b.createdAt)) - Number(scalar(a.createdAt)) || (keyOf(a) < keyOf(b) ? -1 : 1),
      )
      .map((item) => ({ key: keyOf(item), ...meaning[name]?.(item), cells: cellsOf(item, mask) })),
  }));
}

function noteOfAccounts(key: string): string {
  if (key.startsWith("userId#")) return "name of a userId";
  return key.startsWith("username#") ? "account" : "what imports brought";
}

/** Account items have a key of another length than identities, in the Bindings table. */
function isAccountKey(base64: string): boolean {
  return Buffer.from(base64, "base64").length === 32;
}

/** By the one rule of the product, whatever TTL has deleted or not. */
function stateOf(
  session: Record<string, unknown>,
  { userId, disabled, generation }: Record<string, unknown>,
  now: number,
): Pick<Row, "note" | "dead"> {
  const expiresAt = Number(scalar(session.expiresAt));
  const opened = {
    userId: scalar(session.userId),
    generation: Number(scalar(session.generation)),
    expiresAt,
  };
  const bound = userId === undefined ? {} : { userId: scalar(userId) };
  const binding = { ...bound, disabled: scalar(disabled) === "true", generation: Number(scalar(generation)) };
  if (isLive(opened, binding, now)) return { note: "good" };
  if (now >= expiresAt * 1000) return { note: "over: expiresAt has passed", dead: true };
  if (opened.generation < binding.generation) return { note: "over: of an earlier generation", dead: true };
  return {
    note: binding.disabled ? "refused: the account is disabled" : "over: bound to nobody now",
    dead: true,
  };
}

function cellsOf(item: Record<string, unknown>, mask: Mask): Row["cells"] {
  const shown = mask(item);
  return Object.entries(isRecord(shown) ? shown : {})
    .map(([name, value]) => [name, cell(name, value)] as const)
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function keyOf(item: Record<string, unknown>): string {
  return ["username", "key", "identity", "secretHash"].map((name) => scalar(item[name])).join(" ");
}

function rank(name: string): number {
  const at = order.indexOf(name);
  return at < 0 ? order.length : at;
}

function cell(name: string, value: unknown): string {
  const text = scalar(value);
  if (milliseconds.has(name)) return time(Number(text));
  return seconds.has(name) ? time(Number(text) * 1000) : text;
}

/** DynamoDB's `{ "S": … }` without its type. */
function scalar(value: unknown): string {
  if (typeof value === "string") return value;
  if (!isRecord(value)) return "";
  return Object.values(value)
    .map((one) => (Array.isArray(one) ? one.join(", ") : String(one)))
    .join(", ");
}

function time(at: number): string {
  return Number.isFinite(at) && Math.abs(at) < 8.64e15
    ? new Date(at).toISOString().replace("T", " ")
    : String(at);
}
