import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientFiles } from "../../scripts/build-client.ts";

let files: Record<string, string>;
let directory: string;
beforeAll(async () => {
  files = await clientFiles();
  directory = await mkdtemp(join(tmpdir(), "weapp-login-client-"));
  for (const [path, text] of Object.entries(files)) {
    if (path.startsWith("dist/client/")) await writeFile(join(directory, basename(path)), text);
  }
});
afterAll(() => rm(directory, { recursive: true }));

const exported = ["LoginError", "createLogin", "errorOf", "messageFor"];

test.each(["weapp-login.mjs", "weapp-login.js"])("%s is under 6 KB, minified and gzipped", (name) => {
  expect(gzipSync(files[`dist/client/${name}`] ?? "", { level: 9 }).length).toBeLessThan(6144);
});

test("the ES module and the CommonJS module export the same", async () => {
  const esm = await import(pathToFileURL(join(directory, "weapp-login.mjs")).href);
  const cjs = createRequire(import.meta.url)(join(directory, "weapp-login.js"));
  expect(Object.keys(esm).sort()).toEqual(exported);
  expect(Object.keys(cjs).sort()).toEqual(exported);
});

test("they import nothing", () => {
  for (const name of ["weapp-login.mjs", "weapp-login.js"]) {
    expect(files[`dist/client/${name}`]).not.toMatch(/\brequire\(|\bimport\b/);
  }
});

test("the types name what is exported and import nothing", () => {
  const types = files["dist/client/weapp-login.d.ts"] ?? "";
  for (const name of exported) expect(types).toMatch(new RegExp(`^declare (function|class) ${name}\\b`, "m"));
  expect(types).not.toMatch(/\bfrom "|^import/m);
});

test("the example's copy is the build: `npm run build:client` renews it", async () => {
  const copies = Object.keys(files).filter((path) => path.startsWith("examples/"));
  expect(copies).toHaveLength(2);
  for (const path of copies) {
    expect(await readFile(new URL(`../../${path}`, import.meta.url), "utf8")).toBe(files[path]);
  }
});
