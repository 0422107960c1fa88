import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, inject, onTestFinished, test } from "vitest";
import { hashPassword } from "../../functions/passwords/argon2id.ts";
import { proven } from "../support/proven.ts";
import { cheap, scan, startStackOnLaptop } from "../support/stack-on-laptop.ts";

const password = "the same password for all";
const badLines = [7, 50, 123];

test("an import that was interrupted and is repeated ends with every account once, and bad rows by line", async () => {
  const accounts = inject("importedAccounts");
  const stack = await startStackOnLaptop({ maxInstances: 4 });
  onTestFinished(() => stack.close());
  const file = await writeCsv(accounts);
  const importFile = () => weappLogin(["accounts", "import", file, "--local", stack.laptop.awsUrl, "--json"]);
  const stored = async () => (await allUsernames()).filter((username) => username.startsWith("user-"));
  const allUsernames = async () =>
    (await scan(stack.laptop, "Accounts")).flatMap(({ username, userId }) =>
      userId ? (username?.S ?? "") : [],
    );

  const interrupted = importFile();
  await expect.poll(async () => (await stored()).length, { timeout: 60_000, interval: 5 }).toBeGreaterThan(0);
  interrupted.child.kill("SIGINT");
  const first = await interrupted.ended;
  expect(first.code).toBe(130);
  const before = (await stored()).length;
  expect(before).toBeLessThan(accounts);

  let repeated = await importFile().ended;
  // The laptop's DynamoDB may be too slow on a busy machine, and the command then says to run it again.
  for (let times = 1; times < 5 && repeated.output.includes('"store_unavailable"'); times++) {
    repeated = await importFile().ended;
  }
  expect(repeated.code).toBe(1);
  const result = JSON.parse(repeated.output);
  expect(result.added + result.unchanged).toBe(accounts);
  // What was under way when it was interrupted was carried out all the same.
  expect(result.unchanged).toBeGreaterThanOrEqual(before);
  expect(result.added).toBeGreaterThan(0);
  expect(result.bad.map(({ line }: { line: number }) => line)).toEqual(badLines);
  expect(new Set(await stored()).size).toBe(accounts);
  expect(await stored()).toHaveLength(accounts);

  const again = JSON.parse((await importFile().ended).output);
  expect(again).toMatchObject({ added: 0, unchanged: accounts });
  const last = `user-${accounts}`;
  const answer = await stack.login({ code: stack.simulator.login("alice"), username: last, password });
  expect(answer.body.userId).toBe(`u_${last}`);
  proven({ accounts });
});

/** A header, so many good rows, and a bad one at each of the bad lines. */
async function writeCsv(accounts: number): Promise<string> {
  const passwordHash = await hashPassword(password, cheap);
  const lines = ["username,userId,passwordHash"];
  for (let account = 1; account <= accounts; account++) {
    if (badLines.includes(lines.length + 1)) lines.push(`bad row ${lines.length},,not a hash`);
    lines.push(`user-${account},u_user-${account},"${passwordHash}"`);
  }
  const directory = await mkdtemp(join(tmpdir(), "weapp-login-"));
  onTestFinished(() => rm(directory, { recursive: true }));
  const file = join(directory, "accounts.csv");
  await writeFile(file, `${lines.join("\n")}\n`);
  return file;
}

function weappLogin(args: string[]): {
  child: ChildProcess;
  ended: Promise<{ code: number; output: string }>;
} {
  const child = spawn(process.execPath, ["bin/weapp-login.cjs", ...args], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  return { child, ended: once(child, "close").then(([code]) => ({ code, output })) };
}
