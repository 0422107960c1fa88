import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, realpath, rename, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { buildPackage } from "../../scripts/build-package.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const require = createRequire(import.meta.url);
const execute = promisify(execFile);

/** A CDK app of somebody's own, far from this repository: the package as npm would unpack it, and its two peers. */
export interface Shop {
  readonly directory: string;
  /** The package's files, with slashes. */
  readonly files: readonly string[];
  write(name: string, text: string): Promise<void>;
  /** Runs `node …` in it, with no variable but these. Rejects where that fails. */
  node(args: readonly string[], variables?: Readonly<Record<string, string>>): Promise<Ran>;
  close(): Promise<void>;
}

export interface Ran {
  readonly stdout: string;
  readonly stderr: string;
}

/** Builds and packs the package, and installs it without a network. */
export async function newShop(): Promise<Shop> {
  await buildPackage();
  const directory = await realpath(await mkdtemp(join(tmpdir(), "weapp-login-shop-")));
  await execute("npm", ["pack", "--ignore-scripts", "--pack-destination", directory], {
    cwd: root,
    shell: process.platform === "win32",
  });
  const [tarball = ""] = await readdir(directory);
  await execute("tar", ["-xzf", tarball], { cwd: directory });
  await rm(join(directory, tarball));
  const installed = join(directory, "node_modules/weapp-login");
  await mkdir(dirname(installed));
  await rename(join(directory, "package"), installed);
  for (const peer of ["aws-cdk-lib", "constructs"]) {
    const source = dirname(require.resolve(`${peer}/package.json`));
    await symlink(source, join(directory, "node_modules", peer), "junction");
  }
  const entries = await readdir(installed, { recursive: true, withFileTypes: true });
  return {
    directory,
    files: entries
      .filter((entry) => entry.isFile())
      .map((entry) => relative(installed, join(entry.parentPath, entry.name)).replaceAll(sep, "/")),
    write: (name, text) => writeFile(join(directory, name), text),
    node: (args, variables = {}) => execute(process.execPath, args, { cwd: directory, env: variables }),
    close: () => rm(directory, { recursive: true }),
  };
}
