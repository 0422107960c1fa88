// What somebody with nothing but the package and a Node of their own goes through, from the real registry, on whichever
// Node this is run with, by the file that is named or else one that is packed for it: each loader, in an empty folder, and the command line. For .ci/run; any failure throws.
import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { tryCdkInit, tryOldInit, tryPlain } from "./try-package/loaders.mjs";
import { root, run } from "./try-package/processes.mjs";
import { tryCommandLine, tryLaptop, tryWechat } from "./try-package/tools.mjs";

const manifest = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
const peers = Object.entries(manifest.peerDependencies).filter(
  ([name]) => !manifest.peerDependenciesMeta[name]?.optional,
);
const oldest = peers.map(([name, range]) => `${name}@${range.replace("^", "")}`);
const newest = peers.map(([name]) => name);

console.log(`The package, on Node ${process.versions.node}`);
const directory = await mkdtemp(join(tmpdir(), "weapp-login-package-"));
try {
  const tarball = process.argv[2] === undefined ? await pack() : resolve(process.argv[2]);
  const shop = join(directory, "newest");
  // Half of the time goes into waiting for npm.
  await Promise.all([
    tryPlain(shop, tarball, newest).then(() => tryPlain(join(directory, "oldest"), tarball, oldest)),
    tryCdkInit(join(directory, "cdk-init"), tarball).then(() =>
      tryOldInit(join(directory, "old-init"), tarball),
    ),
  ]);
  await tryCommandLine(shop);
  await tryWechat(shop);
  await tryLaptop(shop);
} finally {
  await rm(directory, { recursive: true });
}

/** The README in it is the one that its users need; the repository's own is the same after it as before. */
async function pack() {
  const readme = await readFile(join(root, "README.md"), "utf8");
  await run(root, "npm", "pack", "--pack-destination", directory);
  assert.equal(await readFile(join(root, "README.md"), "utf8"), readme);
  const [name] = await readdir(directory);
  const { stdout } = await run(directory, "tar", "-xzOf", name, "package/README.md");
  assert.equal(stdout, await readFile(join(root, "docs/package-readme.md"), "utf8"));
  return join(directory, name);
}
