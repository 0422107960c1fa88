import { assumed } from "./assumptions.ts";
import { type Decimal, decimal, larger, over, sum, times } from "./decimal.ts";
import { added, scaled, type Usage } from "./prices.ts";
import type { Units } from "./units.ts";
import { billedMs, operationOf, ownInvocations, usageOfAuthorization, usageOfRequest } from "./usage.ts";

/** Daily users that the tables have a column for. */
export const sizes = [10_000, 100_000, 1_000_000, 10_000_000, 100_000_000] as const;

const silent = "silent login";
const first = "first login with code and password";
const authorize = "authorize";

/** How often something happens per daily user and day. */
const perDay = { [silent]: assumed("silentLogins"), [first]: assumed("firstLogins") };

/** A month of so many daily users, their authorized requests at the gateway included, the owner's Lambdas not. */
export function usageOfMonth(dailyUsers: number, units: Units): Usage {
  const days = times(decimal(dailyUsers), assumed("daysPerMonth"));
  const logins = Object.entries(perDay).map(([name, often]) =>
    scaled(usageOfRequest(operationOf(units, name), units), times(days, often)),
  );
  const { transferGb: _answersOfTheOwners, ...authorized } = usageOfRequest(
    operationOf(units, authorize),
    units,
  );
  return added(
    ...logins,
    scaled(authorized, times(days, assumed("authorizations"))),
    storage(dailyUsers, units),
    { secretReads: secretReads(dailyUsers, units) },
    fixedThings(units),
  );
}

/** Metrics out of logs that nearly always have data: a metric is billed by the hours in which it has some. */
export function steadyMetrics({ customMetrics: { plain, dimensioned } }: Units["deployed"]): Decimal {
  return sum(decimal(plain), times(decimal(dimensioned), assumed("steadyValuesPerDimension")));
}

/** What costs the same however many people come. */
export function fixedThings({ deployed }: Units): Usage {
  return {
    secrets: decimal(deployed.secrets),
    metrics: steadyMetrics(deployed),
    alarms: decimal(deployed.alarms),
    dashboards: decimal(deployed.dashboards),
  };
}

export function requestsOfMonth(dailyUsers: number): Decimal {
  return times(decimal(dailyUsers), assumed("daysPerMonth"), requestsPerUser());
}

/** What the busiest second asks for. */
export interface Peak {
  readonly requests: Decimal;
  /** Of the product's functions and the owner's, one of theirs for each authorized request. */
  readonly invocations: Decimal;
  readonly concurrency: Decimal;
  /** Units of the table that is asked for most. */
  readonly reads: Decimal;
  readonly writes: Decimal;
}

export function peakOf(dailyUsers: number, units: Units): Peak {
  const rate = (perUser: Decimal) => peakRate(dailyUsers, perUser);
  const operations = [
    { operation: operationOf(units, silent), often: assumed("silentLogins") },
    { operation: operationOf(units, first), often: assumed("firstLogins") },
    { operation: operationOf(units, authorize), often: assumed("authorizations") },
  ];
  const invocations = operations.flatMap(({ operation, often }) =>
    ownInvocations(operation).map((it) => ({ often, ms: billedMs(it, operation, units), calls: it.calls })),
  );
  const theirs = rate(assumed("authorizations"));
  const seconds = (ms: Decimal) => over(ms, decimal(1_000));
  const table = (does: "reads" | "writes", unit: "rru" | "wru") => {
    const demand = new Map<string, Decimal>();
    for (const { often, calls } of invocations) {
      for (const call of calls) {
        const tables = call[does]?.split(" + ") ?? [];
        for (const name of tables) {
          const units = over(decimal(call[unit] ?? 0), decimal(tables.length));
          demand.set(name, sum(demand.get(name) ?? decimal(0), times(rate(often), units)));
        }
      }
    }
    return [...demand.values()].reduce(larger);
  };
  return {
    requests: rate(requestsPerUser()),
    invocations: sum(theirs, ...invocations.map(({ often }) => rate(often))),
    concurrency: sum(
      times(theirs, seconds(assumed("businessMs"))),
      ...invocations.map(({ often, ms }) => times(rate(often), seconds(ms))),
    ),
    reads: table("reads", "rru"),
    writes: table("writes", "wru"),
  };
}

/** What an authorization costs less its share of calls that the gateway's cache answers. */
export function authorizationsOfMonth(dailyUsers: number, cacheSeconds: number, units: Units): Usage {
  const calls = authorizerCallsPerDay(cacheSeconds);
  const authorization = usageOfAuthorization(operationOf(units, authorize), units);
  return scaled(authorization, times(decimal(dailyUsers), assumed("daysPerMonth"), calls));
}

/** Per daily user: one call for each stretch of a visit that the cache covers, and no more than there are requests. */
export function authorizerCallsPerDay(cacheSeconds: number): Decimal {
  const requests = assumed("authorizations");
  if (cacheSeconds === 0) return requests;
  const stretches = over(assumed("visitSeconds"), decimal(cacheSeconds));
  const perVisit = larger(decimal(1), stretches);
  const calls = times(assumed("visits"), perVisit);
  return calls < requests ? calls : requests;
}

function requestsPerUser(): Decimal {
  return sum(...Object.values(perDay), assumed("authorizations"));
}

function peakRate(dailyUsers: number, perUserAndDay: Decimal): Decimal {
  const inTheHour = times(decimal(dailyUsers), perUserAndDay, assumed("peakHourShare"));
  return times(over(inTheHour, decimal(3_600)), assumed("peakOverHour"));
}

function storage(dailyUsers: number, { items }: Units): Usage {
  const overhead = assumed("itemOverheadBytes");
  const people = times(decimal(dailyUsers), assumed("registered"));
  const irreplaceable = sum(
    decimal(items.identity + items.account + items.credentials),
    times(decimal(3), overhead),
  );
  const sessions = times(
    decimal(dailyUsers),
    sum(...Object.values(perDay)),
    assumed("sessionDays"),
    sum(decimal(items.session), overhead),
  );
  const backedUp = over(times(people, irreplaceable), decimal(1_000_000_000));
  return {
    tableGbMonths: sum(backedUp, over(sessions, decimal(1_000_000_000))),
    backupGbMonths: backedUp,
  };
}

/** Each instance of the login function asks again after five minutes; at the peak there are as many as logins under way. */
function secretReads(dailyUsers: number, units: Units): Decimal {
  const operation = operationOf(units, silent);
  const ms = sum(...operation.invocations.map((it) => billedMs(it, operation, units)));
  const underWay = times(peakRate(dailyUsers, assumed("silentLogins")), over(ms, decimal(1_000)));
  return times(larger(decimal(1), underWay), decimal(12 * 24), assumed("daysPerMonth"));
}
