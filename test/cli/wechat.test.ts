import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { createConnection } from "node:net";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import { run } from "../../cli/program.ts";
import { terminal } from "../../cli/terminal.ts";
import { runHere } from "../support/operator.ts";

const secret = "5ec4e75ec4e75ec4e75ec4e75ec4e701";

/** As npx does: its command runs in a shell, which SIGTERM ends and SIGKILL does not, and below which nobody is told. */
const standInForNpx = `
  process.title = "npm exec weapp-login";
  const shell = require("node:child_process").spawn("sh", ["-c", process.argv[1]], { stdio: "inherit" });
  process.on("SIGTERM", () => {
    shell.kill();
    process.exit();
  });
`;

/** `weapp-login wechat …` until it has printed what it offers; `end` is its Ctrl-C. */
async function started(args: readonly string[], onError: (text: string) => void = () => {}) {
  const interruption = new AbortController();
  onTestFinished(() => interruption.abort());
  const printed = Promise.withResolvers<string>();
  const errors = { write: onError };
  const exit = run(["wechat", "--port", "0", ...args], {
    terminal: terminal(new PassThrough(), errors, interruption.signal),
    output: { write: (text) => printed.resolve(text) },
    signal: interruption.signal,
    clock: () => 0,
    now: () => 0,
    pause: async () => {},
  });
  const end = () => {
    interruption.abort();
    return exit;
  };
  return { text: await Promise.race([printed.promise, exit.then(String)]), end };
}

describe("weapp-login wechat", () => {
  test("serves the sample, says how to use it, and ends with Ctrl-C", async () => {
    const { text, end } = await started([]);
    expect(text).toMatch(/^The WeChat simulator is ready\.\n/);
    expect(text).toMatch(/wx0123456789abcdef +AppSecret 0123456789abcdef0123456789abcdef\n/);
    for (const call of ["GET /sns/jscode2session", "POST /cgi-bin/stable_token"])
      expect(text).toContain(call);
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? "";
    const login = await fetch(`${url}/_sim/login`, { method: "POST", body: '{"user":"alice"}' });
    expect(await login.json()).toEqual({ code: expect.any(String) });
    expect(await end()).toBe(0);
    await expect(fetch(url)).rejects.toThrow("fetch failed");
  });

  test("prints one JSON document instead, without the secrets that it was given", async () => {
    const { text, end } = await started(["--json", "--app", `wx1:${secret}`, "--app", `wx2:${secret}:acme`]);
    const { url, ...rest } = JSON.parse(text);
    expect(rest).toEqual({
      apps: [{ appid: "wx1" }, { appid: "wx2", owner: "acme" }],
      calls: expect.arrayContaining(["GET /wxa/checksession"]),
      controls: `${url}/_sim/`,
    });
    const shown = await fetch(`${url}/_sim/users/alice`, { method: "POST" });
    expect(await shown.json()).toMatchObject({
      identities: [{ appid: "wx1" }, { appid: "wx2", unionid: expect.any(String) }],
    });
    expect(await end()).toBe(0);
  });

  test("says on the standard error what to do about a code of WeChat's own", async () => {
    const errors: string[] = [];
    const { text, end } = await started(["--json"], (line) => errors.push(line));
    const { url, apps } = JSON.parse(text);
    const query = { ...apps[0], js_code: "the code is a mock one", grant_type: "authorization_code" };
    const answer = await fetch(`${url}/sns/jscode2session?${new URLSearchParams(query)}`);
    expect(await answer.json()).toMatchObject({ errcode: 40029 });
    expect(errors).toEqual([expect.stringMatching(/^The WeChat simulator gave out no such code: .*\.\n$/)]);
    await end();
  });

  test.each(["SIGTERM", "SIGKILL"] as const)("ends when the npx that runs it gets %s", async (signal) => {
    const simulator = `'${process.execPath}' '${join(import.meta.dirname, "../../bin/weapp-login.cjs")}' wechat --port 0`;
    const npx = spawn(process.execPath, ["-e", standInForNpx, `${simulator}; true`], {
      env: { ...process.env, LC_ALL: "C", npm_command: "exec" },
      stdio: ["ignore", "pipe", "inherit"],
      detached: true,
    });
    onTestFinished(() => {
      try {
        process.kill(-(npx.pid ?? 0), "SIGKILL");
      } catch {
        // All have ended, as they should have.
      }
    });
    let printed = "";
    for await (const chunk of npx.stdout.setEncoding("utf8")) {
      printed += chunk;
      if (printed.includes("Ctrl-C ends it.")) break;
    }
    const connection = createConnection(Number(/127\.0\.0\.1:(\d+)/.exec(printed)?.[1]), "127.0.0.1");
    await once(connection, "connect");
    connection.resume();
    npx.kill(signal);
    await once(connection, "close");
  });

  test("a port that is taken is one line with the way out", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { exit, stdout, stderr } = await runHere(["wechat", "--port", String(port)]);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr).toMatch(
      new RegExp(`^Port ${port} is taken\\. .* choose another: npx --no weapp-login wechat --port \\d+\\n$`),
    );
  });

  test.each([
    ["a port that is none", ["--port", "http"], "--port takes a number from 0 to 65535."],
    ["a port that is too high", ["--port", "65536"], "--port takes a number from 0 to 65535."],
    ["an empty port", ["--port", ""], "--port takes a number from 0 to 65535."],
    ["an app without a secret", ["--app", secret], "--app takes APPID:SECRET or APPID:SECRET:OWNER"],
    ["an app with an empty owner", ["--app", `wx1:${secret}:`], "--app takes APPID:SECRET"],
    ["an app with too much", ["--app", `wx1:${secret}:acme:x`], "--app takes APPID:SECRET"],
    ["an app twice", ["--app", `wx1:${secret}`, `wx1:${secret}`], "--app names an AppId twice."],
    ["a deployment", ["--local"], "wechat needs no deployment: it does not go with --local."],
    ["a stack", ["--stack", "X"], "wechat needs no deployment: it does not go with --stack."],
  ])("%s is wrong usage, and no secret is repeated", async (_what, args, detail) => {
    const { exit, stdout, stderr } = await runHere(["wechat", ...args]);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr).toContain(detail);
    expect(stderr).not.toContain(secret);
  });

  test("--help names its options, and none of a deployment", async () => {
    const { exit, stdout } = await runHere(["wechat", "--help"]);
    expect(exit).toBe(0);
    for (const option of ["--port <port>", "--app <app...>", "--json"]) expect(stdout).toContain(option);
    expect(stdout).not.toContain("--stack");
  });
});
