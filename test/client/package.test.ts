import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { createContext, runInContext } from "node:vm";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { clientFiles } from "../../scripts/build-client.ts";

const run = promisify(execFile);
const exported = ["LoginError", "createLogin", "errorOf", "messageFor"];
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");

/** An app into which the package is installed as npm installs a folder. */
let app: string;
let installed: string;
beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), "weapp-login-app-"));
  const source = join(app, "package");
  for (const [path, text] of Object.entries(await clientFiles())) {
    if (!path.startsWith("dist/client-package/")) continue;
    const file = join(source, path.slice("dist/client-package/".length));
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", app], { cwd: source });
  const [packed] = Object.values(JSON.parse(stdout));
  installed = join(app, "node_modules/weapp-login-client");
  await mkdir(installed, { recursive: true });
  await run("tar", ["-xzf", join(app, Object(packed).filename), "-C", installed, "--strip-components", "1"]);
});
afterAll(() => rm(app, { recursive: true }));

const read = (path: string) => readFile(join(installed, path), "utf8");

test("it has a licence and a manual, and brings nothing along", async () => {
  const manifest = JSON.parse(await read("package.json"));
  expect(manifest).toMatchObject({ name: "weapp-login-client", license: "MIT" });
  expect(Object.keys(manifest)).not.toContain("dependencies");
  expect(Object.keys(manifest)).not.toContain("scripts");
  expect(await read("README.md")).toContain("weapp-login-client");
  expect(await read("LICENSE")).toContain("MIT");
});

test.each(["index.js", "index.mjs", "miniprogram/index.js"])(
  "%s is under 6 KB, minified and gzipped",
  async (file) => {
    expect(gzipSync(await read(file), { level: 9 }).length).toBeLessThan(6144);
  },
);

test("构建 npm copies the folder that `miniprogram` names; a page requires it, where there is nothing but wx", async () => {
  const { miniprogram } = JSON.parse(await read("package.json"));
  const built = join(app, "miniprogram_npm/weapp-login-client");
  await cp(join(installed, miniprogram), built, { recursive: true });
  const module = { exports: {} };
  const context = createContext({ module, wx: { getStorageSync: () => "" }, setTimeout, clearTimeout });
  runInContext(
    `(function (exports, require) {${await readFile(join(built, "index.js"), "utf8")}\n})`,
    context,
  )(module.exports, () => {
    throw new Error("It requires something");
  });
  expect(Object.keys(module.exports).sort()).toEqual(exported);
  const made = runInContext(
    'module.exports.createLogin({ baseUrl: "https://api.example.com" }).session()',
    context,
  );
  expect(made).toBeUndefined();
});

test("Node's import and require give the same", async () => {
  const names = (load: string) => `${load}; console.log(Object.keys(it).sort().join())`;
  const files = {
    "app.mjs": names('import * as it from "weapp-login-client"'),
    "app.cjs": names('const it = require("weapp-login-client")'),
  };
  for (const [file, text] of Object.entries(files)) {
    await writeFile(join(app, file), text);
    const { stdout } = await run(process.execPath, [file], { cwd: app });
    expect(stdout.trim()).toBe(exported.join());
  }
});

const program = `
import { type Action, createLogin, errorOf, LoginError, messageFor, type Session, type Wx } from "weapp-login-client";
declare const wx: Wx;
const login = createLogin({ baseUrl: "https://api.example.com", wx, retryDelays: [500] });
export async function orders(): Promise<unknown> {
  const session: Session = await login.bind({ username: "a", password: "b" });
  const answer = await login.request({ path: "/orders", method: "POST", data: { by: session.userId } });
  const file: { tempFilePath: string } = await login.downloadFile({ path: "/bill" });
  const error: LoginError | undefined = errorOf(answer);
  const action: Action | (string & {}) | undefined = error?.action;
  if (action === "wait") return messageFor(error?.code ?? "", "zh") + file.tempFilePath;
  // @ts-expect-error There is no such call.
  login.signIn();
  return answer.data;
}
`;

test.each([
  ["node16", "node16", "ts"],
  ["node16", "node16", "mts"],
  ["node16", "node16", "cts"],
  ["bundler", "esnext", "ts"],
  ["nodenext", "nodenext", "ts"],
])("types under moduleResolution %s (module %s, .%s)", async (moduleResolution, module, extension) => {
  const directory = await mkdtemp(join(app, "types-"));
  await writeFile(join(directory, `program.${extension}`), program);
  const compilerOptions = {
    moduleResolution,
    module,
    target: "es2018",
    lib: ["es2018"],
    types: [],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
  };
  await writeFile(join(directory, "tsconfig.json"), JSON.stringify({ compilerOptions }));
  await expect(run(process.execPath, [tsc, "-p", directory])).resolves.toMatchObject({ stdout: "" });
});

test("what the oldest tool chains read: main, module and types are there, and are what exports names", async () => {
  const { main, module, types, exports } = JSON.parse(await read("package.json"));
  const { import: esm, require: cjs } = exports["."];
  expect([main, module, types].map((path) => `./${path}`)).toEqual([cjs.default, esm.default, cjs.types]);
  for (const path of [main, module, types, esm.types]) expect(await read(path)).not.toBe("");
});

test("every code and action of docs/mini-program.md is the SDK's, and none is missing", async () => {
  const types = await read("index.d.ts");
  const union = (name: string) =>
    [...(new RegExp(`^type ${name} = (.*);$`, "m").exec(types)?.[1] ?? "").matchAll(/"(\w+)"/g)].map(
      ([, word]) => word,
    );
  const table = (await read("README.md")).split("## Errors")[1] ?? "";
  const rows = [...table.matchAll(/^\| `(\w+)` \| (.*?) \|/gm)];
  const codes = rows.flatMap(([, , cell = ""]) => [...cell.matchAll(/`(\w+)`/g)].map(([, code]) => code));
  const known = [...new Set([...union("ServerCode"), ...union("ClientCode")])];
  expect(codes.toSorted()).toEqual(known.toSorted());
  expect(rows.map(([, action]) => action).toSorted()).toEqual(union("Action").toSorted());
});
