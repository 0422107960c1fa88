import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";

/** A change of the source that breaks it. */
export interface PlantedBug {
  readonly name: string;
  /** As its path ends. */
  readonly file: string;
  readonly replace: string;
  readonly by: string;
  /** A second place in the same file. */
  readonly also?: { readonly replace: string; readonly by: string };
}

/** Bundles the source with the bug in it; `prepared` is done to every source. */
export function planting(
  bug: PlantedBug | undefined,
  files: RegExp,
  prepared: (source: string, path: string) => string = (source) => source,
): Plugin {
  return {
    name: "planted bug",
    setup({ onLoad }) {
      onLoad({ filter: files }, async ({ path }) => {
        const source = prepared(await readFile(path, "utf8"), path);
        if (!bug || !path.endsWith(`/${bug.file}`)) return { contents: source, loader: "ts" };
        const { also = bug } = bug;
        const contents = source.replace(bug.replace, () => bug.by);
        const isComplete = source.includes(bug.replace) && source.includes(also.replace);
        if (!isComplete) throw new Error(`No place for: ${bug.name}`);
        return {
          contents: also === bug ? contents : contents.replace(also.replace, () => also.by),
          loader: "ts",
        };
      });
    },
  };
}
