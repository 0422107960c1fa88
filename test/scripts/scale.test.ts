import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import assumptions from "../../docs/scale/assumptions.json" with { type: "json" };
import prices from "../../docs/scale/prices.json" with { type: "json" };
import quotas from "../../docs/scale/quotas.json" with { type: "json" };
import { ceiling, decimal, over, rounded, sum, times } from "../../scripts/scale/decimal.ts";
import { authorizerCallsPerDay } from "../../scripts/scale/month.ts";
import { priceOf } from "../../scripts/scale/prices.ts";
import { readUnits, type Units } from "../../scripts/scale/units.ts";
import { scaleDocument, scaleText } from "../../scripts/scale.ts";

let document: string;
let units: Units;
beforeAll(async () => {
  document = await readFile(scaleDocument, "utf8");
  units = await readUnits();
});

/** A column of the table between the markers of this name: numbers by the text of the first column. */
function column(part: string, head: string): Record<string, number> {
  const text = new RegExp(`<!-- begin ${part} -->\n([\\s\\S]*?)\n<!-- end`).exec(document)?.[1] ?? "";
  const [heads = [], , ...rows] = text.split("\n").map((line) => line.split(" | "));
  const index = heads.findIndex((it) => it.replace(/[|*]/g, "").trim() === head);
  expect(index).toBeGreaterThan(0);
  const cell = (it = "") => it.replace(/[|*,]/g, "").trim();
  return Object.fromEntries(rows.map((cells) => [cell(cells[0]), Number(cell(cells[index]))]));
}

test("docs/scale.md is what its files give; `npm run scale` renews it", async () => {
  expect(document).toBe(await scaleText());
});

describe("a million silent logins, by hand", () => {
  /** A million of something is printed in thousandths. */
  function expectDollars(printed: number | undefined, byHand: number): void {
    expect(Math.abs((printed ?? Number.NaN) - byHand)).toBeLessThan(0.000_501);
  }

  test("every row and the total of the column are what the price list gives on paper", () => {
    const printed = column("per-million", "silent login");
    const login = units.operations["silent login"];
    const [invocation] = login?.invocations ?? [];

    // 1 request at 1.00 a million, and 1 invocation at 0.20 a million.
    const gateway = 1.0;
    const lambdaRequests = 0.2;
    // 40 ms WeChat + 3 ms read + 5 ms write, 3 calls of 1 ms CPU at 256/1769 of a vCPU, 1 % of 140 ms: 70.13, so 71 ms.
    // A quarter of a GB for 0.071 s is 0.01775 GB-seconds, at 0.0000133334 each.
    const lambdaTime = 17_750 * 0.000_013_333_4;
    // 1 read unit at 0.125 a million and 1 write unit at 0.625 a million.
    const reads = 0.125;
    const writes = 0.625;
    // One line of the function's, and 26 bytes for each line; 0.50 a GB.
    const functionLogGb = ((invocation?.logBytes ?? 0) + 26) / 1_000;
    const functionLog = functionLogGb * 0.5;
    const accessLogGb = ((login?.accessLogBytes ?? 0) + 26) / 1_000;
    const accessLog = accessLogGb * 0.5;
    // Three months of both, at a fifth of their size, at 0.03 a GB.
    const storedLog = (functionLogGb + accessLogGb) * 3 * 0.2 * 0.03;
    const transfer = ((login?.responseBytes ?? 0) / 1_000) * 0.09;

    expect(invocation).toMatchObject({ function: "login", steps: 3, rru: 1, wru: 1, logLines: 1 });
    expectDollars(printed["API Gateway"], gateway);
    expectDollars(printed["Lambda requests"], lambdaRequests);
    expectDollars(printed["Lambda time"], lambdaTime);
    expectDollars(printed["DynamoDB reads"], reads);
    expectDollars(printed["DynamoDB writes"], writes);
    expectDollars(printed["Logs of the functions"], functionLog);
    expectDollars(printed["Access log"], accessLog);
    expectDollars(printed["Stored logs"], storedLog);
    expectDollars(printed["Data out"], transfer);
    expectDollars(
      printed.Total,
      gateway + lambdaRequests + lambdaTime + reads + writes + functionLog + accessLog + storedLog + transfer,
    );
    expect(Object.keys(printed)).toHaveLength(10);
  });
});

test("API Gateway's row of the month, by hand: tiers of 300 million", () => {
  const printed = column("month", "10,000,000");
  // 10 million people, 30 days, 1.2 + 0.02 + 20 requests: 6,366 million, of which 300 at 1.00 and 6,066 at 0.90.
  expect(printed["requests a month millions"]).toBe(6_366);
  expect(printed["API Gateway"]).toBe(Math.round(300 * 1.0 + 6_066 * 0.9));
});

describe("the files", () => {
  test.each(Object.entries(prices.prices))(
    "the price %s has a source, and says where it was seen",
    (_, price) => {
      expect(price.source).toMatch(/^https:\/\/aws\.amazon\.com\//);
      expect(price.seen).not.toBe("");
      for (const tier of price.tiers) expect(Number(tier.price)).toBeGreaterThan(0);
      expect(price.tiers.at(-1)).not.toHaveProperty("upTo");
    },
  );

  test("the document gives the day of the price list", () => {
    expect(document).toContain(`as of ${prices.asOf}`);
  });

  test.each(Object.entries(quotas))("the quota %s has a source, and something that moves it", (_, quota) => {
    expect(quota.source).toMatch(/^https:\/\/docs\.aws\.amazon\.com\//);
    expect(quota.moves).not.toBe("");
  });

  test("every assumption is in the document", () => {
    for (const { what, value, unit } of Object.values(assumptions)) {
      expect(document).toContain(`| ${what} | ${value} ${unit} |`);
    }
  });
});

describe("prices by tiers", () => {
  test.each([
    ["nothing", "0", "0.00"],
    ["within the first tier", "1000000", "1.00"],
    ["at its end", "300000000", "300.00"],
    ["beyond it", "301000000", "300.90"],
  ])("%s", (_, requests, dollars) => {
    expect(rounded(priceOf("httpRequests", decimal(requests)), 2)).toBe(dollars);
  });

  test("through four tiers", () => {
    expect(rounded(priceOf("functionLogGb", decimal(60_000)), 2)).toBe("12,500.00");
  });
});

describe("decimals", () => {
  test("add up as on paper", () => {
    expect(sum(decimal("0.1"), decimal("0.2"))).toBe(decimal("0.3"));
    expect(times(decimal("0.0000133334"), decimal(17_750))).toBe(decimal("0.23666785"));
    expect(over(decimal(1), decimal(8))).toBe(decimal("0.125"));
  });

  test.each([
    ["0.1125", 3, "0.113"],
    ["0.11249", 3, "0.112"],
    ["0.004", 2, "0.00"],
    ["1234567.5", 0, "1,234,568"],
    ["1234.5", 2, "1,234.50"],
    ["999.999", 2, "1,000.00"],
  ])("%s with %i digits is %s", (value, digits, text) => {
    expect(rounded(decimal(value), digits)).toBe(text);
  });

  test("are rounded up to whole milliseconds", () => {
    expect(ceiling(decimal("70.13"))).toBe(decimal(71));
    expect(ceiling(decimal("71"))).toBe(decimal(71));
  });

  test.each(["1e3", "", "1,5", "0.1234567890123456789"])("are not made of %j", (value) => {
    expect(() => decimal(value)).toThrow("not a decimal number");
  });
});

test.each([
  [0, 20],
  [1, 20],
  [30, 8],
  [60, 4],
  [300, 4],
])("with %i seconds of cache a daily user costs %i authorizer calls", (seconds, calls) => {
  expect(authorizerCallsPerDay(seconds)).toBe(decimal(calls));
});
