import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { environments } from "../contract/environments.ts";
import { clientFiles } from "./build-client.ts";
import { buildModules } from "./build-modules.ts";
import { bundleFunctions } from "./bundle.ts";
import { bundleCli } from "./bundle-cli.ts";
import { root, write } from "./files.ts";
import { bundledPackages, thirdPartyNotices } from "./third-party-notices.ts";

/** The npm packages with code in the package: `[{ name, version }]`. */
export const bundledPackagesFile = "dist/bundled-packages.json";

/** Builds all that `npm pack` takes out of `dist` but the functions' bundles, which must be there already. */
export async function buildPackage(): Promise<void> {
  const emptied = ["dist/cli", "dist/client", "dist/package", "dist/types"];
  await Promise.all(emptied.map((path) => rm(join(root, path), { recursive: true, force: true })));
  const [cli, client, modules] = await Promise.all([bundleCli(), clientFiles(), buildModules()]);
  for (const [path, text] of Object.entries(client)) {
    if (path.startsWith("dist/client/")) await write(path, text);
  }
  const functions = Object.keys(environments).map(async (name): Promise<Metafile> => {
    return JSON.parse(await readFile(join(root, `dist/meta/${name}.json`), "utf8"));
  });
  const packages = await bundledPackages([cli, ...modules, ...(await Promise.all(functions))]);
  await write("dist/THIRD-PARTY-NOTICES.txt", thirdPartyNotices(packages));
  const names = packages.map(({ name, version }) => ({ name, version }));
  await write(bundledPackagesFile, JSON.stringify(names));
}

if (import.meta.main) {
  await bundleFunctions();
  await buildPackage();
}
