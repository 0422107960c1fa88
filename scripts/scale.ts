import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { generatedParts } from "./scale/tables.ts";
import { readUnits } from "./scale/units.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
export const scaleDocument = new URL("../docs/scale.md", import.meta.url);

/** The document with every generated part renewed. Throws for a part without markers, and for markers without a part. */
export async function scaleText(): Promise<string> {
  const parts = generatedParts(await readUnits());
  const unused = new Set(Object.keys(parts));
  const text = (await readFile(scaleDocument, "utf8")).replace(
    /<!-- begin ([\w-]+) -->\n[\s\S]*?<!-- end \1 -->/g,
    (_, name: string) => {
      const part = parts[name];
      if (part === undefined) throw new Error(`Nothing generates the part ${name} of docs/scale.md.`);
      unused.delete(name);
      return `<!-- begin ${name} -->\n${part}\n<!-- end ${name} -->`;
    },
  );
  if (unused.size > 0) throw new Error(`docs/scale.md has no place for ${[...unused].join(", ")}.`);
  return text;
}

/** Counts on the laptop, which writes docs/scale/units.json, and then computes the tables of docs/scale.md. */
async function renew(): Promise<void> {
  const vitest = ["node_modules/vitest/vitest.mjs", "run", "test/flow/round-trips.test.ts", "--update"];
  await promisify(execFile)(process.execPath, vitest, { cwd: root }).catch((error) => {
    console.error(error.stdout);
    throw new Error("Counting failed: docs/scale.md stays as it is.");
  });
  await writeFile(scaleDocument, await scaleText());
  console.log("Counted docs/scale/units.json and computed docs/scale.md.");
}

if (import.meta.main) await renew();
