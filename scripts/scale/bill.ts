import { type Decimal, decimal, rounded, sum, zero } from "./decimal.ts";
import { type Priced, pricesOf, type Usage } from "./prices.ts";

/** The rows of a bill, in the order of the request's way. */
export const services: Readonly<Record<string, readonly Priced[]>> = {
  "API Gateway": ["httpRequests"],
  "Lambda, requests": ["lambdaRequests"],
  "Lambda, time": ["lambdaGbSecondsArm64", "lambdaGbSecondsX86"],
  "DynamoDB, reads": ["readUnits"],
  "DynamoDB, writes": ["writeUnits"],
  "DynamoDB, storage and backup": ["tableGbMonths", "backupGbMonths"],
  "Logs of the functions": ["functionLogGb"],
  "Access log": ["accessLogGb"],
  "Stored logs": ["storedLogGbMonths"],
  "Data out": ["transferGb"],
  "Secrets Manager": ["secrets", "secretReads"],
  "Metrics, alarms, dashboards": ["metrics", "alarms", "dashboards"],
};

export interface Bill {
  readonly rows: Readonly<Record<string, Decimal>>;
  readonly total: Decimal;
}

/** Dollars by service. Throws if something is used that no row shows. */
export function billOf(usage: Usage): Bill {
  const prices = pricesOf(usage);
  const rows = Object.fromEntries(
    Object.entries(services).map(([service, names]) => [
      service,
      sum(...names.map((name) => prices[name] ?? zero)),
    ]),
  );
  const total = sum(...Object.values(prices));
  if (total !== sum(...Object.values(rows)))
    throw new Error("scripts/scale/bill.ts leaves out part of the bill.");
  return { rows, total };
}

/** Services that cost something in at least one of the bills, with the total as the last row. */
export function billRows(bills: readonly Bill[], money: (amount: Decimal) => string): string[][] {
  const used = Object.keys(services).filter((service) =>
    bills.some(({ rows }) => (rows[service] ?? zero) > 0n),
  );
  return [
    ...used.map((service) => [service, ...bills.map(({ rows }) => money(rows[service] ?? zero))]),
    ["**Total**", ...bills.map(({ total }) => `**${money(total)}**`)],
  ];
}

/** Dollars: cents below a hundred, whole dollars from there on. */
export function dollars(amount: Decimal): string {
  return rounded(amount, amount < decimal(100) ? 2 : 0);
}
