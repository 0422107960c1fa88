import { expect, test } from "vitest";
import { counted } from "../../bench/counted.ts";
import { printReport } from "../../bench/print-report.ts";
import { readUnits } from "../../scripts/units.ts";

const operations = counted(await readUnits());

test("an operation's functions wait for one another: their round trips and units add up", () => {
  expect(operations).toContainEqual({ operation: "silent login", steps: 3, rru: 1, wru: 1 });
  // The authorizer's one read, then the two of GET /sessions.
  expect(operations).toContainEqual({ operation: "devices, 1 session", steps: 3, rru: 4, wru: 0 });
});

test("every operation has its line in the report", () => {
  const printed = printReport({ machine: {}, counted: operations });
  for (const { operation, steps, rru, wru } of operations) {
    expect(printed).toMatch(new RegExp(`^${RegExp.escape(operation)} +${steps} +${rru} +${wru}$`, "m"));
  }
});
