import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

/** The project's directory. */
export const root = fileURLToPath(new URL("../", import.meta.url));

/** `path` is relative to the project; its directory is made if need be. */
export async function write(path: string, text: string): Promise<void> {
  await mkdir(join(root, dirname(path)), { recursive: true });
  await writeFile(join(root, path), text);
}

/** Runs the project's own compiler. */
export async function tsc(...args: readonly string[]): Promise<void> {
  const compiler = createRequire(import.meta.url).resolve("typescript/package.json");
  await promisify(execFile)(process.execPath, [join(dirname(compiler), "bin/tsc"), ...args], { cwd: root });
}
