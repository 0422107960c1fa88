import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";
import type { FunctionName } from "../contract/environment.ts";
import { environments } from "../contract/environments.ts";

const root = new URL("../", import.meta.url);

/**
 * Bundles every function: `dist/functions/NAME/index.mjs`, which is what Lambda runs, and `dist/meta/NAME.json`, esbuild's
 * account of what went into it. The stack, the laptop and the tests all take these files.
 */
export async function bundleFunctions(): Promise<void> {
  await mkdir(new URL("dist/meta/", root), { recursive: true });
  await Promise.all(Object.keys(environments).map((name) => bundle(name as FunctionName)));
}

async function bundle(name: FunctionName): Promise<void> {
  const outfile = `dist/functions/${name}/index.mjs`;
  const { metafile } = await build({ ...bundleOptions(name), outfile, metafile: true });
  await writeFile(new URL(`dist/meta/${name}.json`, root), JSON.stringify(metafile));
}

/** How the deployed bundles are made, for whoever makes one that is to differ in one thing only. */
export function bundleOptions(name: FunctionName): BuildOptions {
  return {
    absWorkingDir: fileURLToPath(root),
    entryPoints: [`functions/${name}/entry.ts`],
    bundle: true,
    minify: true,
    platform: "node",
    target: "node24",
    format: "esm",
    // The SDK's ES modules can be shaken; its CommonJS files, which "main" comes first for, cannot.
    mainFields: ["module", "main"],
    alias: { "@aws-sdk/credential-provider-node": "./functions/aws/environment-credentials.ts" },
    logLevel: "warning",
  };
}

if (import.meta.main) await bundleFunctions();
