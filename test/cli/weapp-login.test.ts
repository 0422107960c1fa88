import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, onTestFinished, test } from "vitest";
import { type FakeAws, type FakeAwsOptions, fakeAws } from "../support/fake-aws.ts";
import { directoryForThisTest } from "../support/temporary-directory.ts";

const bin = join(import.meta.dirname, "../../bin/weapp-login.cjs");
const oldNode = ["--require", join(import.meta.dirname, "../support/old-node.cjs")];
const environment = {
  PATH: process.env.PATH,
  AWS_CONFIG_FILE: "/dev/null",
  AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
};
const account = { username: "lisi", userId: "u_1", disabled: false, bindings: [] };
const password = "never seen again";

async function awsForThisTest(options: FakeAwsOptions): Promise<FakeAws> {
  const aws = await fakeAws(options);
  onTestFinished(aws.close);
  return aws;
}

function start(node: readonly string[], args: readonly string[], more: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [...node, bin, ...args], { env: { ...environment, ...more } });
  onTestFinished(() => void child.kill("SIGKILL"));
  const ended: Promise<[number | null, NodeJS.Signals | null]> = Promise.all([
    once(child, "exit"),
    once(child, "close"),
  ]).then(([[code, signal]]) => [code, signal]);
  const stdout = text(child.stdout);
  const stderr = text(child.stderr);
  return { child, ran: async () => ({ end: await ended, stdout: await stdout, stderr: await stderr }) };
}

describe.each([
  ["on this Node", []],
  ["on an older Node, with the one that npm brought along", oldNode],
])("the command %s", (_on, node) => {
  test("reads the password from the pipe, and does not show it", async () => {
    const aws = await awsForThisTest({ admin: () => ({ account }) });
    const { child, ran } = start(node, ["accounts", "add", "lisi", "--json", "--local", aws.url]);
    child.stdin.end(`${password}\n`);
    const { end, stdout, stderr } = await ran();
    expect({ end, stderr }).toEqual({ end: [0, null], stderr: "" });
    expect(JSON.parse(stdout)).toEqual({ account });
    expect(aws.requests).toEqual([{ action: "accounts.add", username: "lisi", password }]);
    expect(stdout).not.toContain(password);
  });

  test("ends with 130 after Ctrl-C in an import, and says how to continue", async () => {
    const busy = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const aws = await awsForThisTest({
      admin: async () => {
        busy.resolve();
        await released.promise;
        return null;
      },
    });
    const file = join(await directoryForThisTest(), "accounts.csv");
    await writeFile(file, "username,userId,password\nlisi,u_1,long enough\n");
    const { child, ran } = start(node, ["accounts", "import", file, "--local", aws.url]);
    await busy.promise;
    interrupt(child);
    const { end, stderr } = await ran();
    released.resolve();
    expect(end).toEqual([130, null]);
    expect(stderr).toMatch(/^Interrupted after 0 of 1 row .* Run the same command again to continue/);
  });
});

test("--local alone finds the laptop where `npm start` puts it, whatever port it was given", async () => {
  const aws = await awsForThisTest({ admin: () => ({ account }) });
  const port = Number(new URL(aws.url).port);
  for (const more of [{ AWS_PORT: String(port) }, { PORT: String(port - 2) }]) {
    const { end } = await start([], ["accounts", "show", "lisi", "--local"], more).ran();
    expect(end).toEqual([0, null]);
  }
  expect(aws.requests).toHaveLength(2);
});

/** As a terminal and npm do: twice. */
function interrupt(child: ChildProcess): void {
  child.kill("SIGINT");
  child.kill("SIGINT");
}

test("a command that is ended by a signal ends so on an older Node, too", async () => {
  const busy = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  const aws = await awsForThisTest({
    admin: async () => {
      busy.resolve();
      await released.promise;
      return null;
    },
  });
  const { child, ran } = start(oldNode, ["accounts", "show", "lisi", "--local", aws.url]);
  await busy.promise;
  child.kill("SIGTERM");
  const { end } = await ran();
  released.resolve();
  expect(end).toEqual([null, "SIGTERM"]);
});

test("Ctrl-C ends a command that waits for a pipe which says nothing", async () => {
  const described = Promise.withResolvers<void>();
  const aws = await awsForThisTest({
    intercept: () => {
      described.resolve();
      return undefined;
    },
  });
  const { child, ran } = start([], ["accounts", "add", "lisi", "--local", aws.url]);
  await described.promise;
  interrupt(child);
  expect(await ran()).toMatchObject({ end: [130, null], stderr: expect.stringMatching("Interrupted") });
  expect(aws.requests).toEqual([]);
});

const hasScript =
  spawnSync("script", ["--version"], { encoding: "utf8" }).stdout?.includes("util-linux") ?? false;

describe.skipIf(!hasScript)("at a terminal", () => {
  /** The command on a pseudo terminal; types each answer at the sight of its question. */
  async function atTerminal(args: readonly string[], answers: readonly [question: string, answer: string][]) {
    const command = [process.execPath, bin, ...args].map((word) => `'${word}'`).join(" ");
    const child = spawn("script", ["-qefc", command, "/dev/null"], { env: environment });
    onTestFinished(() => void child.kill("SIGKILL"));
    let screen = "";
    const left = [...answers];
    child.stdout.setEncoding("utf8").on("data", (shown: string) => {
      screen += shown;
      const [question, answer] = left[0] ?? [];
      if (question === undefined || !screen.includes(question)) return;
      left.shift();
      child.stdin.write(answer);
    });
    const [code] = await once(child, "close");
    return { code, screen: screen.replaceAll("\r\n", "\n") };
  }

  test("a password is asked for twice and stays hidden", async () => {
    const aws = await awsForThisTest({ admin: () => ({ account }) });
    const { code, screen } = await atTerminal(
      ["accounts", "add", "lisi", "--local", aws.url],
      [
        ["New password of lisi: ", `${password}\r`],
        ["The same again: ", `${password}\r`],
      ],
    );
    expect({ code, screen }).toEqual({
      code: 0,
      screen: "New password of lisi: \nThe same again: \nAdded lisi (userId u_1).\n",
    });
    expect(aws.requests).toEqual([{ action: "accounts.add", username: "lisi", password }]);
  });

  test("Ctrl-C at the prompt ends with 130", async () => {
    const aws = await awsForThisTest({});
    const { code, screen } = await atTerminal(
      ["secret", "set", "--local", aws.url],
      [["AppSecret: ", "0123\u0003"]],
    );
    expect({ code, screen }).toEqual({ code: 130, screen: "AppSecret: \nInterrupted.\n" });
  });
});
