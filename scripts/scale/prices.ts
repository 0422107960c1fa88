import file from "../../docs/scale/prices.json" with { type: "json" };
import { type Decimal, decimal, minus, over, smaller, sum, times, zero } from "./decimal.ts";

/** What a bill counts, by its name in docs/scale/prices.json. */
export type Priced = keyof typeof file.prices;

/** How much of it; what is absent is none. */
export type Usage = Readonly<Partial<Record<Priced, Decimal>>>;

interface Tier {
  readonly upTo?: string;
  readonly price: string;
}

/** Dollars for so much within one month, tier by tier. */
export function priceOf(name: Priced, quantity: Decimal): Decimal {
  const { per, tiers }: { per: string; tiers: readonly Tier[] } = file.prices[name];
  let from = zero;
  let cost = zero;
  for (const { upTo, price } of tiers) {
    const end = upTo === undefined ? quantity : smaller(quantity, decimal(upTo));
    if (end <= from) break;
    cost = sum(cost, over(times(minus(end, from), decimal(price)), decimal(per)));
    from = end;
  }
  return cost;
}

export function pricesOf(usage: Usage): Partial<Record<Priced, Decimal>> {
  return Object.fromEntries(
    namesIn(usage).map((name) => [name, priceOf(name, usage[name] ?? zero)]),
  ) as Partial<Record<Priced, Decimal>>;
}

export function scaled(usage: Usage, factor: Decimal): Usage {
  return Object.fromEntries(namesIn(usage).map((name) => [name, times(usage[name] ?? zero, factor)]));
}

export function added(...usages: readonly Usage[]): Usage {
  const names = new Set(usages.flatMap(namesIn));
  return Object.fromEntries([...names].map((name) => [name, sum(...usages.map((it) => it[name] ?? zero))]));
}

function namesIn(usage: Usage): Priced[] {
  return Object.keys(usage) as Priced[];
}

export const asOf = file.asOf;
