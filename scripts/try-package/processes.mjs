import { execFile, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

export const root = fileURLToPath(new URL("../../", import.meta.url));

/** Without a validation against CloudFormation's schemas, which takes seconds for each stack. */
const env = { ...process.env, CDK_VALIDATION: "false" };

/** Rejects with what it has printed where it fails. */
export function run(cwd, file, ...args) {
  return runWith("", cwd, file, ...args);
}

/** The same with something on standard input. */
export async function runWith(input, cwd, file, ...args) {
  const ran = promisify(execFile)(file, args, { cwd, env, timeout: 300_000, maxBuffer: 1e8 });
  ran.child.stdin.end(input);
  return ran.catch(({ message, stdout, stderr }) => {
    throw new Error([message, stdout, stderr].join("\n"));
  });
}

export function start(cwd, file, args, variables = {}) {
  const stdio = ["ignore", "pipe", "inherit"];
  const child = spawn(file, args, { cwd, env: { ...env, ...variables }, stdio });
  return { child, lines: createInterface(child.stdout) };
}

/** The first group of the first line that matches; throws at the end of the output. */
export async function find(lines, pattern) {
  for await (const line of lines) {
    const [, found] = pattern.exec(line) ?? [];
    if (found !== undefined) return found;
  }
  throw new Error(`It ended without a line like ${pattern}.`);
}
