import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { textOf } from "../support/chinese-pages.ts";

const page = await textOf("docs/runbook.md");
/** Each section with its heading. */
const sections = page.split(/^(?=##+ )/m).slice(1);
const first = "## Paste this first\n";

test("begins with what every other section needs", () => {
  expect(sections[0]?.startsWith(first)).toBe(true);
});

test.each(
  sections
    .filter((section) => !section.startsWith(first) && /\$stack\b|\blogs [A-Z]/.test(section))
    .map((section) => [/^##+ (.*)$/m.exec(section)?.[1] ?? "", section]),
)("%s says where that is to whoever arrives there", (_, section) => {
  expect(section).toContain("](#paste-this-first)");
});

describe("`logs`", () => {
  const [block = "", ofVersion1 = ""] = [...page.matchAll(/^```sh\n(.*?)^```/gms)]
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
      "logs",
      "tail",
      "the-group",
      "--since",
      "30m",
      "--format",
      "short",
      "--filter-pattern",
      pattern,
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
