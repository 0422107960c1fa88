import { memorySizes } from "./cold-starts.ts";
import { labelled, type Report, ratio, usual } from "./report.ts";
import { type Show, shows } from "./shows.ts";
import { table } from "./table.ts";
import type { WrongPassword } from "./wrong-passwords.ts";

/** The report in Markdown: the promises, and one table per question. */
export function printReport(report: Report): string {
  const { sizes, coldStarts, firstAnswers, warmAuthorizer, warmLogin, growth = [], wrongPasswords } = report;
  const parts = [
    Object.entries(report.machine)
      .map(([name, value]) => `- ${name}: ${value}`)
      .join("\n"),
  ];
  const add = (title: string, heads: readonly string[], rows: readonly (readonly string[])[]) =>
    parts.push(`### ${title}\n\n${table(heads, rows)}`);

  add(
    "What must hold",
    ["", "at most", "aim", "measured", ""],
    shows(report).map((show) => [
      show.what,
      show.atMost.toFixed(2),
      show.aim?.toFixed(2) ?? "",
      show.measured?.toFixed(2) ?? "",
      verdict(show),
    ]),
  );
  if (sizes) {
    add(
      "Bundles",
      ["bundle", "KB", "gzipped"],
      sizes.map(({ label, raw, gzipped }) => [label, raw.toFixed(1), gzipped.toFixed(1)]),
    );
  }
  if (coldStarts) {
    const empty = labelled(coldStarts, "empty");
    add(
      "Cold starts at full speed: CPU of the whole process",
      [
        "function",
        "ready ms",
        "× empty",
        "first answer ms",
        "× empty",
        "× usual",
        "calls 2-10 µs",
        "11-50 µs",
      ],
      coldStarts.map(({ label, readyMs, firstAnswerMs, earlyCallsUs: [early, later] }) => [
        label,
        readyMs.toFixed(1),
        over(readyMs, empty?.readyMs),
        firstAnswerMs.toFixed(1),
        over(firstAnswerMs, empty?.firstAnswerMs),
        over(firstAnswerMs, labelled(coldStarts, usual(label))?.firstAnswerMs),
        early.toFixed(0),
        later.toFixed(0),
      ]),
    );
  }
  if (firstAnswers) {
    for (const [title, from] of [
      ["from the start of the process", "fromStartMs"],
      ["from the hand-over to an instance that was started ahead", "fromHandOverMs"],
    ] as const) {
      add(
        `First answers: wall time ${title}`,
        ["function", ...memorySizes.flatMap((megabytes) => [`${megabytes} MB ms`, "× usual"])],
        firstAnswers.map((one) => [
          one.label,
          ...memorySizes.flatMap((megabytes) => [
            one[from][megabytes]?.toFixed(1) ?? "",
            over(one[from][megabytes], labelled(firstAnswers, usual(one.label))?.[from][megabytes]),
          ]),
        ]),
      );
    }
  }
  for (const [title, calls, of] of [
    ["Warm authorizer: CPU of the whole process per call", warmAuthorizer, "usual-authorizer"],
    ["Warm login: CPU of the whole process per call", warmLogin, "usual-login"],
  ] as const) {
    if (!calls) continue;
    add(
      title,
      ["function", "µs", "× usual", "calls per second and core"],
      calls.map(({ label, cpuUs, callsPerSecondAndCore }) => [
        label,
        cpuUs.toFixed(cpuUs < 100 ? 1 : 0),
        over(cpuUs, labelled(calls, of)?.cpuUs),
        callsPerSecondAndCore.toFixed(0),
      ]),
    );
  }
  for (const { what, points } of growth) {
    add(
      `${what[0]?.toUpperCase()}${what.slice(1)}`,
      ["", "µs", "× the first"],
      points.map(({ label, cpuUs }) => [label, cpuUs.toFixed(0), over(cpuUs, points[0]?.cpuUs)]),
    );
  }
  if (wrongPasswords) {
    add(
      "Wrong passwords: wall time of the verifier on the local stack",
      ["name", "ms", "× the nearest known"],
      wrongPasswords.map(({ label, known, ms }) => [
        label,
        ms.toFixed(1),
        known ? "" : over(ms, nearestKnown(ms, wrongPasswords)),
      ]),
    );
  }
  return parts.join("\n\n");
}

function nearestKnown(ms: number, all: readonly WrongPassword[]): number | undefined {
  const known = all.filter((one) => one.known).map((one) => one.ms);
  return known.toSorted((a, b) => Math.abs(a - ms) - Math.abs(b - ms))[0];
}

function verdict({ measured, atMost, aim }: Show): string {
  if (measured === undefined) return "not measured";
  if (measured > atMost) return "MISSED";
  return aim !== undefined && measured <= aim ? "aim reached" : "holds";
}

function over(value: number | undefined, of: number | undefined): string {
  return ratio(value, of)?.toFixed(2) ?? "";
}
