import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { request } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { messageFor } from "../../client/messages.ts";
import { errors } from "../../contract/errors.ts";
import { openPort } from "../../local/port.ts";
import { runHere } from "../support/operator.ts";

const root = new URL("../../", import.meta.url);
const names = ["quick-start", "how-it-works", "mini-program", "backend", "deploy", "operate", "reference"];
const chinese = ["README.zh-CN.md", "docs/zh-CN/README.md", ...names.map((name) => `docs/zh-CN/${name}.md`)];
const pages = new Map(await Promise.all(chinese.map(async (page) => [page, await textOf(page)] as const)));
const pageOf = (name: string) => pages.get(`docs/zh-CN/${name}.md`) ?? "";

function textOf(page: string): Promise<string> {
  return readFile(new URL(page, root), "utf8");
}

async function filesIn(folder: string, name: RegExp): Promise<string[]> {
  const files = await readdir(new URL(folder, root), { recursive: true });
  return files.filter((file) => name.test(file) && !file.includes("zh-CN")).map((file) => `${folder}${file}`);
}

describe("README.zh-CN.md", () => {
  const lines = pages.get("README.zh-CN.md")?.split("\n") ?? [];

  test.each(["npm ci && npm start", "npm ci && npm test"])("has `%s` on its first screen", (command) => {
    expect(lines.slice(0, 40).filter((line) => line.startsWith(`${command} `))).toHaveLength(1);
  });

  test("has at most 150 lines", () => {
    expect(lines.length).toBeLessThanOrEqual(150);
  });
});

test("the index links to every page, in the order in which they are read", async () => {
  const linked = [...pageOf("README").matchAll(/^\d\. \[.*?\]\((.*?)\)/gm)].map(([, target]) => target);
  expect(linked).toEqual(names.map((name) => `${name}.md`));
  const there = (await readdir(new URL("docs/zh-CN/", root))).filter((name) => name !== "README.md");
  expect(there.toSorted()).toEqual(linked.toSorted());
});

/** The cells of each row whose first cell is a name in backquotes, by that name. */
function rowsOf(page: string): ReadonlyMap<string, readonly string[]> {
  const rows = [...page.matchAll(/^\| (`[^|]+`) \| (.*) \|$/gm)];
  return new Map(rows.map(([, name = "", rest = ""]) => [name.replaceAll("`", ""), rest.split(" | ")]));
}

describe("the table of errors", async () => {
  const rows = rowsOf(pageOf("mini-program"));
  const sources = await Promise.all((await filesIn("client/", /\.ts$/)).map(textOf));
  const messages = sources.flatMap((source) => [
    ...source.matchAll(/^ {2,4}(\w+): \[\s*"([^"]*\p{Script=Han}[^"]*)",/gmu),
  ]);

  test("every code of the server has a message", () => {
    const codes = messages.map(([, code]) => code);
    expect(Object.keys(errors).filter((code) => !codes.includes(code))).toEqual([]);
    expect(codes.length).toBeGreaterThan(Object.keys(errors).length);
  });

  test.each(messages.map(([, code = "", message = ""]) => [code, message]))("%s: %s", (code, message) => {
    expect(rows.get(code)?.[0]).toBe(message);
  });

  test("is read out of the sources as the SDK says it", () => {
    const [, code = "", message] = messages[0] ?? [];
    expect(messageFor(code, "zh")).toBe(message);
  });
});

describe("the reference", () => {
  const rows = rowsOf(pageOf("reference"));

  test.each(Object.entries(errors))("has the status and the action of %s", (code, { status, action }) => {
    expect(rows.get(code)).toEqual([String(status), `\`${action}\``]);
  });

  test("has every setting of the English page, with its prop", async () => {
    const settings = rowsOf(await textOf("docs/settings.md"));
    expect(settings.size).toBeGreaterThan(20);
    for (const [name, [prop]] of settings) expect(rows.get(name)?.[0], name).toBe(prop);
  });

  test("has every action of the admin function", async () => {
    const [, table = ""] = (await textOf("docs/admin-function.md")).split("| action | does |");
    const [, refusals = ""] = table.split("\n\n");
    const actions = [...table.replace(refusals, "").matchAll(/^\| `(\w+\.\w+)`/gm)].map(([, name]) => name);
    expect(actions.length).toBeGreaterThan(10);
    for (const action of actions) expect(pageOf("reference")).toContain(`\`${action}\``);
  });
});

function withoutBlocks(text: string): string {
  return text.replaceAll(/^ *```[\s\S]*?^ *```/gm, "");
}

/** What is read as a sentence: no code, no address, no picture's file. */
function prose(text: string): string {
  return withoutBlocks(text)
    .replaceAll(/`[^`\n]*`/g, "`")
    .replaceAll(/!?\[([^\]]*)\]\([^)\s]*\)/g, "[$1]");
}

/** Names, and what WeChat's and AWS's own Chinese pages leave in Latin letters. */
const latin = new Set(
  `ACM API ARN AWS AppID AppSecret CDK CI CLI CSV CloudWatch Cognito CommonJS Ctrl-C DynamoDB E.164 ES
  English Excel GET Gateway H5 HEAD HTTP HTTPS Host IAM ICP ID IP ISO JSON KB KMS Lambda MD5 Manager NAT
  Node REST RFC SDK SIM SNS Secrets SessionId TLS Taro TypeScript UTC UTF-8 argon2id arm64 authorizer
  bcrypt cloudflared code commander errno frp iOS id ngrok npm request scrypt uni-app vitest weapp-login
  web-view ApiFails AuthorizerFails FunctionsThrottled Lockouts LoginsFail LoginsSlow MustLook
  TablesThrottled WeChatBusy WeChatQuotaExhausted WeChatRateLimited WeChatTimeout WeChatUnavailable
  WeChatUserBlocked Docker Java Promise`.split(/\s+/),
);

describe.each([...pages])("%s", (page, text) => {
  test("says everything in Chinese", () => {
    const paragraphs = prose(text)
      .split(/\n\s*\n|\n(?=- |\d+\. )/)
      .filter((each) => each.trim() !== "" && !each.startsWith("#"));
    expect(paragraphs.filter((each) => !/\p{Script=Han}/u.test(each))).toEqual([]);
  });

  test("has no English word that is not a name", () => {
    const words = prose(text).match(/(?<!\w)[A-Za-z](?:[\w.-]*\w)?/g) ?? [];
    const pageNames = /\.(md|yaml)$/;
    expect(words.filter((word) => !latin.has(word) && !pageNames.test(word))).toEqual([]);
  });

  test("has Chinese punctuation, and a blank between Chinese and Latin", () => {
    const text = prose(pages.get(page) ?? "");
    expect(text.match(/.*\p{Script=Han}[`\]*]*([,;:!?()]|\.(?!\w)).*/gu) ?? []).toEqual([]);
    expect(text.match(/.*[,;:!?(][`[*]*\p{Script=Han}.*/gu) ?? []).toEqual([]);
    expect(text.match(/.*(\p{Script=Han}[A-Za-z0-9`]|[A-Za-z0-9`]\p{Script=Han}).*/gu) ?? []).toEqual([]);
  });
});

/** Lines of code as they are typed, without what only people read. */
function codeIn(text: string, languages: RegExp): string[] {
  const blocks = [...text.matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```/gm)];
  return blocks
    .filter(([, language = ""]) => languages.test(language))
    .flatMap(([, , block = ""]) => block.split("\n"))
    .map((line) => line.replace(/(^|\s)(\/\/|#) .*$/, "").trim())
    .filter((line) => line !== "" && !/^[{}()[\];,]+$/.test(line));
}

/** What is there in Chinese only: a phone against the local stack, and examples of what the types say. */
const onlyInChinese = new Set([
  ...codeIn(pageOf("mini-program"), /^js$/).slice(
    codeIn(pageOf("mini-program"), /^js$/).findIndex((line) => line.includes("node:http")),
  ),
  "read -rs WECHAT_APP_SECRET && export WECHAT_APP_SECRET",
  "WECHAT_APP_ID=wx0123456789abcdef npm start",
  // Until the English pages have them.
  '<button open-type="getPhoneNumber|agreePrivacyAuthorization" bindgetphonenumber="onPhone">手机号快捷登录</button>',
  'const { bindPhone } = require("weapp-login-client/phone");',
  "async onPhone({ detail }) {",
  "await bindPhone(login, detail);",
  'wx.reLaunch({ url: "/pages/home/index" });',
  'this.setData({ message: messageFor(error.code, "zh") });',
  'const { openData } = require("weapp-login-client/open-data");',
  "const { stepInfoList } = await openData(login, () => wx.getWeRunData());",
  "login.grantAccessToken(messages);",
  'import { accessToken } from "weapp-login/access-token";',
  "const token = await accessToken();",
  "const another = await accessToken({ refused: token });",
  "npx weapp-login accounts phone zhangsan +8613800138000 --stack NAME",
  "npx weapp-login bindings allow --phone +8613800138000 --stack NAME",
]);

describe("code", async () => {
  const others = [
    "README.md",
    ...(await filesIn("docs/", /\.md$/)),
    ...(await filesIn("examples/", /\.(md|js)$/)),
  ];
  const english = new Set(
    (await Promise.all(others.map(textOf))).flatMap((text) => [
      ...codeIn(text, /^(sh|js|ts|xml)?$/),
      ...text.split("\n").map((line) => line.trim()),
    ]),
  );
  const lines = [...pages].flatMap(([page, text]) =>
    codeIn(text, /^(sh|js|ts|xml)$/).map((line) => [page, line] as const),
  );
  const commands = lines.filter(
    ([, line]) => line.startsWith("npx weapp-login ") && !onlyInChinese.has(line),
  );

  test("is the same as on the English pages", () => {
    const typed = lines.filter((line) => !commands.includes(line));
    expect(typed.length).toBeGreaterThan(40);
    expect(typed.filter(([, line]) => !english.has(line) && !onlyInChinese.has(line))).toEqual([]);
  });

  test.each(commands)("%s: %s", async (_, line) => {
    const words = line.split(" ").slice(2);
    const path = words.slice(0, words[0] === "doctor" || words[0] === "wechat" ? 1 : 2);
    const { stdout } = await runHere([...path, "--help"]);
    expect(stdout).toContain(`Usage: weapp-login ${path.join(" ")} `);
    for (const option of words.filter((word) => word.startsWith("--"))) expect(stdout).toContain(option);
  });
});

test("a phone reaches the local stack through what the page says", async () => {
  const local = await openPort();
  onTestFinished(local.close);
  local.serve((_, response) => response.writeHead(418).end("the API"));
  const [, source = ""] = /```js\n(import \{ createServer[\s\S]*?)```/.exec(pageOf("mini-program")) ?? [];
  const script = source
    .replaceAll("3000", String(local.number))
    .replace(".listen(8080)", ".listen(0, function () { console.log(this.address().port); })");
  const forwarder = spawn(process.execPath, ["--input-type=module", "-"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  onTestFinished(() => {
    forwarder.kill();
  });
  forwarder.stdin.end(script);
  const [port] = await once(forwarder.stdout, "data");

  expect(await statusAt(local.number, "192.168.1.10:8080")).toBe(403);
  expect(await statusAt(Number(port), "192.168.1.10:8080")).toBe(418);
});

async function statusAt(port: number, host: string): Promise<number | undefined> {
  const asked = request({ port, method: "POST", path: "/login", headers: { host } });
  asked.end("{}");
  const [answer] = await once(asked, "response");
  answer.resume();
  return answer.statusCode;
}
