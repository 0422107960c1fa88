import { existsSync } from "node:fs";
import { join } from "node:path";
import type { FunctionName } from "../contract/environment.ts";
import { packageDirectory } from "./package-directory.ts";

/** The directory with a function's bundle. */
export function bundleOf(name: FunctionName): string {
  const directory = join(packageDirectory(), "dist/functions", name);
  if (existsSync(join(directory, "index.mjs"))) return directory;
  throw new Error(`There is no bundle of the ${name} function. Run \`npm run build\` first.`);
}
