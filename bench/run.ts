import { cpus } from "node:os";
import { readUnits } from "../scripts/units.ts";
import { sizeOf } from "./bundles.ts";
import { coldStarts, firstAnswers } from "./cold-starts.ts";
import { counted } from "./counted.ts";
import { growth } from "./growth.ts";
import { type Lab, openLab } from "./lab.ts";
import { parseArgs } from "./parse-args.ts";
import { printReport } from "./print-report.ts";
import { progressOnStderr } from "./progress.ts";
import { findRedis } from "./redis.ts";
import type { Report } from "./report.ts";
import { shows } from "./shows.ts";
import type { Subject } from "./subject.ts";
import { warmAuthorizer } from "./warm-authorizer.ts";
import { warmLogin } from "./warm-login.ts";

const sections = ["cold", "first-answers", "warm-authorizer", "warm-login", "growth", "counted"] as const;
const usage = `Usage: npm run bench -- [--quick] [--json] [--only SECTION,…] [--growth-max N]

  --quick         3 rounds instead of 15: whether everything still runs, not how fast it is
  --json          one JSON document instead of tables
  --only          ${sections.join(", ")}
  --growth-max N  the most bindings to fill the laptop's store with; 100000 (--quick: 1000) unless said otherwise,
                  1000000 takes some 3 minutes and 1.2 GB`;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    only: { type: "string", default: sections.join(",") },
    "growth-max": { type: "string" },
    help: { type: "boolean", default: false },
  },
});
const only = values.only.split(",");
const unknown = only.find((name) => !sections.some((section) => section === name));
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
await using lab = await openLab({ quick: values.quick, rounds, progress });
const report = await measure(lab);
if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
console.log(values.json ? JSON.stringify({ ...report, shows: shows(report) }, null, 2) : printReport(report));

async function measure(lab: Lab): Promise<Report> {
  const redis = await findRedis();
  const asks = (section: (typeof sections)[number]) => only.includes(section);
  const empty = await lab.rival("empty", "hello", { isRight: (answer) => answer === null });
  const usual = await lab.rival("usual-authorizer", "authorizer");
  const handSigned = await lab.rival("hand-signed-authorizer", "authorizer");
  const usualLogin = await lab.rival("usual-login", "login");
  const labels = ["authorizer", "login", "session", "verifier", "admin", "hello"] as const;
  const deployed = labels.map((label) => lab.deployed(label));
  const rivals: Subject[] = [usual, handSigned, usualLogin, await lab.rival("fetching-login", "login")];
  const [authorizer, login] = [lab.deployed("authorizer"), lab.deployed("login")];

  return {
    machine: {
      node: process.version,
      cpu: `${cpus()[0]?.model} (${cpus().length})`,
      pinning: lab.cores.pinning,
      "CPU share": lab.shares.method,
      rounds: String(lab.rounds),
      Redis: "url" in redis ? redis.url : redis.missing,
    },
    sizes: await Promise.all(
      [...deployed, ...rivals].map(async ({ label, directory }) => ({ label, ...(await sizeOf(directory)) })),
    ),
    ...(asks("cold") && { coldStarts: await coldStarts(lab, [empty, ...deployed, ...rivals]) }),
    ...(asks("first-answers") && {
      firstAnswers: await firstAnswers(lab, [authorizer, usual, handSigned, login, usualLogin]),
    }),
    ...(asks("warm-authorizer") && { warmAuthorizer: await warmAuthorizer(lab, redis) }),
    ...(asks("warm-login") && { warmLogin: await warmLogin(lab) }),
    ...(asks("growth") && { growth: await growth(lab, growthMax) }),
    ...(asks("counted") && { counted: counted(await readUnits()) }),
  };
}
