import file from "../../docs/scale/quotas.json" with { type: "json" };
import { type Decimal, decimal, over, rounded } from "./decimal.ts";
import type { Peak } from "./month.ts";

interface Quota {
  readonly what: string;
  readonly limit: string;
  readonly demand: string;
  readonly moves: string;
  readonly source: string;
}

export const quotas: readonly Quota[] = Object.values(file);
export type { Quota };

/** How much of the quota the busiest second needs: 1 is all of it. */
export function demandOn({ demand, limit, what }: Quota, peak: Peak): Decimal {
  const entry = Object.entries(peak).find(([name]) => name === demand);
  if (!entry) throw new Error(`${what}: nobody computes a demand called ${demand}.`);
  return over(entry[1], decimal(limit));
}

/** `3 %`, or `1.4 ×` from the whole quota on. */
export function share(of: Decimal): string {
  if (of >= decimal(1)) return `**${rounded(of, of >= decimal(10) ? 0 : 1)} ×**`;
  const percent = (of * 100n) as Decimal;
  return percent > 0n && percent < decimal(1) ? "< 1 %" : `${rounded(percent, 0)} %`;
}
