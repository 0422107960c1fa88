import { access, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { shows } from "../../bench/shows.ts";

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

test("it has today's promises, each with its measurement", () => {
  for (const { what, atMost } of shows({ machine: {} })) {
    const limit = `^\\| ${RegExp.escape(what)} +\\| +${RegExp.escape(atMost.toFixed(2))} \\|`;
    const row = new RegExp(`${limit}.* (\\d+\\.\\d\\d) \\| +(aim reached|holds|MISSED) \\|$`, "m");
    expect(text, what).toMatch(row);
  }
});
