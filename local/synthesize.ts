import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { glob, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { UsageError } from "./usage-error.ts";

const root = new URL("../", import.meta.url);
const cache = new URL("node_modules/.cache/weapp-login/", root);
/** Everything a template or a bundle depends on. */
const sources = [
  "bin/**/*.ts",
  "contract/**/*.ts",
  "lib/**/*.ts",
  "functions/**/*.ts",
  "scripts/bundle.ts",
  "cdk.json",
  "package.json",
  "package-lock.json",
];

/**
 * Bundles the functions and synthesizes the stack, as `cdk synth` does with the same context, and returns the
 * directory of the assembly. What was made from the same sources before is used again. Throws a UsageError for settings
 * that the stack refuses, in its words.
 */
export async function synthesize(context: Readonly<Record<string, string>>): Promise<string> {
  const sourcesHash = await hashOfSources();
  await bundleUnlessDone(sourcesHash);
  const name = createHash("sha256")
    .update(sourcesHash)
    .update(JSON.stringify(context))
    .digest("hex")
    .slice(0, 16);
  const directory = new URL(`${name}/`, cache);
  if (await exists(directory)) return fileURLToPath(directory);

  const cdkJson = JSON.parse(await readFile(new URL("cdk.json", root), "utf8"));
  await mkdir(cache, { recursive: true });
  const unfinished = fileURLToPath(new URL(`unfinished-${process.pid}-${name}`, cache));
  try {
    await node("bin/app.ts", {
      CDK_OUTDIR: unfinished,
      CDK_CONTEXT_JSON: JSON.stringify({ ...cdkJson.context, ...context }),
    });
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw refusedSetting(error) ?? error;
  }
  await rename(unfinished, directory).catch(async (error) => {
    // Somebody else was faster with the same sources.
    if (!(await exists(directory))) throw error;
    await rm(unfinished, { recursive: true });
  });
  return fileURLToPath(directory);
}

async function bundleUnlessDone(sourcesHash: string): Promise<void> {
  const stamp = new URL("dist/sources.sha256", root);
  if ((await readFile(stamp, "utf8").catch(() => "")) === sourcesHash) return;
  await node("scripts/bundle.ts");
  await writeFile(stamp, sourcesHash);
}

async function node(script: string, environment: Record<string, string> = {}): Promise<void> {
  await promisify(execFile)(process.execPath, [script], {
    cwd: fileURLToPath(root),
    env: { ...process.env, ...environment },
  });
}

/** What lib throws is about the settings, and meant for whoever gave them. */
function refusedSetting(error: unknown): UsageError | undefined {
  const printed = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
  const [, message] = /^\w*Error: ((?:(?!\n +at ).)+)\n +at [^\n]*\/lib\/[\w/-]+\.ts:/ms.exec(printed) ?? [];
  return message === undefined ? undefined : new UsageError(message);
}

async function hashOfSources(): Promise<string> {
  const hash = createHash("sha256");
  const files: string[] = [];
  for await (const file of glob(sources, { cwd: fileURLToPath(root) })) files.push(file);
  for (const file of files.sort()) hash.update(file).update(await readFile(new URL(file, root)));
  return hash.digest("hex");
}

async function exists(directory: URL): Promise<boolean> {
  return stat(directory).then(
    () => true,
    () => false,
  );
}
