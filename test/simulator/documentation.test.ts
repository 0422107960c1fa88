import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const page = readFileSync(join(root, "docs/wechat-simulator.md"), "utf8");
const startOfACommand = "npx --no weapp-login wechat";

interface Step {
  readonly line: number;
  readonly commands: string;
  readonly output: string;
}

/** The shell blocks of the page, each with the json or text block that follows it. */
const steps: Step[] = [...page.matchAll(/^```sh\n(.*?)^```\n(?:\n```(?:json|text)\n(.*?)^```)?/gms)].map(
  ({ index, 1: commands = "", 2: output = "" }) => ({
    line: page.slice(0, index).split("\n").length,
    commands,
    output,
  }),
);
const starts = steps.filter(({ commands }) => commands.startsWith(startOfACommand));
const others = steps.filter((step) => !starts.includes(step));

const hasTools = ["bash", "curl", "openssl"].every(
  (tool) => spawnSync(tool, [tool === "openssl" ? "version" : "--version"]).status === 0,
);

describe.skipIf(!hasTools)("docs/wechat-simulator.md", () => {
  const running: { child: ChildProcess; end: Promise<unknown>; errors: Promise<string> }[] = [];
  const ports = new Map<string, number>();
  /** What each step printed, with the page's ports for the real ones. */
  const printed = new Map<Step, string>();

  const toReality = (commands: string) =>
    [...ports].reduce((now, [documented, real]) => now.replaceAll(documented, `127.0.0.1:${real}`), commands);
  const fromReality = (output: string) =>
    [...ports].reduce((now, [documented, real]) => now.replaceAll(`127.0.0.1:${real}`, documented), output);

  async function start({ commands }: Step): Promise<string> {
    // What npx finds is not what is tested here; ports on this machine may be taken.
    const program = [process.execPath, join(root, "bin/weapp-login.cjs")];
    const args = commands.trim().split(" ").slice(3).concat("--port", "0", "--lang", "en");
    const [command = "", ...rest] = [...program, ...args];
    const child = spawn(command, rest, { stdio: ["ignore", "pipe", "pipe"] });
    running.push({ child, end: once(child, "exit"), errors: text(child.stderr) });
    let output = "";
    for await (const chunk of child.stdout.setEncoding("utf8")) {
      output += chunk;
      if (output.includes("Ctrl-C ends it.\n")) break;
    }
    const documented = / --port (\d+)/.exec(commands)?.[1] ?? "3001";
    ports.set(`127.0.0.1:${documented}`, Number(/127\.0\.0\.1:(\d+)/.exec(output)?.[1]));
    return output;
  }

  beforeAll(async () => {
    const outputs = await Promise.all(starts.map(start));
    for (const [index, step] of starts.entries()) printed.set(step, fromReality(outputs[index] ?? ""));
    const mark = "-- end of a block --";
    const script = others.map(({ commands }) => `${toReality(commands)}\necho '${mark}'`).join("\n");
    const bash = spawn("bash", ["-c", script], { stdio: ["ignore", "pipe", "inherit"] });
    const blocks = (await text(bash.stdout)).split(`${mark}\n`);
    for (const [index, step] of others.entries()) printed.set(step, fromReality(blocks[index] ?? ""));
  });

  afterAll(async () => {
    for (const { child } of running) child.kill("SIGINT");
    expect(await Promise.all(running.map(({ end }) => end))).toEqual(running.map(() => [0, null]));
    const quoted = [...page.matchAll(/^> (.*\n)/gm)].map(([, line]) => line).join("");
    expect((await Promise.all(running.map(({ errors }) => errors))).join("")).toBe(quoted);
  });

  test("has its shell lines with their outputs in blocks that are found here", () => {
    expect(steps.length).toBe([...page.matchAll(/^```sh$/gm)].length);
    expect(steps.filter(({ output }) => output !== "").length).toBe(
      [...page.matchAll(/^```(json|text)$/gm)].length,
    );
    expect(starts).toHaveLength(2);
  });

  test.each(steps)("line $line prints what the page says", (step) => {
    const shown = printed.get(step)?.trim() ?? "";
    if (!matches(shown, step.output.trim())) expect(shown).toBe(step.output.trim());
  });

  test("names every control", async () => {
    const [, real] = [...ports][0] ?? [];
    const { controls }: { controls: { call: string }[] } = JSON.parse(
      await (await fetch(`http://127.0.0.1:${real}/_sim/`)).text(),
    );
    const documented = [...page.matchAll(/^\| `((?:GET|POST|DELETE) \/_sim\S*)`/gm)].map(([, call]) => call);
    expect(documented.sort()).toEqual(controls.map(({ call }) => call).sort());
  });
});

/** Whether the output is the expected one, in which `…` stands for anything, on a line of its own for any lines. */
function matches(shown: string, expected: string): boolean {
  const pattern = RegExp.escape(expected)
    .replaceAll(/(?<=^|\\n)…(?=$|\\n)/g, "[^]+")
    .replaceAll("…", "[^\\n]+?");
  return new RegExp(`^${pattern}$`).test(shown);
}
