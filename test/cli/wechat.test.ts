import { once } from "node:events";
import { createServer } from "node:http";
import { PassThrough } from "node:stream";
import { describe, expect, onTestFinished, test } from "vitest";
import { run } from "../../cli/program.ts";
import { terminal } from "../../cli/terminal.ts";
import { runHere } from "../support/operator.ts";

const secret = "5ec4e75ec4e75ec4e75ec4e75ec4e701";

/** `weapp-login wechat …` until it has printed what it offers; `end` is its Ctrl-C. */
async function started(args: readonly string[]) {
  const interruption = new AbortController();
  onTestFinished(() => interruption.abort());
  const printed = Promise.withResolvers<string>();
  const errors = { write: () => {} };
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

  test("a port that is taken is one line with the way out", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { exit, stdout, stderr } = await runHere(["wechat", "--port", String(port)]);
    expect({ exit, stdout }).toEqual({ exit: 2, stdout: "" });
    expect(stderr).toMatch(
      new RegExp(`^Port ${port} is taken\\. .* choose another: npx weapp-login wechat --port \\d+\\n$`),
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
