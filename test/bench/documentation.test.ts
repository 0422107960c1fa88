import { access, readFile } from "node:fs/promises";
import { expect, test } from "vitest";

const docs = new URL("../../docs/", import.meta.url);
const text = await readFile(new URL("performance.md", docs), "utf8");

test("every file that docs/performance.md links to is there", async () => {
  const links = [...text.matchAll(/\]\((\.\.\/[^)]+)\)/g)].map(([, path = ""]) => path);
  expect(links.length).toBeGreaterThan(0);
  for (const path of new Set(links)) await expect(access(new URL(path, docs)), path).resolves.toBeUndefined();
});

test("and so is every one that it names", async () => {
  const named = [...text.matchAll(/`((?:bench|docs|functions|scripts|test)\/[\w./-]+)`/g)].map(
    ([, path = ""]) => path,
  );
  expect(named.length).toBeGreaterThan(0);
  for (const path of new Set(named)) {
    await expect(access(new URL(`../${path}`, docs)), path).resolves.toBeUndefined();
  }
});
