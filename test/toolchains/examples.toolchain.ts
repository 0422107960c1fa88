import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { fakeWx, problem } from "../support/fake-wx.ts";
import { type BuiltPage, startBuilt } from "./built-mini-program.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "weapp-login-toolchains-"));
  await run(directory, "npm", "pack", "--pack-destination", directory, join(root, "dist/client-package"));
});
afterAll(() => rm(directory, { recursive: true }));

/** With this Node first in the path, as the tools' own commands want one; and as in CI: they look for no newer versions. */
function run(cwd: string, file: string, ...args: readonly string[]) {
  const PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
  return promisify(execFile)(file, args, {
    cwd,
    env: { ...process.env, PATH, CI: "true", NODE_ENV: "production" },
    maxBuffer: 1e8,
  });
}

/** Installs an example with its own tools, and the packed SDK, and builds it. */
async function build(example: string): Promise<string> {
  const app = join(directory, example);
  await cp(join(root, "examples", example), app, {
    recursive: true,
    filter: (path) => !/node_modules|\bdist\b/.test(path.slice(root.length)),
  });
  const manifest = JSON.parse(await readFile(join(app, "package.json"), "utf8"));
  const { version } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  manifest.dependencies["weapp-login-client"] = `file:../weapp-login-client-${version}.tgz`;
  await writeFile(join(app, "package.json"), JSON.stringify(manifest));
  await run(app, "npm", "install", "--no-audit", "--no-fund", "--legacy-peer-deps", "--include=dev");
  await run(app, "npm", "run", "build");
  return app;
}

/** A phone whose `localhost:3000` has one person with one password. */
function phone() {
  const fake = fakeWx(({ route, session, data }) => {
    if (route === "GET /hello" && session) return { statusCode: 200, data: { message: "Hello, u_1" } };
    if (route !== "POST /login") return undefined;
    const { password } = Object(data);
    if (!password) return problem(409, "binding_required", "bind", { bindTicket: "ticket" });
    return password === "pwd123456" ? undefined : problem(401, "invalid_credentials", "fix_credentials");
  });
  const { request } = fake.wx;
  fake.wx.request = (call) => {
    return request({ ...call, url: call.url.replace("http://localhost:3000", "https://api.example.com") });
  };
  return fake;
}

const says = (page: BuiltPage) => JSON.stringify(page.data);

/** Every value of this name anywhere in what a page shows. */
function named(name: string, data: unknown): unknown[] {
  if (typeof data !== "object" || !data) return [];
  return Object.entries(data).flatMap(([key, value]) => [
    ...(key === name ? [value] : []),
    ...named(name, value),
  ]);
}

const examples = [
  {
    example: "taro",
    output: "dist",
    isShown: (page: BuiltPage) => says(page).includes("用户名"),
    // Taro has one handler for everything, and finds the form by its identifier, the first of the page.
    submit(page: BuiltPage, value: object, _built: string) {
      const [id] = named("sid", page.data).filter((sid) => typeof sid === "string");
      const dataset = { sid: id };
      const at = { id, dataset };
      page.call("eh", { type: "submit", detail: { value }, target: at, currentTarget: at });
    },
  },
  {
    example: "uni-app",
    output: "dist/build/mp-weixin",
    isShown: (page: BuiltPage) => Object.keys(page.data).length > 1,
    // uni-app names its handlers in the data, and the template names those: <form bindsubmit="{{b}}">.
    submit(page: BuiltPage, value: object, built: string) {
      const template = readFileSync(join(built, `${page.route}.wxml`), "utf8");
      const [, name = ""] = /bindsubmit="\{\{(\w+)\}\}"/.exec(template) ?? [];
      page.call(String(page.data[name]), {
        type: "submit",
        detail: { value },
        target: {},
        currentTarget: { dataset: {} },
      });
    },
  },
];

describe.each(examples)("$example", ({ example, output, isShown, submit }) => {
  let built: string;
  beforeAll(async () => {
    built = join(await build(example), output);
  });

  test("what its own tools build asks for a login, says what is wrong, binds, and shows what it was sent", async () => {
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    try {
      const fake = phone();
      const mini = startBuilt(built, fake.wx);
      await vi.waitFor(() => expect(mini.page.route).toBe("pages/login/index"), 5_000);
      await vi.waitFor(() => expect(isShown(mini.page)).toBe(true));
      submit(mini.page, { username: "zhangsan", password: "mistyped" }, built);
      await vi.waitFor(() => expect(says(mini.page)).toContain("用户名或密码错误"), 5_000);
      submit(mini.page, { username: "zhangsan", password: "pwd123456" }, built);
      await vi.waitFor(() => expect(mini.page.route).toBe("pages/hello/index"), 5_000);
      await vi.waitFor(() => expect(says(mini.page)).toContain("Hello, u_1"), 5_000);
      expect(fake.count("POST /login")).toBe(3);
      expect(unhandled).not.toHaveBeenCalled();
    } finally {
      process.off("unhandledRejection", unhandled);
    }
  });
});
