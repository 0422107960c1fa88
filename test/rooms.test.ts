import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { circles, importsOf, pathOf, readSource, trackedSources } from "./support/imports.ts";
import { trackedFiles } from "./support/tracked-files.ts";

const files = trackedSources();
const sources = new Map(files.map((file) => [file, readSource(file)]));
const imports = new Map(
  [...sources].map(([file, source]) => [file, importsOf(source).flatMap((name) => pathOf(file, name) ?? [])]),
);

describe("the imports of a source", () => {
  test.each<[string, string, string[]]>([
    ["a value", 'import { a } from "./a.ts";', ["./a.ts"]],
    ["a type", 'import type { A } from "./a.ts";', ["./a.ts"]],
    ["over several lines", 'import {\n  a,\n  type B,\n} from "./a.ts";', ["./a.ts"]],
    ["what is exported on", 'export { a } from "./a.ts";\nexport * from "./b.ts";', ["./a.ts", "./b.ts"]],
    ["for its effect", 'import "./a.ts";', ["./a.ts"]],
    ["at run time", 'const { a } = await import("./a.ts");', ["./a.ts"]],
    ["a type at its place", 'let a: import("./a.ts").A;', ["./a.ts"]],
    ["by require", "const a = require('./a.cjs');", ["./a.cjs"]],
    ["a package", 'import { a } from "node:fs";', ["node:fs"]],
    ["none in a comment", '// import "./a.ts"\n/* from "./b.ts" */', []],
    ["none in a text", 'const a = `import "./a.ts"`;\nconst b = \'import("./b.ts")\';', []],
    ["one after a text with a quote", 'const a = "it\'s";\nimport "./b.ts";', ["./b.ts"]],
    ["one after a URL", 'const a = "http://localhost";\nimport "./b.ts";', ["./b.ts"]],
  ])("%s", (_what, source, expected) => {
    expect(importsOf(source)).toEqual(expected);
  });

  test("lead to files that are there, in every room", () => {
    const known = new Set(files);
    // Data, what is built, and what the playground serves under another name.
    const others = /\.json$|\.(vue|jsx)$|^dist\/|^playground\/page\/(weapp-login|phone|open-data)\.mjs$/;
    const missing = [...imports].flatMap(([file, paths]) =>
      paths.filter((path) => !known.has(path) && !others.test(path)).map((path) => `${file}: ${path}`),
    );
    expect(missing).toEqual([]);
  });

  test("lead to the tests from tests only", () => {
    const isTest = (file: string) => file.startsWith("test/") || file === "vitest.config.ts";
    const others = [...imports].filter(([file, paths]) => !isTest(file) && paths.some(isTest));
    expect(others.map(([file]) => file)).toEqual([]);
  });

  test("are all there: none that begins a line is overlooked", () => {
    const statement = /^(?:import\b[^"'`]*?|export\b[^"'`;(]*?\bfrom\s*)"([^"\n]+)";$/gm;
    // The texts of tests, and of what tries the package, are full of sources.
    const shipped = [...sources].filter(([file]) => !/^(test|scripts\/try-package)\//.test(file));
    let statements = 0;
    for (const [file, source] of shipped) {
      const found = new Set(importsOf(source));
      for (const [, name] of source.matchAll(statement)) {
        statements++;
        expect(found, file).toContain(name);
      }
    }
    expect(statements).toBeGreaterThan(shipped.length);
  });
});

describe("circles", () => {
  const of = (edges: Record<string, string[]>) => circles(new Map(Object.entries(edges)));

  test("are found, however long, and each once", () => {
    expect(of({ a: ["b"], b: ["c"], c: ["a", "d"], d: ["e"], e: ["d"], f: ["a"] })).toEqual([
      ["a", "b", "c"],
      ["d", "e"],
    ]);
    expect(of({ a: ["a"] })).toEqual([["a"]]);
    expect(of({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] })).toEqual([]);
  });

  test("there are none between files, types included", () => {
    expect(circles(imports)).toEqual([]);
  });
});

describe("the table of folders in docs/architecture.md", () => {
  const root = new URL("../", import.meta.url);
  const [, table = ""] =
    /^\| folder \|.*\n\|---.*\n((?:\|.*\n)+)/m.exec(readSource("docs/architecture.md")) ?? [];
  const rows = table
    .trim()
    .split("\n")
    .map((row) => row.split("|").map((cell) => cell.trim()));
  const quoted = (text = "") => [...text.matchAll(/`([\w/]+)`/g)].map(([, name = ""]) => name);
  const rooms = rows.flatMap(([, names]) => quoted(names));
  const tracked = execFileSync("git", ["ls-files"], { cwd: root, encoding: "utf8" }).split("\n");
  const foldersIn = (parent: string) => {
    const below = tracked.filter((file) => file.startsWith(parent)).map((file) => file.slice(parent.length));
    return [
      ...new Set(below.filter((file) => file.includes("/")).map((file) => file.replace(/\/.*/, ""))),
    ].sort();
  };

  test("has every folder that there is, and no other", () => {
    expect([...rooms].sort()).toEqual(foldersIn("").filter((name) => !name.startsWith(".")));
  });

  test("names every folder of the functions that is no function's own, and folders that are there", () => {
    const described = quoted(rows.find(([, names]) => quoted(names).includes("functions"))?.[2]);
    const shared = foldersIn("functions/").filter((name) => !tracked.includes(`functions/${name}/entry.ts`));
    expect(described.sort()).toEqual(shared);
  });

  test.each(["local", "playground"])("names every folder of %s", (room) => {
    const described = quoted(rows.find(([, names]) => quoted(names).includes(room))?.[2]);
    expect(described.sort()).toEqual(foldersIn(`${room}/`));
  });
});

test("docs/README.md names every page in docs, and whoever contributes", () => {
  const pages = trackedFiles(":(glob)docs/*.md").map((path) => path.slice("docs/".length));
  const index = readSource("docs/README.md");
  const elsewhere = ["README.md", "package-readme.md"];
  for (const page of pages) {
    if (!elsewhere.includes(page)) expect(index).toContain(`](${page})`);
  }
  expect(index).toContain("](../CONTRIBUTING.md)");
});
