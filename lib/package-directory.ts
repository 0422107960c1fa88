import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Of this package, which this file is in, unless a bundler has put it into an app's own file. */
export function packageDirectory(): string {
  const places = [import.meta.dirname, process.cwd()].filter((it) => it !== undefined);
  for (const place of places) {
    try {
      return dirname(createRequire(join(place, "index.js")).resolve("weapp-login/package.json"));
    } catch {
      // Not there: the next place.
    }
  }
  throw new Error(
    `The package weapp-login is not found from ${places.join(" or ")}. It has the functions' bundles: install it where the app runs.`,
  );
}
