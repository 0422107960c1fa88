import { execFile } from "node:child_process";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Metafile } from "esbuild";
import { environments } from "../contract/environment.ts";
import { clientFiles } from "./build-client.ts";
import { bundleFunctions } from "./bundle.ts";
import { bundleCli } from "./bundle-cli.ts";
import { thirdPartyNotices } from "./third-party-notices.ts";

const root = fileURLToPath(new URL("../", import.meta.url));

/** Builds all that `npm pack` takes out of `dist` but the functions' bundles, which must be there already. */
export async function buildPackage(): Promise<void> {
  const emptied = ["dist/cli", "dist/client", "dist/package"];
  await Promise.all(emptied.map((path) => rm(join(root, path), { recursive: true, force: true })));
  const [cli, client] = await Promise.all([bundleCli(), clientFiles(), compile()]);
  for (const [path, text] of Object.entries(client)) {
    if (path.startsWith("dist/client/")) await write(path, text);
  }
  const functions = Object.keys(environments).map(async (name): Promise<Metafile> => {
    return JSON.parse(await readFile(join(root, `dist/meta/${name}.json`), "utf8"));
  });
  await write(
    "dist/THIRD-PARTY-NOTICES.txt",
    await thirdPartyNotices([cli, ...(await Promise.all(functions))]),
  );
}

/** The construct, and what else is imported by name, as JavaScript with declarations: `dist/package`. */
async function compile(): Promise<void> {
  const tsc = createRequire(import.meta.url).resolve("typescript/package.json");
  const args = [join(dirname(tsc), "bin/tsc"), "-p", "tsconfig.package.json"];
  await promisify(execFile)(process.execPath, args, { cwd: root });
}

async function write(path: string, text: string): Promise<void> {
  await mkdir(join(root, dirname(path)), { recursive: true });
  await writeFile(join(root, path), text);
}

if (import.meta.main) {
  await bundleFunctions();
  await buildPackage();
}
