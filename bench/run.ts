import { readFile, writeFile } from "node:fs/promises";
import { cpus } from "node:os";
import { coldStarts, firstAnswers } from "./cold-starts.ts";
import { growth } from "./growth.ts";
import { type Harness, openHarness } from "./harness.ts";
import { parseArgs } from "./parse-args.ts";
import { printReport } from "./print-report.ts";
import { progressOnStderr } from "./progress.ts";
import { findRedis } from "./redis.ts";
import type { Report } from "./report.ts";
import { shows } from "./shows.ts";
import { sizeOf } from "./subject.ts";
import { warmAuthorizer, warmLogin } from "./warm-functions.ts";
import { wrongPasswords } from "./wrong-passwords.ts";

const sections = [
  "cold",
  "first-answers",
  "warm-authorizer",
  "warm-login",
  "growth",
  "wrong-passwords",
] as const;
const usage = `Usage: npm run bench -- [--quick] [--json] [--docs] [--only SECTION,…] [--growth-max N]

  --quick         3 rounds instead of 15: whether everything still runs, not how fast it is
  --json          one JSON document instead of tables
  --docs          the tables into docs/performance.md too
  --only          ${sections.join(", ")}
  --growth-max N  the most bindings to fill the local stack's store with; 100000 (--quick: 1000) unless said otherwise,
                  1000000 takes some 3 minutes and 1.2 GB`;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    docs: { type: "boolean", default: false },
    only: { type: "string", default: sections.join(",") },
    "growth-max": { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const only = values.only.split(",");
const unknown = only.find((name) => !sections.some((section) => section === name));
const document = new URL("../docs/performance.md", import.meta.url);
const place = /(<!-- begin run -->\n)[\s\S]*?(<!-- end run -->)/;
if (values.docs && !place.test(await readFile(document, "utf8"))) {
  throw new Error("docs/performance.md has no place for the tables of a run.");
}
const growthMax = Number(values["growth-max"] ?? (values.quick ? 1_000 : 100_000));
if (values.help || unknown !== undefined || !(growthMax >= 1_000)) {
  if (unknown !== undefined) console.error(`There is no section ${unknown}.\n`);
  if (!(growthMax >= 1_000)) console.error("--growth-max takes a number, 1000 or more.\n");
  console.error(usage);
  process.exit(values.help ? 0 : 2);
}

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => interrupted.abort(new Error(`${signal}: given up.`)));
}
const progress = progressOnStderr(interrupted.signal);
const rounds = values.quick ? 3 : 15;
await using harness = await openHarness({ quick: values.quick, rounds, progress });
const report = await measure(harness);
if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
console.log(values.json ? JSON.stringify({ ...report, shows: shows(report) }, null, 2) : printReport(report));
if (values.docs) await writeDocument(printReport(report));

async function measure(harness: Harness): Promise<Report> {
  const redis = await findRedis();
  const asks = (section: (typeof sections)[number]) => only.includes(section);
  const labels = ["authorizer", "login", "session", "verifier", "admin", "hello"] as const;
  const deployed = labels.map((label) => harness.deployed(label));
  const [authorizer, login] = [harness.deployed("authorizer"), harness.deployed("login")];
  const empty = await harness.rival("empty", "hello", { isRight: (answer) => answer === null });
  const usualAuthorizer = await harness.rival("usual-authorizer", "authorizer");
  const tunedAuthorizer = await harness.rival("tuned-authorizer", "authorizer");
  const usualLogin = await harness.rival("usual-login", "login");
  const rivals = [usualAuthorizer, tunedAuthorizer, usualLogin];

  return {
    machine: {
      Node: process.version,
      CPU: `${cpus()[0]?.model} (${cpus().length})`,
      pinning: harness.cores.pinning,
      "CPU share": harness.shares.method,
      rounds: String(harness.rounds),
      Redis: "url" in redis ? redis.url : redis.missing,
    },
    sizes: await Promise.all([...deployed, ...rivals].map(sizeOf)),
    ...(asks("cold") && { coldStarts: await coldStarts(harness, [empty, ...deployed, ...rivals]) }),
    ...(asks("first-answers") && {
      firstAnswers: await firstAnswers(harness, [authorizer, login, ...rivals]),
    }),
    ...(asks("warm-authorizer") && { warmAuthorizer: await warmAuthorizer(harness, redis) }),
    ...(asks("warm-login") && { warmLogin: await warmLogin(harness) }),
    ...(asks("growth") && { growth: await growth(harness, growthMax) }),
    ...(asks("wrong-passwords") && { wrongPasswords: await wrongPasswords(harness) }),
  };
}

async function writeDocument(tables: string): Promise<void> {
  const text = await readFile(document, "utf8");
  await writeFile(
    document,
    text.replace(place, (_, begin, end) => `${begin}${tables}\n${end}`),
  );
}
