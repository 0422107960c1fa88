import { expect, test } from "vitest";
import { printReport } from "../../bench/print-report.ts";
import type { Report } from "../../bench/report.ts";
import { shows } from "../../bench/shows.ts";

const at = (ms: number) => ({ 128: ms * 4, 256: ms * 2, 512: ms });
const warm = (label: string, cpuUs: number) => ({ label, cpuUs, callsPerSecondAndCore: 1_000_000 / cpuUs });
const report: Report = {
  machine: { Node: "v24.0.0" },
  firstAnswers: [
    { label: "authorizer", fromStartMs: at(30), fromHandOverMs: at(1) },
    { label: "usual-authorizer", fromStartMs: at(120), fromHandOverMs: at(100) },
    { label: "login", fromStartMs: at(120), fromHandOverMs: at(20) },
    { label: "usual-login", fromStartMs: at(200), fromHandOverMs: at(160) },
  ],
  warmLogin: [warm("login", 1_400), warm("usual-login", 2_000)],
};

test("a first answer is judged by all that somebody waits for who meets a cold start, and by its own rival", () => {
  const judged = shows(report).filter(({ what }) => what.includes("first answer"));
  expect(judged.map(({ measured }) => measured)).toEqual([0.25, 0.25, 0.6]);
});

test("what holds, what reaches its aim and what is missed is said", () => {
  const printed = printReport(report);
  expect(printed).toMatch(/authorizer's first answer at 256 MB.* 0\.25 \| +aim reached \|/);
  expect(printed).toMatch(/authorizer's first answer at 128 MB.* 0\.25 \| +holds \|/);
  expect(printed).toMatch(/login's first answer at 256 MB.* 0\.60 \| +MISSED \|/);
  expect(printed).toMatch(/login's warm call.* 0\.70 \| +holds \|/);
});

test("what was not measured is neither held nor missed", () => {
  expect(shows({ machine: {} }).map(({ measured }) => measured)).toEqual(Array(6).fill(undefined));
  expect(printReport({ machine: {} })).not.toMatch(/MISSED|holds|aim reached/);
});

test("both waits are shown, of a cold start and of an instance started ahead", () => {
  const printed = printReport(report);
  expect(printed).toMatch(
    /from the start of the process.*\n\| authorizer +\| +120\.0 \| +0\.25 \| +60\.0 \| +0\.25 \| +30\.0 \| +0\.25 \|\n/s,
  );
  expect(printed).toMatch(
    /started ahead.*\n\| authorizer +\| +4\.0 \| +0\.01 \| +2\.0 \| +0\.01 \| +1\.0 \| +0\.01 \|\n/s,
  );
});
