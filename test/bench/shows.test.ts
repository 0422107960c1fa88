import { expect, test } from "vitest";
import { printReport } from "../../bench/print-report.ts";
import type { Report } from "../../bench/report.ts";
import { savedOverSdk } from "../../bench/saved.ts";
import { shows } from "../../bench/shows.ts";

const at = (ms: number) => ({ 128: ms * 4, 256: ms * 2, 512: ms });
const report: Report = {
  machine: { node: "v24.0.0" },
  firstAnswers: [
    { label: "authorizer", fromStartMs: at(30), fromHandOverMs: at(1) },
    { label: "usual-authorizer", fromStartMs: at(120), fromHandOverMs: at(100) },
    { label: "tuned-authorizer", fromStartMs: at(36), fromHandOverMs: at(1.5) },
  ],
};

test("a first answer is judged by all that somebody waits for who meets a cold start", () => {
  const judged = shows(report).filter(({ what }) => what.includes("first answer at"));
  expect(judged.map(({ measured }) => measured)).toEqual([0.25, 0.25]);
});

test("what was not measured is neither held nor missed", () => {
  const unmeasured = shows({ machine: {} });
  expect(unmeasured).toHaveLength(7);
  expect(unmeasured.map(({ measured }) => measured)).toEqual(Array(7).fill(undefined));
  expect(printReport({ machine: {} })).not.toMatch(/MISSED|holds|aim reached/);
});

test("both waits are shown, of a cold start and of an instance started ahead", () => {
  const printed = printReport(report);
  expect(printed).toMatch(
    /from the start of the process.*\nauthorizer +120\.0 +0\.25 +60\.0 +0\.25 +30\.0 +0\.25\n/s,
  );
  expect(printed).toMatch(/started ahead.*\nauthorizer +4\.0 +0\.01 +2\.0 +0\.01 +1\.0 +0\.01\n/s);
  expect(savedOverSdk(report)).toEqual([
    { what: "first answer, from the start", ms: [24, 12, 6] },
    { what: "first answer of an instance started ahead", ms: [2, 1, 0.5] },
  ]);
});
