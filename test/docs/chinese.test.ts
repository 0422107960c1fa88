import { readdir } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { messageFor } from "../../client/messages.ts";
import { errors } from "../../contract/errors.ts";
import { chinesePages, filesIn, names, pageOf, textOf } from "../support/chinese-pages.ts";

describe("README.zh-CN.md", () => {
  const lines = chinesePages.get("README.zh-CN.md")?.split("\n") ?? [];

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
  const there = (await readdir(new URL("../../docs/zh-CN/", import.meta.url))).filter(
    (name) => name !== "README.md",
  );
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

  test("has no code that is none", () => {
    const codes = [...rows].filter(([, cells]) => cells.length === 3).map(([code]) => code);
    expect(codes.toSorted()).toEqual(messages.map(([, code]) => code).toSorted());
  });

  test("is read out of the sources as the SDK says it", () => {
    const [, code = "", message] = messages.find(([, code]) => code === "invalid_code") ?? [];
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
    const actions = [...(await textOf("docs/admin-function.md")).matchAll(/^\| `(\w+\.\w+)` \|/gm)].map(
      ([, name]) => name,
    );
    expect(actions.length).toBeGreaterThan(10);
    for (const action of actions) expect(pageOf("reference")).toContain(`\`${action}\``);
  });
});

/** What is read as a sentence: no code, no address, no picture's file. */
function prose(text: string): string {
  return text
    .replaceAll(/^ *```[\s\S]*?^ *```/gm, "")
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

describe.each([...chinesePages])("%s", (_, text) => {
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
    const words = prose(text);
    expect(words.match(/.*\p{Script=Han}[`\]*]*([,;:!?()]|\.(?!\w)).*/gu) ?? []).toEqual([]);
    expect(words.match(/.*[,;:!?(][`[*]*\p{Script=Han}.*/gu) ?? []).toEqual([]);
    expect(words.match(/.*(\p{Script=Han}[A-Za-z0-9`]|[A-Za-z0-9`]\p{Script=Han}).*/gu) ?? []).toEqual([]);
  });
});
