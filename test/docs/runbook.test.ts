import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { type Rule, rules } from "../../lib/monitoring/rules.ts";
import { pageOf, textOf } from "../support/chinese-pages.ts";

const english = await textOf("docs/runbook.md");
const chinese = pageOf("runbook");
const logsCommands = (page: string) =>
  [...page.matchAll(/logs \w+ \d+[mhd] '\{.+?\}'/g)].map(([command]) => command);

describe.each([
  ["docs/runbook.md", english, "Paste this first", "paste-this-first"],
  ["docs/zh-CN/runbook.md", chinese, "先粘贴这一段", "先粘贴这一段"],
])("%s", (_page, text, first, anchor) => {
  /** Each with its heading. */
  const sections = text.split(/^(?=##+ )/m).slice(1);

  test("begins with what every other section needs", () => {
    expect(sections[0]?.startsWith(`## ${first}\n`)).toBe(true);
  });

  test.each(
    sections
      .slice(1)
      .filter((section) => /\$stack\b|\blogs [A-Z]/.test(section))
      .map((section) => [/^##+ (.*)$/m.exec(section)?.[1] ?? "", section]),
  )("%s says where that is to whoever arrives there", (_, section) => {
    expect(section).toContain(`](#${anchor})`);
  });

  test("has each alarm under its own name, which is the anchor that the alarm's text has", () => {
    const headings = [...text.matchAll(/^### (\w+)$/gm)].map(([, heading]) => heading);
    expect(headings).toEqual(Object.keys(rules));
  });

  test.each(Object.entries<Rule>(rules))("has the threshold of %s in its table", (name, { threshold }) => {
    const row = text.split("\n").find((line) => line.startsWith(`| [${name}](#${name.toLowerCase()})`));
    expect(row).toContain(String(threshold).replace(/000$/, " 000"));
  });
});

test("both pages look for the same lines", () => {
  expect(new Set(logsCommands(chinese))).toEqual(new Set(logsCommands(english)));
});

describe("`logs`", () => {
  const [block = "", ofVersion1 = ""] = [...english.matchAll(/^```sh\n(.*?)^```/gms)]
    .map(([, commands = ""]) => commands)
    .filter((commands) => commands.includes("logs() {"));
  /** Finds one log group, and prints what else it is asked. */
  const aws = `aws() { if [ $1 = cloudformation ]; then echo '"the-group"'; else printf '%s\\n' "$@"; fi; }`;
  const pattern = "{ $.message.status >= 500 }";
  const asked = async (commands: string) => {
    const { stdout } = await promisify(execFile)("bash", [
      "-c",
      `${aws}\n${commands}\nlogs Login 30m '${pattern}'`,
    ]);
    return stdout.trimEnd().split("\n");
  };

  test("asks for the lines of one group since then", async () => {
    expect(await asked(block)).toEqual([
      ...["logs", "tail", "the-group", "--since", "30m", "--format", "short"],
      ...["--filter-pattern", pattern],
    ]);
  });

  test("asks what version 1 of the AWS CLI has for those of the last day", async () => {
    const words = await asked(`stack=WeappLogin\n${ofVersion1}`);
    const since = Number(words[words.indexOf("--start-time") + 1]);
    expect(Math.abs(Date.now() - 86_400_000 - since)).toBeLessThan(600_000);
    expect(words.slice(0, 4)).toEqual(["logs", "filter-log-events", "--log-group-name", "the-group"]);
    expect(words).toContain(pattern);
  });
});
