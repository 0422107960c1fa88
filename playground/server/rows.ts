import { isLive } from "../../functions/core/live-session.ts";
import { isRecord } from "../../local/aws/json.ts";
import { sample } from "../../local/sample.ts";
import type { Mask } from "./mask.ts";
import { type Item, scalar, type TableItems } from "./tables.ts";

/** At most 50 rows, of `total`. */
export interface TableRows {
  readonly name: string;
  readonly total: number;
  readonly rows: readonly Row[];
}

/**
 * `key` tells rows apart; `note` is the code of what it means (the page says `note.CODE`); `cells` are attribute and
 * value as they are to be read.
 */
export interface Row {
  readonly key: string;
  readonly note?: string;
  /** It means nothing any more. */
  readonly dead?: true;
  readonly cells: readonly (readonly [attribute: string, value: string])[];
}

const mostRows = 50;
/** Wanted first, because the pane is narrow. */
const order = ["username", "openid", "userId", "key", "createdAt", "boundAt", "expiresAt", "generation"];
const milliseconds = new Set(["createdAt", "boundAt"]);
const seconds = new Set(["expiresAt"]);

/** What the tables hold, without the secrets: of each the account to try, what means something, and the newest first. */
export function tableRows(found: TableItems, mask: Mask, now: number): TableRows[] {
  const bindings = new Map(found.get("Bindings")?.map((item) => [scalar(item.key), item]));
  const meaning: Readonly<Record<string, (item: Item) => Pick<Row, "note" | "dead">>> = {
    Bindings: ({ key }) => ({ note: isAccountKey(scalar(key)) ? "account" : "identity" }),
    Sessions: (item) => stateOf(item, bindings.get(scalar(item.identity)) ?? {}, now),
    Accounts: ({ key }) => ({ note: noteOfAccounts(scalar(key)) }),
    SessionKeys: () => ({ note: "identity" }),
    Attempts: ({ key }) => ({ note: scalar(key).startsWith("ticket#") ? "ticket" : "counter" }),
  };
  return [...found].map(([name, items]) => ({
    name,
    total: items.length,
    rows: items
      .map((item) => ({ item, ...meaning[name]?.(item) }))
      .toSorted((a, b) => precedence(a) - precedence(b) || byAge(a.item, b.item))
      .slice(0, mostRows)
      .map(({ item, ...meaning }) => ({ key: keyOf(item), ...meaning, cells: cellsOf(item, mask) })),
  }));
}

function precedence({ item, dead }: Pick<Row, "dead"> & { readonly item: Item }): number {
  if (scalar(item.username) === sample.username) return 0;
  return dead ? 2 : 1;
}

function byAge(a: Item, b: Item): number {
  return Number(scalar(b.createdAt)) - Number(scalar(a.createdAt)) || (keyOf(a) < keyOf(b) ? -1 : 1);
}

function noteOfAccounts(key: string): string {
  if (key.startsWith("userId#")) return "userId";
  if (key.startsWith("phone#")) return "phoneNumber";
  return key.startsWith("username#") ? "account" : "import";
}

/** Account items have a key of another length than identities, in the Bindings table. */
function isAccountKey(base64: string): boolean {
  return Buffer.from(base64, "base64").length === 32;
}

/** By the one rule of the product, whatever TTL has deleted or not. */
function stateOf(
  session: Item,
  { userId, disabled, generation }: Item,
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
  if (now >= expiresAt * 1000) return { note: "expired", dead: true };
  if (opened.generation < binding.generation) return { note: "earlierGeneration", dead: true };
  return {
    note: binding.disabled ? "disabled" : "unbound",
    dead: true,
  };
}

function cellsOf(item: Item, mask: Mask): Row["cells"] {
  const shown = mask(item);
  return Object.entries(isRecord(shown) ? shown : {})
    .map(([name, value]) => [name, cell(name, value)] as const)
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

function keyOf(item: Item): string {
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

function time(at: number): string {
  return Number.isFinite(at) && Math.abs(at) < 8.64e15
    ? new Date(at).toISOString().replace("T", " ")
    : String(at);
}
