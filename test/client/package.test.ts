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
import { clientSizes } from "../support/client-sizes.ts";

const run = promisify(execFile);
const exported = ["LoginError", "addMessages", "createLogin", "errorOf", "messageFor"];
const extras = { phone: ["bindPhone", "phoneNumber"], "open-data": ["openData"] };
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

test.each([
  ["index", clientSizes["weapp-login"]],
  ["phone", clientSizes.phone],
  ["open-data", clientSizes["open-data"]],
])("%s is under %i bytes, minified and gzipped", async (name, bytes) => {
  for (const file of [`${name}.js`, `${name}.mjs`, `miniprogram/${name}.js`]) {
    expect(gzipSync(await read(file), { level: 9 }).length).toBeLessThan(bytes);
  }
});

test("构建 npm copies the folder that `miniprogram` names; a page requires it, where there is nothing but wx", async () => {
  const { miniprogram } = JSON.parse(await read("package.json"));
  const built = join(app, "miniprogram_npm/weapp-login-client");
  await cp(join(installed, miniprogram), built, { recursive: true });
  const context = createContext({ wx: { getStorageSync: () => "" }, setTimeout, clearTimeout });
  async function load(name: string, required: Readonly<Record<string, object>>): Promise<object> {
    const module = { exports: {} };
    const source = await readFile(join(built, `${name}.js`), "utf8");
    runInContext(`(function (module, require) {${source}\n})`, context)(module, (path: string) => {
      if (!required[path]) throw new Error(`It requires ${path}`);
      return required[path];
    });
    return module.exports;
  }
  const core = await load("index", {});
  expect(Object.keys(core).sort()).toEqual(exported);
  for (const [name, names] of Object.entries(extras)) {
    expect(Object.keys(await load(name, { "./index": core })).sort()).toEqual(names);
  }
  const made = runInContext('(it) => it.createLogin({ baseUrl: "https://api.example.com" })', context)(core);
  expect(made.session()).toBeUndefined();
});

test("Node's import and require give the same", async () => {
  const all = { "": exported, ...Object.fromEntries(Object.entries(extras).map(([k, v]) => [`/${k}`, v])) };
  const print = Object.keys(all).map((_, at) => `console.log(Object.keys(it${at}).sort().join());`);
  // An error of the one is an error of the other: there is one class.
  const isOne = "it1.bindPhone({}, {}).catch((error) => console.log(error instanceof it0.LoginError));";
  const program = (load: (name: string, at: number) => string) =>
    [...Object.keys(all).map((name, at) => load(`weapp-login-client${name}`, at)), ...print, isOne].join(
      "\n",
    );
  const files = {
    "app.mjs": program((name, at) => `import * as it${at} from "${name}";`),
    "app.cjs": program((name, at) => `const it${at} = require("${name}");`),
  };
  for (const [file, text] of Object.entries(files)) {
    await writeFile(join(app, file), text);
    const { stdout } = await run(process.execPath, [file], { cwd: app });
    expect(stdout.trim().split("\n")).toEqual([...Object.values(all).map((names) => names.join()), "true"]);
  }
});

const program = `
import { type Action, createLogin, errorOf, LoginError, messageFor, type Session, type Wx } from "weapp-login-client";
import { openData } from "weapp-login-client/open-data";
import { bindPhone, phoneNumber } from "weapp-login-client/phone";
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
export async function onPhone({ detail }: { detail: { code?: string; errMsg: string; errno?: number } }): Promise<string> {
  const { userId }: Session = await bindPhone(login, detail);
  const steps = await openData(login, () => Promise.resolve({ errMsg: "ok", encryptedData: "", iv: "" }));
  // @ts-expect-error It takes the login first.
  bindPhone(detail);
  return userId + (await phoneNumber(login, detail)) + String(steps.stepInfoList);
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
  // They take what stands at the path: `weapp-login-client/phone` is this file.
  for (const name of Object.keys(extras)) {
    expect(exports[`./${name}`].require).toEqual({ types: `./${name}.d.ts`, default: `./${name}.js` });
  }
});

test("every code and action of docs/mini-program.md is the SDK's, and none is missing", async () => {
  const types = await read("index.d.ts");
  const union = (name: string) =>
    [...(new RegExp(`^type ${name} = ([^;]*);$`, "m").exec(types)?.[1] ?? "").matchAll(/"(\w+)"/g)].map(
      ([, word]) => word,
    );
  const table = (await read("README.md")).split("## Errors")[1] ?? "";
  const rows = [...table.matchAll(/^\| `(\w+)` \| (.*?) \|/gm)];
  const codes = rows.flatMap(([, , cell = ""]) => [...cell.matchAll(/`(\w+)`/g)].map(([, code]) => code));
  const known = ["ServerCode", "LoginCode", "RuntimeCode"].flatMap(union);
  expect(codes.toSorted()).toEqual(known.toSorted());
  expect(rows.map(([, action]) => action).toSorted()).toEqual(union("Action").toSorted());
});
