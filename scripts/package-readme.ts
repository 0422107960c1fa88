import { copyFile, rename } from "node:fs/promises";
import { fileURLToPath } from "node:url";

// npm puts README.md into every package, and this repository's is for those who work on it or deploy out of it.
const root = new URL("../", import.meta.url);
const readme = fileURLToPath(new URL("README.md", root));
const kept = fileURLToPath(new URL("dist/README.md", root));

/** Puts the repository's own README back, also after an `npm pack` that was interrupted. */
await rename(kept, readme).catch((error: NodeJS.ErrnoException) => {
  if (error.code !== "ENOENT") throw error;
});
if (process.argv[2] !== "restore") {
  await copyFile(readme, kept);
  await copyFile(fileURLToPath(new URL("docs/package-readme.md", root)), readme);
}
