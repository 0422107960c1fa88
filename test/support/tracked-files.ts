import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The project's, with a slash at its end. */
export const root = fileURLToPath(new URL("../../", import.meta.url));

/** The files of these patterns that Git knows and that are there, with slashes, from the project's root. */
export function trackedFiles(...patterns: readonly string[]): string[] {
  const list = (...kinds: readonly string[]) =>
    execFileSync("git", ["ls-files", "-z", ...kinds, "--", ...patterns], {
      cwd: root,
      encoding: "utf8",
    }).split("\0");
  const gone = new Set(list("--deleted"));
  return list("--cached", "--others", "--exclude-standard").filter((file) => file !== "" && !gone.has(file));
}
