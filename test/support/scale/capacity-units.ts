import type { AttributeValue, Item } from "../../../local/aws/dynalite.ts";

export type Consistency = "eventual" | "strong" | "transactional";

const readUnitBytes = 4_096;
const writeUnitBytes = 1_024;
const readFactor = { eventual: 0.5, strong: 1, transactional: 2 } satisfies Record<Consistency, number>;

/**
 * Read request units of one item, or of everything that one Query went through: sizes are rounded up to 4 KB, and an
 * item that does not exist costs as much as the smallest.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html
 */
export function readUnits(bytes: number, consistency: Consistency): number {
  return Math.max(1, Math.ceil(bytes / readUnitBytes)) * readFactor[consistency];
}

/**
 * Write request units of one item: the larger of what was there and what is there now, rounded up to 1 KB, twice in a
 * transaction. A write whose condition fails costs the same, for the item that stays.
 */
export function writeUnits(bytesBefore: number, bytesAfter: number, transactional: boolean): number {
  const units = Math.max(1, Math.ceil(Math.max(bytesBefore, bytesAfter) / writeUnitBytes));
  return units * (transactional ? 2 : 1);
}

/**
 * Bytes of an item: names and values. 0 for none. What storage adds (100 bytes an item) is not part of it.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function itemBytes(item: Item | undefined): number {
  return sum(Object.entries(item ?? {}).map(([name, value]) => Buffer.byteLength(name) + valueBytes(value)));
}

function valueBytes({ S, N, B, SS, NS, BS, L, M }: AttributeValue): number {
  if (S !== undefined) return Buffer.byteLength(S);
  if (N !== undefined) return numberBytes(N);
  if (B !== undefined) return Buffer.from(B, "base64").length;
  if (SS) return sum(SS.map((text) => Buffer.byteLength(text)));
  if (NS) return sum(NS.map(numberBytes));
  if (BS) return sum(BS.map((bytes) => Buffer.from(bytes, "base64").length));
  if (L) return 3 + sum(L.map((value) => 1 + valueBytes(value)));
  if (M) return 3 + sum(Object.values(M).map(() => 1)) + itemBytes(M);
  return 1;
}

/** One byte for two significant digits, and one more; AWS calls it approximate. */
function numberBytes(number: string): number {
  const digits = number
    .replace(/^-|[eE].*$|\./g, "")
    .replace(/^0+/, "")
    .replace(/0+$/, "");
  return Math.ceil(digits.length / 2) + 1;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
