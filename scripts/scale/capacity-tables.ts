import { type Decimal, decimal, rounded } from "./decimal.ts";
import { peakOf, sizes } from "./month.ts";
import { demandOn, quotas, share } from "./quotas.ts";
import { table } from "./table.ts";
import type { Units } from "./units.ts";

const columns = sizes.map((size) => rounded(decimal(size), 0));

export function peak(units: Units): string {
  const peaks = sizes.map((size) => peakOf(size, units));
  const row = (what: string, of: (it: (typeof peaks)[number]) => Decimal) => [
    what,
    ...peaks.map((it) => rounded(of(it), 0)),
  ];
  return table(
    ["in the busiest second, daily users", ...columns],
    [
      row("requests", ({ requests }) => requests),
      row("invocations, your Lambdas included", ({ invocations }) => invocations),
      row("under way at once, your Lambdas included", ({ concurrency }) => concurrency),
      row("read units of one table", ({ reads }) => reads),
      row("write units of one table", ({ writes }) => writes),
    ],
  );
}

export function quotaTable(units: Units): string {
  const peaks = sizes.map((size) => peakOf(size, units));
  const established = quotas.filter(({ what }) => !/\bnew (account|table)\b/.test(what));
  const fullest = peaks.map((it) => {
    const worst = established.reduce((a, b) => (demandOn(b, it) > demandOn(a, it) ? b : a));
    return demandOn(worst, it) < decimal(1) ? "none" : worst.what;
  });
  return table(
    ["quota needed at the peak, daily users", ...columns, "what moves it"],
    [
      ...quotas.map((quota) => [
        `${quota.what} (${rounded(decimal(quota.limit), 0)})`,
        ...peaks.map((it) => share(demandOn(quota, it))),
        quota.moves,
      ]),
      ["**first to break, once the account is not new**", ...fullest, ""],
    ],
    "left",
  );
}
