import { assumed } from "./assumptions.ts";
import { billOf, billRows, dollars } from "./bill.ts";
import { type Decimal, decimal, minus, over, rounded, sum, times } from "./decimal.ts";
import {
  authorizationsOfMonth,
  authorizerCallsPerDay,
  fixedThings,
  requestsOfMonth,
  sizes,
  steadyMetrics,
  usageOfMonth,
} from "./month.ts";
import { priceOf, scaled, type Usage } from "./prices.ts";
import { table } from "./table.ts";
import type { CountedOperation, Units } from "./units.ts";
import { operationOf, usageOfAuthorization, usageOfRequest } from "./usage.ts";

const million = decimal(1_000_000);
const thousandths = (amount: Decimal) => rounded(amount, 3);

/** The figures that people look for first. */
export function summary(units: Units): string {
  const perMillion = (usage: Usage) => dollars(billOf(scaled(usage, million)).total);
  const login = perMillion(usageOfRequest(operationOf(units, "silent login"), units));
  const authorization = perMillion(usageOfAuthorization(operationOf(units, "authorize"), units));
  const month = (dailyUsers: number) => dollars(billOf(usageOfMonth(dailyUsers, units)).total);
  return [
    `- A million silent logins cost ${login} dollars, a million authorizations ${authorization} on top of the requests.`,
    `- A month of 10,000 daily users costs ${month(10_000)} dollars, of a million ${month(1_000_000)}, of a hundred million ${month(100_000_000)}.`,
  ].join("\n");
}

export function perMillion(units: Units): string {
  const of = (name: string) => usageOfRequest(operationOf(units, name), units);
  const usages: Record<string, Usage> = {
    "silent login": of("silent login"),
    "first login with password": of("first login with code and password"),
    "first login without passwords": of("first login without passwords"),
    "authorization (added)": usageOfAuthorization(operationOf(units, "authorize"), units),
    "log out everywhere": of("log out everywhere, 50 sessions"),
  };
  const bills = Object.values(usages).map((usage) => billOf(scaled(usage, million)));
  return table(["dollars per million", ...Object.keys(usages)], billRows(bills, thousandths));
}

/** What the larger unknowns move. */
export function sensitivity(units: Units): string {
  const memory = over(decimal(units.deployed.memory.login ?? 0), decimal(1_024));
  const waiting = priceOf("lambdaGbSecondsArm64", times(memory, decimal("0.1"), million));
  const platform = times(decimal(2), sum(assumed("platformLogLineBytes"), assumed("logLineOverheadBytes")));
  const platformLog = priceOf("functionLogGb", times(over(platform, decimal(1_000_000_000)), million));
  const arm = usageOfRequest(operationOf(units, "silent login"), units).lambdaGbSecondsArm64 ?? decimal(0);
  const x86 = minus(
    priceOf("lambdaGbSecondsX86", times(arm, million)),
    priceOf("lambdaGbSecondsArm64", times(arm, million)),
  );
  const rest = minus(priceOf("restRequests", million), priceOf("httpRequests", million));
  const secret = priceOf("secretReads", million);
  return table(
    ["dollars per million", "more"],
    [
      ["each 100 ms that WeChat answers later, per login", thousandths(waiting)],
      ["Lambda's own two log lines at the system log level INFO, per invocation", thousandths(platformLog)],
      ["x86_64 in place of arm64, per silent login", thousandths(x86)],
      ["a REST API in place of the HTTP API, per request", thousandths(rest)],
      ["the AppSecret read anew at each login, instead of kept", thousandths(secret)],
    ],
  );
}

export function fixed(units: Units): string {
  const { secrets, alarms, dashboards } = units.deployed;
  const bill = billOf(fixedThings(units));
  const things = [
    `${secrets} secret`,
    `${rounded(steadyMetrics(units.deployed), 0)} custom metrics`,
    `${alarms} alarmed metrics`,
    `${dashboards} dashboard`,
  ];
  return `Fixed: ${dollars(bill.total)} dollars a month (${things.join(", ")}).`;
}

export function month(units: Units): string {
  const bills = sizes.map((size) => billOf(usageOfMonth(size, units)));
  const perUser = bills.map(({ total }, index) => over(total, decimal(sizes[index] ?? 1)));
  return table(
    ["daily users", ...sizes.map((size) => rounded(decimal(size), 0))],
    [
      [
        "requests a month, millions",
        ...sizes.map((size) => rounded(over(requestsOfMonth(size), million), 0)),
      ],
      ...billRows(bills, dollars),
      ["cents per daily user", ...perUser.map((each) => rounded(times(each, decimal(100)), 2))],
    ],
  );
}

export function cache(units: Units): string {
  const without = authorizerCallsPerDay(0);
  const rows = [0, 30, 300].map((seconds) => {
    const calls = authorizerCallsPerDay(seconds);
    const answered = over(minus(without, calls), without);
    const cost = (size: number) => billOf(authorizationsOfMonth(size, seconds, units)).total;
    return [
      String(seconds),
      rounded(calls, 0),
      `${rounded(times(answered, decimal(100)), 0)} %`,
      ...[1_000_000, 10_000_000].map((size) => dollars(cost(size))),
      seconds === 0 ? "nothing" : `${seconds} s`,
    ];
  });
  return table(
    [
      "`authorizerCacheSeconds`",
      "authorizer calls per user and day",
      "answered by the cache",
      "dollars a month at 1 M",
      "at 10 M",
      "a logout may do nothing for",
    ],
    rows,
  );
}

export function secondRegion(units: Units): string {
  const per = (name: string, tables: readonly string[]) =>
    thousandths(
      priceOf("replicatedWriteUnits", times(decimal(writtenTo(operationOf(units, name), tables)), million)),
    );
  const names = ["silent login", "first login with code and password", "log out everywhere, 50 sessions"];
  return table(
    ["more dollars per million", ...names],
    [
      ["Bindings and Accounts in two Regions", ...names.map((name) => per(name, ["bindings", "accounts"]))],
      ["Sessions too", ...names.map((name) => per(name, ["bindings", "accounts", "sessions"]))],
    ],
  );
}

function writtenTo({ invocations }: CountedOperation, tables: readonly string[]): number {
  return invocations
    .flatMap(({ calls }) => calls)
    .filter(({ writes }) => writes !== undefined && tables.includes(writes))
    .map(({ wru = 0 }) => wru)
    .reduce((total, units) => total + units, 0);
}
