import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { parseArgs } from "node:util";
import { bundledPackagesFile } from "./build-package.ts";
import { root, write } from "./files.ts";
import { billOfMaterials } from "./sbom.ts";

const usage = `npm run release -- --dry-run   packs, tries the package, and writes dist/release: nothing leaves this machine
npm run release                the same, then publishes what it has tried, with provenance`;

const directory = "dist/release";
const checksums = "SHA256SUMS";
/** What package.json comes with. */
const nobody = "OWNER";

/** Without the Node that npm puts first here: who installs the package has the machine's own. */
const asInstalled = {
  ...process.env,
  PATH: process.env.PATH?.split(delimiter)
    .filter((path) => !/node_modules[\\/]\.bin$/.test(path))
    .join(delimiter),
};

/** What stops a release, in words; undefined: nothing does. */
async function obstacle(version: string, repository: string, dryRun: boolean): Promise<string | undefined> {
  const changelog = await readFile(join(root, "CHANGELOG.md"), "utf8");
  if (!changelog.includes(`\n## ${version}`))
    return `CHANGELOG.md has no heading "## ${version}": say what is new.`;
  if (dryRun) return undefined;
  if (repository.includes(nobody))
    return `package.json names no repository yet: put yours in the place of ${nobody}.`;
  const changed = execFileSync("git", ["status", "--porcelain"], { cwd: root, encoding: "utf8" });
  if (changed !== "") return "The working tree has changes that are not committed.";
  if (process.env.ACTIONS_ID_TOKEN_REQUEST_URL === undefined && process.env.SIGSTORE_ID_TOKEN === undefined) {
    return "npm attests where a package was built only in a CI that it can ask (GitHub Actions with id-token: write, GitLab): publish there.";
  }
  return undefined;
}

function say(step: string): void {
  console.log(`— ${step}`);
}

function run(file: string, ...args: string[]): void {
  execFileSync(file, args, { cwd: root, env: asInstalled, stdio: ["ignore", "inherit", "inherit"] });
}

/** Every file's checksum, in the format of sha256sum. */
async function checksumsOf(names: readonly string[]): Promise<string> {
  const lines = names.map(async (name) => {
    const hash = createHash("sha256")
      .update(await readFile(join(root, directory, name)))
      .digest("hex");
    return `${hash}  ${name}\n`;
  });
  return (await Promise.all(lines)).join("");
}

async function release(dryRun: boolean): Promise<string | undefined> {
  const { name, version, repository } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const stopped = await obstacle(version, repository.url, dryRun);
  if (stopped !== undefined) return stopped;
  await rm(join(root, directory), { recursive: true, force: true });
  await mkdir(join(root, directory), { recursive: true });

  say(`packing ${name} ${version} and weapp-login-client`);
  run("npm", "pack", "--silent", "--pack-destination", directory);
  run("npm", "run", "--silent", "build:client");
  run("npm", "pack", "--silent", "--pack-destination", directory, "./dist/client-package");
  const tarball = `${name}-${version}.tgz`;

  say("trying the package in every loader, which takes some minutes");
  run("node", "scripts/try-package.mjs", join(directory, tarball));

  say("writing the bill of materials and the checksums");
  const bundled = JSON.parse(await readFile(join(root, bundledPackagesFile), "utf8"));
  const bill = JSON.stringify(await billOfMaterials(name, bundled), null, 2);
  await write(join(directory, `${name}-${version}.cdx.json`), `${bill}\n`);
  const files = (await readdir(join(root, directory))).sort();
  await write(join(directory, checksums), await checksumsOf(files));
  // What was written is what will be read.
  if ((await readFile(join(root, directory, checksums), "utf8")) !== (await checksumsOf(files))) {
    return "The checksums do not verify: something changes dist/release.";
  }
  console.log(`\n${directory}:\n${[...files, checksums].map((file) => `  ${file}`).join("\n")}`);
  console.log(`Verify with: cd ${directory} && sha256sum -c ${checksums}`);
  if (dryRun) return undefined;

  for (const file of files.filter((file) => file.endsWith(".tgz"))) {
    say(`publishing ${file}`);
    run("npm", "publish", `./${join(directory, file)}`, "--provenance", "--access", "public");
  }
  return undefined;
}

const { values } = parseArgs({ options: { "dry-run": { type: "boolean" }, help: { type: "boolean" } } });
if (values.help) {
  console.log(usage);
} else {
  const stopped = await release(values["dry-run"] ?? false);
  if (stopped !== undefined) {
    console.error(stopped);
    process.exitCode = 1;
  }
}
