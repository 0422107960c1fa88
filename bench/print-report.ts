import { memorySizes } from "./cold-starts.ts";
import type { Report } from "./report.ts";
import { savedByHandSigning } from "./saved.ts";
import { shows } from "./shows.ts";
import { table } from "./table.ts";

/** The report for people: one table per question, the promises last. */
export function printReport(report: Report): string {
  const parts = [
    Object.entries(report.machine)
      .map(([name, value]) => `${name}: ${value}`)
      .join("\n"),
  ];
  const add = (title: string, heads: readonly string[], rows: readonly (readonly string[])[]) =>
    parts.push(`${title}\n\n${table(heads, rows)}`);
  const { sizes, coldStarts, firstAnswers, warmAuthorizer, warmLogin } = report;

  if (sizes) {
    add(
      "Bundles",
      ["bundle", "KB", "gzipped"],
      sizes.map(({ label, raw, gzipped }) => [label, raw.toFixed(1), gzipped.toFixed(1)]),
    );
  }
  if (coldStarts) {
    const usual = coldStarts.find(({ label }) => label === "usual-authorizer");
    const empty = coldStarts.find(({ label }) => label === "empty");
    add(
      "Cold starts at full speed: CPU of the whole process until it is ready, and until the first answer",
      ["function", "ready ms", "x empty", "first answer ms", "x empty", "x usual"],
      coldStarts.map(({ label, readyMs, firstAnswerMs }) => [
        label,
        readyMs.toFixed(1),
        over(readyMs, empty?.readyMs),
        firstAnswerMs.toFixed(1),
        over(firstAnswerMs, empty?.firstAnswerMs),
        over(firstAnswerMs, usual?.firstAnswerMs),
      ]),
    );
    add(
      "Early calls: CPU per call, the runtime's included",
      ["function", "calls 2-10 µs", "x usual", "calls 11-50 µs", "x usual"],
      coldStarts.map(({ label, earlyCallsUs: [early, later] }) => [
        label,
        early.toFixed(0),
        over(early, usual?.earlyCallsUs[0]),
        later.toFixed(0),
        over(later, usual?.earlyCallsUs[1]),
      ]),
    );
  }
  if (firstAnswers) {
    const usual = firstAnswers.find(({ label }) => label === "usual-authorizer");
    for (const [title, from] of [
      ["from the start of the process", "fromStartMs"],
      ["from the hand-over to an instance that was started ahead", "fromHandOverMs"],
    ] as const) {
      add(
        `First answers: wall time ${title}; INIT at full speed, then the CPU share of so many MB`,
        ["function", ...memorySizes.flatMap((megabytes) => [`${megabytes} MB ms`, "x usual"])],
        firstAnswers.map((one) => [
          one.label,
          ...memorySizes.flatMap((megabytes) => [
            one[from][megabytes]?.toFixed(1) ?? "",
            over(one[from][megabytes], usual?.[from][megabytes]),
          ]),
        ]),
      );
    }
  }
  for (const [title, calls] of [
    ["Warm authorizer: CPU of the whole process per call", warmAuthorizer],
    ["Warm login: CPU of the whole process per call", warmLogin],
  ] as const) {
    if (!calls) continue;
    const usual = calls.find(({ label }) => label.startsWith("usual-"));
    add(
      title,
      ["function", "µs", "x usual", "calls per second and core"],
      calls.map(({ label, cpuUs, callsPerSecondAndCore }) => [
        label,
        cpuUs.toFixed(cpuUs < 100 ? 1 : 0),
        over(cpuUs, usual?.cpuUs),
        callsPerSecondAndCore.toFixed(0),
      ]),
    );
  }
  for (const { what, points } of report.growth ?? []) {
    const least = points[0];
    add(
      `${what[0]?.toUpperCase()}${what.slice(1)}`,
      ["", "µs", "x the first"],
      points.map(({ label, cpuUs }) => [label, cpuUs.toFixed(0), over(cpuUs, least?.cpuUs)]),
    );
  }
  if (report.counted) {
    add(
      "Counted, not timed: sequential round trips and consumed capacity units per operation (docs/units.json)",
      ["operation", "steps", "RRU", "WRU"],
      report.counted.map(({ operation, steps, rru, wru }) => [
        operation,
        String(steps),
        String(rru),
        String(wru),
      ]),
    );
  }
  const saved = savedByHandSigning(report);
  if (saved.length > 0) {
    add(
      "What shipping the hand-signed read would save, in wall ms at a CPU share of so many MB",
      ["", ...memorySizes.map((megabytes) => `${megabytes} MB`)],
      saved.map(({ what, ms }) => [what, ...ms.map((one) => one.toFixed(1))]),
    );
  }
  add(
    "What must hold",
    ["ratio", "at most", "aim", "measured", ""],
    shows(report).map(({ what, atMost, aim, measured }) => [
      what,
      String(atMost),
      String(aim),
      measured?.toFixed(2) ?? "-",
      verdict(measured, atMost, aim),
    ]),
  );
  return parts.join("\n\n");
}

function verdict(measured: number | undefined, atMost: number, aim: number): string {
  if (measured === undefined) return "not measured";
  if (measured > atMost) return "MISSED";
  return measured <= aim ? "aim reached" : "holds";
}

function over(value: number | undefined, of: number | undefined): string {
  return value === undefined || of === undefined ? "" : (value / of).toFixed(2);
}
