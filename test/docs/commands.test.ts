import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { openPort } from "../../local/port.ts";
import { sample } from "../../local/sample.ts";
import { textOf } from "../support/chinese-pages.ts";
import { runHere } from "../support/operator.ts";
import { commandsIn, type PageCommand, pageCommands } from "../support/page-commands.ts";
import { addAccount, type StackOnLaptop, startStackOnLaptop, withMore } from "../support/stack-on-laptop.ts";
import { directoryForThisTest } from "../support/temporary-directory.ts";

const root = join(import.meta.dirname, "../..");

/** What is not run below, and why. Each stands on some page. */
const notHere: readonly (readonly [what: RegExp, why: string])[] = [
  [/^aws /, "asks AWS"],
  [/^(topic|group)=\$\(aws /, "asks AWS"],
  [/^npx cdk (deploy|import|diff|bootstrap|destroy)/, "asks AWS"],
  [/^npx cdk synth --quiet$/, "is what the assembly of all tests comes from"],
  [/^(npm ci|npm install .*|git clone …)( && |$)/, "asks a registry, or a host of repositories"],
  [/^npm (start|test)$/, "is this test's own run, and what test/local/start.test.ts starts"],
  [/^npm run bench( |$)/, "takes minutes; test/bench runs its parts"],
  [/^SEED=\d+ npx vitest run test\/proofs\//, "takes minutes, with npm run proofs"],
  [/^read -rs \w+ && (export|printf)/, "is typed at a terminal"],
  [/^WECHAT_APP_ID=\w+ npm start$/, "asks the real WeChat"],
  [/^curl .*'?"?https:\/\/api\.weixin\.qq\.com\//, "asks the real WeChat"],
  [
    /^curl -H "Authorization: Bearer \$SESSION" "\$HTTP_URL/,
    "asks a deployed stack; test/examples deploys it here",
  ],
  [/^logs \w+ \d+[mhd] '\{.*\}'$/, "is run with the lines of real logins by test/flow/metrics.test.ts"],
  [/^logs\(\) \{/, "is run by test/docs/runbook.test.ts"],
  [/^(export )?\w+=[\w.:-]+( \w+=[\w.-]+)*$/, "sets a variable"],
];

const all = await pageCommands();
/** test/simulator/documentation.test.ts runs that page. */
const ofSimulator = new Set(
  commandsIn(await textOf("docs/wechat-simulator.md")).map(({ command }) => command),
);

/** The arguments of `weapp-login`, wherever in a line it is called, for a stack of any name. */
function argumentsOf({ command }: PageCommand): string | undefined {
  const [, words] =
    /(?:^|\| )npx (?:--no )?(?:-- )?weapp-login ([^;&|<]*?)\s*(?:$|[;&|<])/.exec(command) ?? [];
  return words?.replace(/--stack \S+/, "--stack NAME");
}

/** What a command line is told, once for all pages that say it. */
const operating = new Set(
  all.flatMap((it) => {
    const words = argumentsOf(it);
    return words === undefined || words.startsWith("wechat") ? [] : [words];
  }),
);
const isLogin = ({ block }: PageCommand) => block.includes("localhost:3000/login");
const isInBackground = ({ block }: PageCommand) => /^npx --no weapp-login wechat .* &$/m.test(block);
const isOfTemplate = ({ command }: PageCommand) => command.startsWith("grep ");
const others = all.filter((it) => {
  const isRun = isLogin(it) || isInBackground(it) || isOfTemplate(it);
  const isOperating = operating.has(argumentsOf(it) ?? "");
  return !isRun && !isOperating && !ofSimulator.has(it.command.replace("npx weapp", "npx --no weapp"));
});

test("commands are found, also where they go over several lines or stand in a sentence", () => {
  const page = [
    "```sh",
    "aws a \\",
    "  --b # c",
    "f() {",
    "  echo # d",
    "}",
    "npm ci    # e",
    "```",
    "```text",
    "$ npx --no weapp-login doctor --local",
    "npx weapp-login sessions list --user u    who",
    "All is well.",
    "```",
    "Run `npx weapp-login doctor --stack NAME`.",
  ].join("\n");
  expect(commandsIn(page).map(({ command }) => command)).toEqual([
    "aws a \\\n  --b",
    "f() {\n  echo\n}",
    "npm ci",
    "npx --no weapp-login doctor --local",
    "npx weapp-login sessions list --user u",
    "npx weapp-login doctor --stack NAME",
  ]);
});

test("every block is one that bash can read", async () => {
  const blocks = [...new Set(all.map(({ block }) => block))];
  expect(blocks.length).toBeGreaterThan(50);
  const script = blocks
    .map((block, index) => `f${index}() {\n${block.replaceAll(/ …$/gm, "")}\n}`)
    .join("\n");
  await promisify(execFile)("bash", ["-n", "-c", script]);
});

describe("of the commands that are not run here", () => {
  test.each(notHere)("%s (%s) stands on a page", (what) => {
    expect(others.filter(({ command }) => steps(command).some((step) => what.test(step)))).not.toEqual([]);
  });

  test("each is listed, with why", () => {
    const unlisted = others.filter(
      ({ command }) => !steps(command).every((step) => notHere.some(([what]) => what.test(step))),
    );
    expect(unlisted.map(({ page, command }) => `${page}: ${command}`)).toEqual([]);
  });

  test("those of npm name a script that there is", async () => {
    const { scripts } = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
    const named = all.flatMap(({ command }) => [
      ...command.matchAll(/npm (?:run )?(start|test|(?<=run )[\w:]+)/g),
    ]);
    expect(named.length).toBeGreaterThan(5);
    for (const [command, name = ""] of named) expect(Object.keys(scripts), command).toContain(name);
  });
});

/** `npm ci && npm start` are two. */
function steps(command: string): string[] {
  return /^(logs|read) /.test(command) ? [command] : command.split(/ && (?=npm |npx )/);
}

const bash = (script: string, cwd?: string) =>
  promisify(execFile)("bash", ["-c", `set -eo pipefail\ncurl() { command curl -f "$@"; }\n${script}`], {
    cwd,
  });

/** The blocks of these commands, each once. */
function blocksOf(commands: readonly PageCommand[]): string[] {
  return [...new Set(commands.map(({ block }) => block))];
}

test.each(blocksOf(all.filter(isOfTemplate)))("finds something in the template: %s", async (block) => {
  const script = block.replace(/^npx cdk .*$/m, "").replace("cdk.out", inject("assembly"));
  expect((await bash(script)).stdout).toMatch(/\S/);
});

test.each(blocksOf(all.filter(isInBackground)))(
  "starts a simulator, asks it and ends it: %s",
  async (block) => {
    const port = await openPort();
    await port.close();
    const program = `npx() { shift 2; exec "${process.execPath}" "${root}/bin/weapp-login.cjs" "$@"; }`;
    const { stdout } = await bash(
      `${program}\n${block.replaceAll("3001", String(port.number))}`,
      await directoryForThisTest(),
    );
    expect(stdout).toContain('"code"');
  },
);

describe("on the local stack", () => {
  const alice = "oZ1OlttHCFiOlq5ETYzQXgx9lEQE";
  const lisi = { username: "lisi", userId: "u_lisi", password: "kept s3cret" };
  let stack: StackOnLaptop;
  let directory: string;
  beforeAll(async () => {
    stack = await startStackOnLaptop({ settings: withMore });
    directory = await mkdtemp(join(tmpdir(), "weapp-login-commands-"));
    await writeFile(join(directory, "staff.csv"), "username,userId,password\nwangwu,u_wangwu,kept s3cret\n");
    await writeFile(
      join(directory, "people.csv"),
      "username,userId,password,phoneNumber\nzhaoliu,u_zhaoliu,kept s3cret,+8613900139009\n",
    );
  }, 120_000);
  afterAll(async () => {
    await rm(directory, { recursive: true, force: true });
    await stack?.close();
  });

  /** Zhang San with the phone number that is spoken of and with Alice's WeChat, and Li Si with none, unless he is to come. */
  async function prepare(words: string): Promise<void> {
    const [phoneNumber = sample.phoneNumber] = words.startsWith("accounts phone lisi")
      ? []
      : (/\+86138\d+/.exec(words) ?? []);
    await stack.admin({ action: "accounts.phone", account: sample.username, phoneNumber });
    if (words.includes(lisi.username)) {
      await stack.admin({ action: "accounts.remove", account: lisi.username });
      if (!words.startsWith("accounts add")) await addAccount(stack.laptop, lisi);
    }
    await stack.admin({ action: "accounts.enable", account: sample.username });
    const of = { userId: sample.userId };
    if (words.startsWith("bindings enable")) {
      await stack.admin({ action: "accounts.disable", account: sample.username });
      await stack.admin({ action: "bindings.remove", of });
      return;
    }
    const { bindings } = await stack.admin({ action: "bindings.find", of });
    if (bindings.length === 1) return;
    await stack.admin({ action: "bindings.allow", of });
    const { username, password } = sample;
    expect(await stack.login({ code: stack.simulator.login("alice"), username, password })).toMatchObject({
      status: 200,
    });
  }

  test("is whom the pages speak of", async () => {
    await prepare("");
    const { bindings } = await stack.admin({ action: "bindings.find", of: { userId: sample.userId } });
    expect(bindings[0].openid).toBe(alice);
  });

  test.each([...operating])("weapp-login %s", async (words) => {
    await prepare(words);
    const args = words
      .replace(/--(stack|local)\b( NAME)?/, `--local ${stack.laptop.awsUrl}`)
      .replace(/\bNAME\b/, sample.username)
      .replace(/\b(SOME_USER|USER_ID)\b/, sample.userId)
      .replace(/\S+\.csv/, (name) => join(directory, name))
      .split(" ");
    const asks =
      /^(accounts (passwd|remove)|bindings remove|sessions revoke|session-key reset|token refresh)/.test(
        words,
      );
    const { exit, stdout, stderr } = await runHere(
      asks && !args.includes("--yes") ? [...args, "--yes"] : args,
      {
        piped: words.startsWith("secret") ? sample.appSecret : sample.password,
      },
    );
    expect({ exit, said: stdout + stderr }).toMatchObject({ exit: words.includes("nobody") ? 1 : 0 });
  });

  test.each(blocksOf(all.filter(isLogin)))("logs in: %s", async (block) => {
    await prepare("");
    const script = block
      .replaceAll(/(http:\/\/)?localhost:3001/g, stack.simulator.url)
      .replaceAll(/(http:\/\/)?localhost:3000/g, stack.laptop.url);
    expect((await bash(script)).stdout).toContain('"sessionId"');
  });
});
