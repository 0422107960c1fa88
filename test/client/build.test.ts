import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientFiles } from "../../scripts/build-client.ts";
import { clientSizes } from "../support/client-sizes.ts";

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

const modules = [
  ["weapp-login", ["LoginError", "addMessages", "createLogin", "errorOf", "messageFor"]],
  ["phone", ["bindPhone", "phoneNumber"]],
  ["open-data", ["openData"]],
] as const;
const importsOf = (text = "") => [
  ...new Set([...text.matchAll(/(?:\bfrom ?|\brequire\()"([^"]+)"/g)].map(([, name]) => name)),
];

describe.each(modules)("%s", (name, exported) => {
  const bytes = clientSizes[name];
  const text = (extension: string) => files[`dist/client/${name}${extension}`] ?? "";

  test.each([".mjs", ".js"])(`%s is under ${bytes} bytes, minified and gzipped`, (extension) => {
    expect(gzipSync(text(extension), { level: 9 }).length).toBeLessThan(bytes);
  });

  test("the ES module and the CommonJS module export the same", async () => {
    const esm = await import(pathToFileURL(join(directory, `${name}.mjs`)).href);
    const cjs = createRequire(import.meta.url)(join(directory, `${name}.js`));
    expect(Object.keys(esm).sort()).toEqual(exported);
    expect(Object.keys(cjs).sort()).toEqual(exported);
  });

  test("the core imports nothing, and the others nothing but the core", () => {
    const imported = (extension: string) => (name === "weapp-login" ? [] : [`./weapp-login${extension}`]);
    expect(importsOf(text(".mjs"))).toEqual(imported(".mjs"));
    expect(importsOf(text(".js"))).toEqual(imported(""));
    expect(importsOf(text(".d.mts"))).toEqual(imported(".mjs"));
    expect(importsOf(text(".d.ts"))).toEqual(imported(".js"));
  });

  test("the types name what is exported", () => {
    const prefix = name === "weapp-login" ? "" : "export ";
    for (const it of exported) {
      expect(text(".d.ts")).toMatch(new RegExp(`^${prefix}declare (function|class) ${it}\\b`, "m"));
    }
  });
});

test("the example's copy is the build: `npm run build:client` renews it", async () => {
  const copies = Object.keys(files).filter((path) => path.startsWith("examples/"));
  expect(copies).toHaveLength(6);
  for (const path of copies) {
    expect(await readFile(new URL(`../../${path}`, import.meta.url), "utf8")).toBe(files[path]);
  }
});
