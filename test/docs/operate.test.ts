import { expect, test } from "vitest";
import { pageOf, textOf } from "../support/chinese-pages.ts";
import { runHere } from "../support/operator.ts";

/** Every command of the command line that changes or shows something, as it is typed: `accounts add`. */
async function commands(): Promise<string[]> {
  const below = async (...path: string[]) => {
    const { stdout } = await runHere([...path, "--help"]);
    const [, list = ""] = /^Commands:\n([\s\S]*)/m.exec(stdout) ?? [];
    return [...list.matchAll(/^ {2}([a-z-]+) /gm)].flatMap(([, name = ""]) =>
      name === "help" ? [] : [name],
    );
  };
  const paths = (await below()).map(async (group) => {
    const names = await below(group);
    return names.length === 0 ? [group] : names.map((name) => `${group} ${name}`);
  });
  return (await Promise.all(paths)).flat();
}

/** Not for whoever operates a deployment, or on a page of its own, which this one links to. */
const elsewhere = ["wechat", "session-key check"];

test("both pages on operating say when to use each command", async () => {
  const [english, chinese] = [await textOf("docs/operate.md"), pageOf("operate")];
  const all = (await commands()).filter((command) => !elsewhere.includes(command));
  expect(all.length).toBeGreaterThan(15);
  expect(all.filter((command) => !english.includes(command))).toEqual([]);
  expect(all.filter((command) => !chinese.includes(command))).toEqual([]);
});
