import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { isRecord } from "../../local/aws/json.ts";
import { sample } from "../../local/sample.ts";
import { startWeChatSimulator } from "../../simulator/simulator.ts";
import { isRunning } from "../support/is-running.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));
const { username, password, userId } = sample;

/** Ports that the system chooses, and nothing of this process's own environment but PATH. */
const surroundings = { PATH: process.env.PATH, PORT: "0", WECHAT_PORT: "0", AWS_PORT: "0" };

interface Started {
  readonly pid: number;
  readonly output: { stdout: string; stderr: string };
  /** What it printed up to the logs; rejects if it ends before it is ready. */
  readonly ready: Promise<string>;
  readonly exit: Promise<number | null>;
  kill(signal: NodeJS.Signals): void;
}

/** `npm start` without npm; it ends with the test. */
function start(environment: Readonly<Record<string, string>> = {}, ...args: string[]): Started {
  const child = spawn(process.execPath, ["local/start.ts", ...args], {
    cwd: project,
    env: { ...surroundings, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const output = { stdout: "", stderr: "" };
  const exit = once(child, "close").then(() => child.exitCode);
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
    output.stderr += chunk;
  });
  const ready = readUntilReady(child, output, exit);
  return { pid: child.pid ?? -1, output, ready, exit, kill: (signal) => void child.kill(signal) };
}

async function readUntilReady(child: ChildProcess, output: Started["output"], exit: Started["exit"]) {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
    output.stdout += chunk;
    if (output.stdout.includes("Ctrl-C ends everything.")) resolve(output.stdout);
  });
  void exit.then((code) => reject(new Error(`It ended with ${code}:\n${output.stderr}`)));
  return promise;
}

/** `http://localhost:PORT` of what the guide calls by this name. */
function urlOf(guide: string, what: string): string {
  const url = new RegExp(`^ *${what} +(http://\\S+)`, "m").exec(guide)?.[1];
  if (url === undefined) throw new Error(`The guide does not say where ${what} is:\n${guide}`);
  return url;
}

/** The numbered steps: what each says it does, and its whole text for the shell. */
function stepsOf(guide: string): { number: number; what: string; text: string }[] {
  const [, steps = ""] = guide.split("Try it, in another terminal:");
  return [...steps.matchAll(/^# (\d+)\. (.+)\n.+$/gm)].map(([text, number, what = ""]) => ({
    number: Number(number),
    what,
    text,
  }));
}

/** Runs all texts, as they are, in one shell, and returns what each of them printed. */
async function run(texts: readonly string[]): Promise<string[]> {
  const separator = "--- next ---";
  const script = texts.map((text) => `${text}\necho '${separator}'\n`).join("");
  const { stdout, stderr } = await promisify(execFile)("bash", ["--noprofile", "--norc", "-c", script], {
    env: { PATH: process.env.PATH },
  });
  expect(stderr).toBe("");
  return stdout.split(`${separator}\n`).slice(0, -1);
}

async function call(url: string, { session, json }: { session?: string; json?: object } = {}) {
  const response = await fetch(url, {
    method: json ? "POST" : "GET",
    headers: {
      ...(json && { "content-type": "application/json" }),
      ...(session !== undefined && { authorization: `Bearer ${session}` }),
    },
    ...(json && { body: JSON.stringify(json) }),
  });
  const body: unknown = await response.json();
  return { status: response.status, body: isRecord(body) ? body : {} };
}

/** wx.login on Alice's phone. */
async function newCode(guide: string): Promise<unknown> {
  return (await call(`${urlOf(guide, "WeChat")}/_sim/login`, { json: { user: "alice" } })).body.code;
}

async function firstLogin(guide: string): Promise<string> {
  const json = { code: await newCode(guide), username, password };
  const { body } = await call(`${urlOf(guide, "API")}/login`, { json });
  return String(body.sessionId);
}

async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)("ps", ["-A", "-o", "pid=,ppid="]);
  return stdout
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number))
    .flatMap(([child, parent]) => (child !== undefined && parent === pid ? [child] : []));
}

describe("npm start", () => {
  test("says what runs where, and that it is ready", async () => {
    const guide = await start().ready;
    expect(guide).toContain("weapp-login is ready.");
    for (const what of ["API", "WeChat", "AWS endpoints"]) expect(urlOf(guide, what)).toMatch(/:\d+$/);
    expect(guide).toContain("ANY /login");
    expect(guide).toContain(`${username} / ${password}`);
  });

  test("prints steps that, pasted into a shell as they are, do what they say", async () => {
    // Whatever the person at the keyboard has of AWS: if it reached a function, that would call elsewhere, or nowhere.
    const { ready, output } = start({
      AWS_ACCESS_KEY_ID: "canary",
      AWS_SECRET_ACCESS_KEY: "canary",
      AWS_SESSION_TOKEN: "canary",
      AWS_PROFILE: "canary",
      AWS_REGION: "eu-canary-1",
      AWS_ENDPOINT_URL: "http://canary.invalid",
      AWS_ENDPOINT_URL_DYNAMODB: "http://canary.invalid",
    });
    const steps = stepsOf(await ready);
    expect(steps.map(({ number }) => number)).toEqual(steps.map((_, index) => index + 1));

    const outputs = await run(steps.map(({ text }) => text));
    const printed = (what: string) => {
      const index = steps.findIndex((step) => step.what.startsWith(what));
      if (index < 0) throw new Error(`No step says "${what}".`);
      return outputs[index] ?? "";
    };
    const json = (what: string): unknown => JSON.parse(printed(what));
    expect(printed("wx.login")).toBe("");
    expect(json("first login")).toMatchObject({ userId, newBinding: true, sessionId: expect.any(String) });
    expect(json("who am I")).toMatchObject({ userId, appId: sample.appId });
    expect(json("a protected Lambda")).toMatchObject({ userId });
    expect(json("silent login")).toMatchObject({ userId, newBinding: false });
    expect(printed("log out")).toBe("204\n");
    expect(printed("the session is refused")).toBe('{"message":"Forbidden"} 403\n');
    expect(output.stdout + output.stderr).not.toContain("canary");
  });

  test("ends at Ctrl-C with exit code 0, and leaves no process behind", async () => {
    const { pid, ready, exit, kill, output } = start();
    const session = await firstLogin(await ready);
    await call(`${urlOf(await ready, "API")}/session`, { session });
    const functions = await childrenOf(pid);
    expect(functions.length).toBeGreaterThan(0);
    kill("SIGINT");
    expect(await exit).toBe(0);
    expect(functions.filter(isRunning)).toEqual([]);
    expect(output).toMatchObject({ stdout: expect.stringMatching(/Stopped\.\n$/), stderr: "" });
  });

  test("takes the settings of a deploy: who may call, from where, and who knows passwords", async () => {
    const origin = "https://h5.example";
    const settings = ["-c", "verifier=none", "-c", `corsOrigins=${origin}`, "-c", "hello=false"];
    const guide = await start({}, ...settings).ready;
    expect(guide).toMatch(/account to try +none: the first login makes one/);
    const steps = stepsOf(guide);
    expect(steps.map(({ what }) => what)).not.toContain("a protected Lambda");
    const [, login = ""] = await run(steps.slice(0, 2).map(({ text }) => text));
    expect(JSON.parse(login)).toMatchObject({ newBinding: true, userId: expect.stringMatching(/^u_/) });
    const headers = { origin, "access-control-request-method": "POST" };
    const preflight = await fetch(`${urlOf(guide, "API")}/session`, { method: "OPTIONS", headers });
    expect(preflight.headers.get("access-control-allow-origin")).toBe(origin);
  });

  test("says that a code is of WeChat's own, and that the simulator cannot exchange it", async () => {
    const { ready, output } = start();
    const json = { code: "the code is a mock one", username, password };
    expect(await call(`${urlOf(await ready, "API")}/login`, { json })).toMatchObject({ status: 401 });
    expect(output.stdout).toMatch(
      /^WeChat +The WeChat simulator gave out no such code:.*POST \/_sim\/login/m,
    );
  });

  test("talks to the stand-in for WeChat that it is told of, and starts none of its own", async () => {
    const simulator = await startWeChatSimulator({
      apps: [{ appId: sample.appId, secret: sample.appSecret }],
    });
    onTestFinished(() => simulator.close());
    const guide = await start({ WECHAT_BASE_URL: simulator.url }).ready;
    expect(urlOf(guide, "WeChat")).toBe(simulator.url);
    expect(stepsOf(guide)).toEqual([]);
    const json = { code: simulator.login("alice"), username, password };
    expect(await call(`${urlOf(guide, "API")}/login`, { json })).toMatchObject({
      status: 200,
      body: { userId },
    });
  });
});

test("with --data DIR, sessions and bindings are still there after a restart", async () => {
  const data = await mkdtemp(join(tmpdir(), "weapp-login-data-"));
  onTestFinished(() => rm(data, { recursive: true }));
  const before = start({}, "--data", data);
  const session = await firstLogin(await before.ready);
  before.kill("SIGTERM");
  expect(await before.exit).toBe(0);

  const guide = await start({}, "--data", data).ready;
  expect(guide).toContain(data);
  const api = urlOf(guide, "API");
  expect(await call(`${api}/session`, { session })).toMatchObject({ status: 200, body: { userId } });
  const silent = await call(`${api}/login`, { json: { code: await newCode(guide) } });
  expect(silent).toMatchObject({ status: 200, body: { userId, newBinding: false } });
});

/** The same, for what ends by itself; killed after a while if it does not. */
function startToTheEnd(environment: Readonly<Record<string, string>>, ...args: string[]) {
  const { promise, resolve } = Promise.withResolvers<{ code: unknown; stdout: string; stderr: string }>();
  const env = { ...surroundings, ...environment };
  const options = { cwd: project, env, timeout: 20_000 };
  execFile(process.execPath, ["local/start.ts", ...args], options, (error, stdout, stderr) => {
    resolve({ code: error ? error.code : 0, stdout, stderr });
  });
  return promise;
}

describe.concurrent("a mistake is told in one line, with exit code 1:", () => {
  test.each([["PORT"], ["WECHAT_PORT"], ["AWS_PORT"]])("%s is taken", async (variable) => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const address = other.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const { code, stderr } = await startToTheEnd({ [variable]: String(port) });
    other.close();
    expect(stderr).toMatch(new RegExp(`^Port ${port} is taken\\. .*\\b${variable}=\\d+ npm start\\n$`));
    expect(code).toBe(1);
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ["an AppId without AppSecret", { WECHAT_APP_ID: "wx1" }, /WECHAT_APP_SECRET is missing/],
    ["an AppSecret without AppId", { WECHAT_APP_SECRET: "s" }, /WECHAT_APP_ID is missing/],
    ["a PORT that is none", { PORT: "api" }, /^PORT must be a port .* "api"/],
    ["a WECHAT_PORT that is too high", { WECHAT_PORT: "65536" }, /^WECHAT_PORT must be a port .* "65536"/],
    ["a WECHAT_BASE_URL that is none", { WECHAT_BASE_URL: "nowhere" }, /^WECHAT_BASE_URL .* "nowhere"/],
  ])("%s", async (_what, environment, message) => {
    const { code, stdout, stderr } = await startToTheEnd(environment);
    expect(stderr).toMatch(/^[^\n]+\n$/);
    expect(stderr).toMatch(message);
    expect(stdout).toBe("");
    expect(code).toBe(1);
  });
});

describe.concurrent("a setting that the stack refuses is told in its words:", () => {
  test.each([
    ["a value that it may not have", "verifier=perhaps", /^verifier must be .*"none".*"perhaps"\.\n$/],
    [
      "a name that is none",
      "verifer=none",
      /^The context has "verifer", which is no setting\. There are: .*verifier/,
    ],
    [
      "one that goes with another",
      "domainName=login.example.com",
      /domainName.*certificateArn|certificateArn/,
    ],
  ])("%s", async (_what, setting, message) => {
    const { code, stderr } = await startToTheEnd({}, "-c", setting);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/ at .*lib\//);
    expect(code).toBe(1);
  });
});

describe.concurrent("the usage is shown", () => {
  test.each([
    ["--help", 0, "stdout"],
    ["--nothing-like-that", 1, "stderr"],
  ] as const)("for %s, with exit code %i, on %s", async (argument, expectedCode, stream) => {
    const { code, ...output } = await startToTheEnd({}, argument);
    expect(output[stream]).toContain("npm start [-- [-c NAME=VALUE]… [--data DIR]]");
    for (const variable of [
      "PORT",
      "WECHAT_PORT",
      "AWS_PORT",
      "WECHAT_APP_ID",
      "WECHAT_APP_SECRET",
      "WECHAT_BASE_URL",
    ]) {
      expect(output[stream]).toContain(variable);
    }
    expect(code).toBe(expectedCode);
  });
});
