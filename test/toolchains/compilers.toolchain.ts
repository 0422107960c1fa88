import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createContext, runInContext } from "node:vm";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { createLogin } from "../../client/weapp-login.ts";
import { fakeWx, problem, rejection } from "../support/fake-wx.ts";

const run = promisify(execFile);

let app: string;
let sdk: string;
beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), "weapp-login-compilers-"));
  sdk = join(app, "node_modules/weapp-login-client");
  await writeFile(join(app, "package.json"), '{"private":true}');
  const tools = [
    "typescript@5.9.3",
    "@babel/core@7.29.13",
    "@babel/cli@7.28.6",
    "@babel/preset-env@7.29.7",
    "miniprogram-ci@2.1.42",
  ];
  await run("npm", ["install", "--no-audit", "--no-fund", "--ignore-scripts", ...tools], { cwd: app });
  await mkdir(sdk, { recursive: true });
  await cp(fileURLToPath(new URL("../../dist/client-package", import.meta.url)), sdk, { recursive: true });
});
afterAll(() => rm(app, { recursive: true }));

test("types under moduleResolution node, as in compilers that know no exports", async () => {
  await writeFile(
    join(app, "program.ts"),
    `import { createLogin, type Session } from "weapp-login-client";
export const session: Promise<Session> = createLogin({ baseUrl: "https://api.example.com" }).login();
// @ts-expect-error There is no such call.
createLogin({ baseUrl: "https://api.example.com" }).signIn();
`,
  );
  const compilerOptions = {
    moduleResolution: "node",
    module: "commonjs",
    target: "es2018",
    types: [],
    strict: true,
    noEmit: true,
  };
  await writeFile(join(app, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["program.ts"] }));
  const compiled = run(join(app, "node_modules/.bin/tsc"), ["-p", "."], { cwd: app });
  await expect(compiled).resolves.toMatchObject({ stdout: "" });
});

test("WeChat's own 构建 npm takes it for a mini-program's package, and copies what a page requires", async () => {
  const project = {
    appid: "wx0123456789abcdef",
    type: "miniProgram",
    projectPath: app,
    // It is for uploads, but must be there.
    privateKeyPath: join(app, "package.json"),
    ignores: [],
  };
  await writeFile(join(app, "project.config.json"), JSON.stringify({ appid: project.appid, setting: {} }));
  await writeFile(join(app, "app.json"), '{"pages":[]}');
  await writeFile(
    join(app, "package.json"),
    JSON.stringify({ private: true, dependencies: { "weapp-login-client": "*" } }),
  );
  await writeFile(
    join(app, "pack.cjs"),
    `const { Project, packNpm } = require("miniprogram-ci");
packNpm(new Project(${JSON.stringify(project)}), { reporter: (it) => console.log(JSON.stringify(it)) })
  .then((warnings) => console.log(JSON.stringify({ warnings })));`,
  );
  const { stdout } = await run(process.execPath, ["pack.cjs"], { cwd: app });
  expect(stdout).toContain('"miniprogram_pack_num":1,"other_pack_num":0');
  expect(stdout).toContain('{"warnings":[]}');
  const built = join(app, "miniprogram_npm/weapp-login-client/index.js");
  expect(await readFile(built, "utf8")).toBe(await readFile(join(sdk, "index.js"), "utf8"));
});

test("compiled once more, to what the oldest phones run, it logs in, binds, and its errors are LoginErrors", async () => {
  const presets = [["@babel/preset-env", { targets: { ios: "9" }, modules: "commonjs" }]];
  await writeFile(join(app, "babel.config.json"), JSON.stringify({ presets }));
  const { stdout } = await run(
    join(app, "node_modules/.bin/babel"),
    ["--no-babelrc", "--config-file", "./babel.config.json", join(sdk, "miniprogram/index.js")],
    { cwd: app },
  );
  expect(stdout).not.toMatch(/=>|\basync function|\bclass \w+ (extends|\{)/);
  const module: { exports: { createLogin?: typeof createLogin; LoginError?: unknown } } = { exports: {} };
  runInContext(stdout, createContext({ module, setTimeout, clearTimeout }));
  const fake = fakeWx(({ route, data }) =>
    route === "POST /login" && !Object(data).password ? problem(409, "binding_required", "bind") : undefined,
  );
  const login = module.exports.createLogin?.(fake.options);
  const error = await rejection(login?.request({ path: "/orders" }) ?? Promise.resolve());
  expect(error).toMatchObject({ name: "LoginError", code: "binding_required", action: "bind" });
  expect(error instanceof Object(module.exports.LoginError)).toBe(true);
  await login?.bind({ username: "zhangsan", password: "pwd123456" });
  expect(await login?.request({ path: "/orders" })).toMatchObject({ statusCode: 200 });
});
