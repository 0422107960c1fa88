import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { sizeOf } from "./bundles.ts";
import { coldStarts, firstAnswers } from "./cold-starts.ts";
import { type Lab, openLab } from "./lab.ts";
import { printReport } from "./print-report.ts";
import { progressOnStderr } from "./progress.ts";
import type { Report } from "./report.ts";
import { shows } from "./shows.ts";
import type { Subject } from "./subject.ts";
import { warmAuthorizer } from "./warm-authorizer.ts";
import { warmLogin } from "./warm-login.ts";

const sections = ["cold", "first-answers", "warm-authorizer", "warm-login"] as const;
const usage = `Usage: npm run bench -- [--quick] [--json] [--only SECTION,…]

  --quick   3 rounds instead of 15: whether everything still runs, not how fast it is
  --json    one JSON document instead of tables
  --only    ${sections.join(", ")}`;

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    only: { type: "string", default: sections.join(",") },
    help: { type: "boolean", default: false },
  },
});
const only = values.only.split(",");
const unknown = only.find((name) => !sections.some((section) => section === name));
if (values.help || unknown !== undefined) {
  console.error(unknown === undefined ? usage : `There is no section ${unknown}.\n\n${usage}`);
  process.exit(values.help ? 0 : 2);
}

const progress = progressOnStderr();
const rounds = values.quick ? 3 : 15;
await using lab = await openLab({ quick: values.quick, rounds, progress });
const report = await measure(lab);
if (process.stderr.isTTY) process.stderr.write("\r\u001b[K");
console.log(values.json ? JSON.stringify({ ...report, shows: shows(report) }, null, 2) : printReport(report));

async function measure(lab: Lab): Promise<Report> {
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
    },
    sizes: await Promise.all(
      [...deployed, ...rivals].map(async ({ label, directory }) => ({ label, ...(await sizeOf(directory)) })),
    ),
    ...(asks("cold") && { coldStarts: await coldStarts(lab, [empty, ...deployed, ...rivals]) }),
    ...(asks("first-answers") && {
      firstAnswers: await firstAnswers(lab, [authorizer, usual, handSigned, login, usualLogin]),
    }),
    ...(asks("warm-authorizer") && { warmAuthorizer: await warmAuthorizer(lab) }),
    ...(asks("warm-login") && { warmLogin: await warmLogin(lab) }),
  };
}
