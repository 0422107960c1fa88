import { readFileSync } from "node:fs";
import { posix } from "node:path";
import { root, trackedFiles } from "./tracked-files.ts";

/** The sources among the tracked files. */
export function trackedSources(): string[] {
  return trackedFiles("*.ts", "*.js", "*.mjs", "*.cjs", "*.mts", "*.cts");
}

export function readSource(file: string): string {
  return readFileSync(root + file, "utf8");
}

/** Comments, and texts whole: what looks like an import inside of either is none. */
const skipped = /\/\/.*|\/\*[\s\S]*?\*\/|`(?:[^`\\]|\\[\s\S])*`/.source;
/** A module by its name, after what leads to one: types, exports, `import()`, `require` and `import "…"` included. */
const named = /\b(?:from|import|require)\s*\(?\s*(["'])([^"'\n]+)\1/.source;
const text = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/.source;
const tokens = new RegExp(`${skipped}|${named}|${text}`, "g");

/** The names of the modules that a source imports, in its order. */
export function importsOf(source: string): string[] {
  return [...source.matchAll(tokens)].flatMap(([, , name]) => (name === undefined ? [] : [name]));
}

/** The path that a relative name leads to; undefined for packages. Mini-programs leave out the ending. */
export function pathOf(importer: string, name: string): string | undefined {
  if (!name.startsWith(".")) return undefined;
  const path = posix.join(posix.dirname(importer), name);
  return posix.extname(path) === "" ? `${path}.js` : path;
}

/** Every set of files that reach each other by imports, each in alphabetical order. */
export function circles(imports: ReadonlyMap<string, readonly string[]>): string[][] {
  const index = new Map<string, number>();
  const lowest = new Map<string, number>();
  const path: string[] = [];
  const found: string[][] = [];

  // Tarjan's algorithm: strongly connected components.
  function visit(file: string): number {
    const own = index.size;
    index.set(file, own);
    lowest.set(file, own);
    path.push(file);
    let low = own;
    for (const next of imports.get(file) ?? []) {
      if (!index.has(next)) low = Math.min(low, visit(next));
      else if (path.includes(next)) low = Math.min(low, index.get(next) ?? low);
    }
    lowest.set(file, low);
    if (low === own) {
      const component = path.splice(path.indexOf(file));
      const importsItself = imports.get(file)?.includes(file) ?? false;
      if (component.length > 1 || importsItself) found.push(component.sort());
    }
    return low;
  }

  for (const file of imports.keys()) if (!index.has(file)) visit(file);
  return found.sort();
}
