import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { isRecord } from "../local/aws/json.ts";
import { root } from "./files.ts";
import { table } from "./table.ts";

/**
 * `npm run mutation`: changes the functions' sources one small thing at a time (Stryker) and demands that a test notices.
 * `npm run mutation -- authorizer core` does so for these areas only. Fails where an area is below its share, and where
 * what survives is not what docs/mutants.md lists.
 */
const areas = {
  authorizer: 98,
  core: 98,
  dynamodb: 95,
} as const;

/** What Stryker's report says of one mutant, in the words of the list: where, what stands there, what was put there. */
interface Mutant {
  readonly file: string;
  readonly was: string;
  readonly became: string;
  readonly isNoticed: boolean;
}

const report = "node_modules/.cache/mutation.json";
const asked = process.argv.slice(2);
const chosen = Object.entries(areas).filter(([area]) => asked.length === 0 || asked.includes(area));

const stryker = join(
  dirname(createRequire(import.meta.url).resolve("@stryker-mutator/core/package.json")),
  "bin/stryker.js",
);
const mutants: Mutant[] = [];
for (const [area] of chosen) {
  const { status } = spawnSync(process.execPath, [stryker, "run", "--mutate", `functions/${area}/**/*.ts`], {
    cwd: root,
    env: { ...process.env, MUTATED_AREA: area },
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
  mutants.push(...readReport(JSON.parse(await readFile(join(root, report), "utf8"))));
}
const survivors = mutants.filter(({ isNoticed }) => !isNoticed).map(rowOf);
const listed = (await readFile(join(root, "docs/mutants.md"), "utf8"))
  .split("\n")
  .filter((line) => chosen.some(([area]) => line.startsWith(`| functions/${area}/`)));
const rowsOfList = listed.map((line) => line.split(" | ").slice(0, 3).join(" | "));

const scores = chosen.map(([area, least]) => {
  const all = mutants.filter(({ file }) => file.startsWith(`functions/${area}/`));
  const share = (100 * all.filter(({ isNoticed }) => isNoticed).length) / all.length;
  return { area, all: all.length, share, least };
});
console.log(
  table(
    ["area", "mutants", "noticed", "at least"],
    scores.map(({ area, all, share, least }) => [area, String(all), `${share.toFixed(1)} %`, `${least} %`]),
  ),
);
const unexplained = without(survivors, rowsOfList);
const gone = without(rowsOfList, survivors);
if (unexplained.length > 0)
  console.log(`\nSurvivors that docs/mutants.md does not explain:\n${unexplained.join("\n")}`);
if (gone.length > 0) console.log(`\nIn docs/mutants.md, and noticed by now:\n${gone.join("\n")}`);
const tooFew = scores.some(({ share, least }) => share < least);
process.exit(unexplained.length + gone.length > 0 || tooFew ? 1 : 0);

function readReport(value: unknown): Mutant[] {
  const files = isRecord(value) && isRecord(value.files) ? value.files : {};
  return Object.entries(files).flatMap(([file, it]) => {
    if (!isRecord(it) || !Array.isArray(it.mutants)) throw new Error(`The report says nothing of ${file}.`);
    const lines = String(it.source).split("\n");
    return it.mutants.map(({ status, replacement, location: { start, end } }) => ({
      file,
      was: lines
        .slice(start.line - 1, end.line)
        .map((line, index, all) =>
          line
            .slice(index === 0 ? start.column - 1 : 0, index === all.length - 1 ? end.column - 1 : undefined)
            .trim(),
        )
        .join(" "),
      became: String(replacement).replace(/\s+/g, " "),
      isNoticed: ["Killed", "Timeout", "CompileError"].includes(status),
    }));
  });
}

/** As far as it names the mutant; the reason is for people. */
function rowOf({ file, was, became }: Mutant): string {
  const code = (text: string) => `\`${text.replaceAll("|", "¦").replaceAll("`", "′")}\``;
  return `| ${file} | ${code(was)} | ${code(became)}`;
}

/** Each as often as it is there more often. */
function without(some: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return some.filter((it) => {
    const at = left.indexOf(it);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}
