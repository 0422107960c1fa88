import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { exitCodes } from "../../cli/failure.ts";
import { english } from "../../cli/messages/english.ts";
import { operator, runHere } from "../support/operator.ts";

const bothTargets =
  "Say which deployment: --stack NAME for a stack in AWS, or --local for the local stack that `npm start` runs.";

describe("wrong usage", () => {
  test.each([
    ["no deployment", "accounts show lisi", bothTargets],
    [
      "two deployments",
      "accounts show lisi --local --stack X",
      "--local is the local stack: it does not go with --stack.",
    ],
    ["a Region of the laptop", "accounts show lisi --local --region x", "it does not go with --region."],
    ["a laptop that is no URL", "accounts show lisi --local=laptop", "--local takes a URL"],
    ["a laptop without http", "accounts show lisi --local=localhost:3002", "--local takes a URL"],
    ["a laptop without http, apart", "accounts show lisi --local localhost:3002", "--local takes a URL"],
    ["an unknown command", "acounts", "Unknown command 'acounts'. (Did you mean accounts?) See --help."],
    [
      "an unknown option",
      "accounts show lisi --jsn",
      "Unknown option '--jsn'. (Did you mean --json?) See --help.",
    ],
    ["a missing argument", "accounts show --local", "Missing required argument 'account'. See --help."],
    ["nobody", "bindings find --local", "Give either --user or --openid."],
    ["two at once", "sessions list --user a --openid b --local", "Give either --user or --openid."],
    ["an AppId of a userId", "sessions list --user a --app-id b --local", "--app-id goes with --openid"],
    ["no command of a group", "accounts", "Name a command."],
    ["no command at all", "", "Name a command."],
  ])("%s is exit code 2, in text and in JSON", async (_what, line, detail) => {
    const words = line === "" ? [] : line.split(" ");
    const text = await runHere(words);
    expect(text).toMatchObject({ exit: 2, stdout: "" });
    expect(text.stderr).toContain(detail);
    const { exit, stdout, stderr } = await runHere([...words, "--json"]);
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({ error: { code: "usage", detail: expect.stringContaining(detail) } });
  });

  test.each([
    ["as another argument", ["accounts", "add", "lisi", "s3cret!!"]],
    ["as the value of an option", ["accounts", "add", "lisi", "--password=s3cret!!"]],
    ["as the value of an option, apart", ["accounts", "add", "lisi", "--password", "s3cret!!"]],
  ])("a password %s is refused and not repeated", async (_how, words) => {
    for (const more of [[], ["--json"]]) {
      const ran = await runHere([...words, ...more]);
      expect(ran.exit).toBe(2);
      expect(JSON.stringify(ran)).not.toContain("s3cret");
    }
  });
});

describe("the options", () => {
  const account = { username: "--local", userId: "u_1", disabled: false, bindings: [] };

  test("stand before or after the command, and --local takes no command for its URL", async () => {
    for (const words of [
      ["--local", "accounts", "show", "lisi", "--json"],
      ["accounts", "--local", "show", "lisi", "--json"],
    ]) {
      const { stdout } = await runHere(words);
      expect(JSON.parse(stdout).error.detail).toContain("http://localhost:3002");
    }
  });

  test("end at --, so that a name may look like one", async () => {
    const { url, requests } = await operator({ admin: () => ({ account }) });
    expect((await runHere(["--local", url, "accounts", "show", "--", "--local"])).exit).toBe(0);
    expect((await runHere(["--local", url, "accounts", "show", "--", "--json"])).stdout).toMatch(
      "username  --local",
    );
    expect(requests).toEqual(
      ["--local", "--json"].map((name) => ({ action: "accounts.show", account: name })),
    );
  });
});

test("--version is the package's", async () => {
  const manifest = new URL("../../package.json", import.meta.url);
  const { version } = JSON.parse(await readFile(manifest, "utf8"));
  const { exit, stdout } = await runHere(["--version"]);
  expect({ exit, stdout }).toEqual({ exit: 0, stdout: `${version}\n` });
});

describe("--help", () => {
  test("names every command group and every exit code", async () => {
    const { exit, stdout } = await runHere(["--help"]);
    expect(exit).toBe(0);
    const meanings = Object.values(english.help.exitCodes);
    for (const [index, code] of Object.values(exitCodes).entries())
      expect(stdout).toMatch(`${code} `.padEnd(5) + meanings[index]);
    for (const group of ["accounts", "bindings", "sessions", "secret", "doctor"])
      expect(stdout).toMatch(`\n  ${group} `);
  });

  test.each([
    "accounts import",
    "accounts passwd",
    "bindings remove",
    "sessions revoke",
    "secret set",
    "secret rotate",
    "doctor",
  ])("of %s names what it takes, and where it goes", async (line) => {
    const { exit, stdout } = await runHere([...line.split(" "), "--help"]);
    expect(exit).toBe(0);
    expect(stdout).toMatch(`Usage: weapp-login ${line}`);
    expect(stdout).toMatch("--stack <name>");
  });
});
