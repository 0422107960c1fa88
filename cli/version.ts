import { existsSync, readFileSync } from "node:fs";

/** Of this package, whose package.json is above the sources (`cli`) and above the bundle (`dist/cli`). */
export function version(): string {
  const file = ["../package.json", "../../package.json"]
    .map((path) => new URL(path, import.meta.url))
    .find((url) => existsSync(url));
  return file === undefined ? "unknown" : JSON.parse(readFileSync(file, "utf8")).version;
}
