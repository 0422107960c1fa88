import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { chinese } from "../../cli/messages/chinese.ts";
import { english } from "../../cli/messages/english.ts";
import { messagesFor } from "../../cli/messages/languages.ts";
import { adminRefusals } from "../../contract/operator-actions.ts";
import { badlySetIn, englishWordsIn } from "../support/chinese-text.ts";
import { expiring, healthy } from "../support/healthy-deployment.ts";
import { operator, runHere } from "../support/operator.ts";
import { directoryForThisTest } from "../support/temporary-directory.ts";

/** Names of fields, environment variables, files, AWS's actions, and words that stand for a value. */
const words =
  `openid unionid errcode appId userId username password passwordHash phoneNumber session_key zh en
  doctor docs wechat simulator access-tokens runbook secret made-up acme LANG NAME URL APPID SECRET
  OWNER aws config cdk.json context.appId cloudformation DescribeStacks lambda InvokeFunction Invoke CloudFormation
  api.weixin.qq.com mp.weixin.qq.com not_configured invalid_code OpenSSL Node.js DomainTarget VPC DNS
  v E`.split(/\s+/);
const names = new RegExp(`^(${words.join("|")}|wx\\w+|[A-Z]+_[A-Z_]+|https)$`);

describe("the language", () => {
  test.each([
    ["zh_CN.UTF-8", [], chinese],
    ["zh", [], chinese],
    ["zh-Hans", [], chinese],
    ["zha_CN", [], english],
    ["en_US.UTF-8", [], english],
    ["C.UTF-8", [], english],
    ["", [], english],
    [undefined, [], english],
    ["en_US.UTF-8", ["accounts", "--lang", "zh"], chinese],
    ["zh_CN.UTF-8", ["--lang=en"], english],
    ["zh_CN.UTF-8", ["--lang", "constructor"], chinese],
    ["zh_CN.UTF-8", ["--lang"], chinese],
  ])("of the locale %s with %j", (locale, options, messages) => {
    expect(messagesFor(options, locale)).toBe(messages);
  });

  test("that there are no messages in is wrong usage", async () => {
    const { run, requests } = await operator();
    const { exit, stderr } = await run(["accounts", "show", "lisi", "--lang", "de"]);
    expect({ exit, stderr }).toEqual({ exit: 2, stderr: "--lang takes zh or en.\n" });
    expect(requests).toEqual([]);
  });

  test("changes no key and no code of JSON", async () => {
    const admin = () => ({ refused: "invalid_request", detail: "username must be text." });
    const { run } = await operator({ admin });
    const { exit, stdout } = await run(["accounts", "show", "lisi", "--json"], { locale: "zh_CN.UTF-8" });
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      error: { code: "invalid_request", detail: "请求有误。（username must be text.）" },
    });
  });

  test("is that of help", async () => {
    const { stdout } = await runHere(["sessions", "revoke", "--help"], { locale: "zh_CN.UTF-8" });
    expect(stdout).toMatch("用法： weapp-login sessions revoke [选项]");
    expect(stdout).toMatch("全局选项：");
    expect(stdout).not.toMatch(/Usage|Options|Commands|display/);
  });

  test.each([
    ["acounts", "没有这个命令：acounts（是不是 accounts？）。用 --help 查看用法。\n"],
    ["accounts show --local", "缺少参数：account。用 --help 查看用法。\n"],
    ["accounts show lisi --locl", "没有这个选项：--locl（是不是 --local？）。用 --help 查看用法。\n"],
    ["session-key check --local", "缺少选项：--openid <openid>。用 --help 查看用法。\n"],
  ])("is that of what the parser refuses: %s", async (line, text) => {
    expect((await runHere(line.split(" "), { locale: "zh_CN.UTF-8" })).stderr).toBe(text);
  });
});

const inChinese = { locale: "zh_CN.UTF-8" };

describe("in Chinese", () => {
  test.each(Object.keys(adminRefusals))(
    "the refusal %s is told without its English words",
    async (refused) => {
      const detail = "There is a field of this name. Run it again.";
      const { run } = await operator({ admin: () => ({ refused, detail }) });
      const { stderr } = await run(["accounts", "add", "lisi"], { ...inChinese, piped: "long enough" });
      expect(stderr.replace(`（${detail}）`, "")).toMatch(/^[^A-Za-z]*\p{Script=Han}/u);
      expect(englishWordsIn(stderr.replace(`（${detail}）`, "").replaceAll(/`[^`]*`/g, ""), names)).toEqual(
        [],
      );
    },
  );

  test("doctor says what it found and what to do, and its checks keep their names in JSON", async () => {
    const view = healthy({
      secrets: [{ appId: "wx0123456789abcdef", state: "placeholder" }],
      tables: [expiring("Sessions", { timeToLive: "off" })],
    });
    const { run } = await operator({ admin: () => view });
    const typing = { ...inChinese, now: () => Date.parse(view.now) };
    const { stdout } = await run(["doctor"], typing);
    expect(stdout).toMatch(
      /✗ wx0123456789abcdef 的 AppSecret {2}还是占位内容，登录会返回 not_configured。处理办法：在 .*里重置（只显示一次），再执行 `npx/,
    );
    expect(stdout).toMatch(/\n✓ 微信 +函数访问 https:\/\/api\.weixin\.qq\.com，43 毫秒有响应\n/);
    expect(stdout).toMatch(/\n– 登录 +没有检查：先解决「wx0123456789abcdef 的 AppSecret」\n/);
    expect(stdout).toMatch(/\n\n发现 \d 个问题。\n$/);
    const names = (text: string): string[] =>
      JSON.parse(text).checks.map(({ check, state }: Record<string, string>) => `${check} ${state}`);
    const inJson = await run(["doctor", "--json"], typing);
    const english = await run(["doctor", "--json", "--lang", "en"], typing);
    expect(names(inJson.stdout)).toEqual(names(english.stdout));
    expect(names(inJson.stdout)).toContain("AppSecret of wx0123456789abcdef problem");
  });

  test("a failure that stops doctor is divided into what was found and what to do", async () => {
    const { stdout } = await runHere(["doctor", "--json", "--local", "http://127.0.0.1:9"], inChinese);
    expect(JSON.parse(stdout).checks[0]).toEqual({
      check: "credentials and Region",
      state: "problem",
      found: "http://127.0.0.1:9 没有响应（ECONNREFUSED）",
      todo: "请在另一个终端里执行 `npm start`，或者用 --local URL 指定地址",
    });
  });

  test("an import names bad rows and counts", async () => {
    const path = join(await directoryForThisTest(), "accounts.csv");
    await writeFile(path, "username,userId,password\n,u_1,long enough\nlisi,u_2,long enough\nlisi,u_3,x\n");
    const { run } = await operator({ admin: () => ({ results: [{ result: "added" }] }) });
    expect((await run(["accounts", "import", path], inChinese)).stdout).toBe(
      [
        "         用户名  原因",
        "第 2 行          username 是空的",
        "第 4 行  lisi    用户名与第 3 行重复",
        "",
        "共 3 行，用时 0 秒：新增 1，未变 0，有误 2。",
        "",
      ].join("\n"),
    );
  });
});

/** The texts that are the same by themselves, or put together of others. */
const wordless = ["doctor.names.AppSecret", "failures.sentences", "results.userId", "results.openid"];

/** Every message by its path. */
function messagesIn(part: object, path: string): [path: string, message: unknown][] {
  return Object.entries(part).flatMap(([name, value]: [string, unknown]) => {
    const here = path === "" ? name : `${path}.${name}`;
    return typeof value === "object" && value !== null
      ? messagesIn(value, here)
      : [[here, value] satisfies [string, unknown]];
  });
}

describe("every message in Chinese", () => {
  const messages = messagesIn(chinese, "");

  test("is there, and takes what its English twin takes", () => {
    const shape = ([path, message]: [string, unknown]) =>
      `${path} ${typeof message === "function" ? message.length : "text"}`;
    expect(messages.map(shape)).toEqual(messagesIn(english, "").map(shape));
    expect(messages.length).toBeGreaterThan(250);
  });

  test("has Chinese in it, or Chinese punctuation", () => {
    const without = messages.filter(([, message]) => !/[\p{Script=Han}（）；、，。]/u.test(String(message)));
    expect(without.map(([path]) => path)).toEqual(wordless);
  });
});

/** The literals of a source without regular expressions: plain texts, and what a template has around its expressions. */
function textsIn(source: string): string[] {
  const texts: string[] = [];
  let at = 0;
  const taken = (pattern: RegExp) => {
    pattern.lastIndex = at;
    const text = pattern.exec(source)?.[0] ?? "";
    at += text.length;
    return text;
  };
  const template = () => {
    let text = "";
    for (at++; source[at] !== "`"; ) {
      const piece = taken(/\\.|\$\{|[\s\S]/y);
      if (piece === "${") code();
      else text += piece.replace(/^\\/, "");
    }
    at++;
    texts.push(text);
  };
  const code = () => {
    for (let depth = 1; depth > 0 && at < source.length; ) {
      if (taken(/\/\*[\s\S]*?\*\/|\/\/.*|import .*/y) !== "") continue;
      const text = taken(/"(\\.|[^"])*"|'(\\.|[^'])*'/y);
      // A member's name is none of its texts.
      if (text !== "" && source[at] !== ":") texts.push(text.slice(1, -1));
      if (text !== "") continue;
      if (source[at] === "`") template();
      else depth += { "{": 1, "}": -1 }[taken(/[\s\S]/y)] ?? 0;
    }
  };
  while (at < source.length) code();
  return texts;
}

const folder = new URL("../../cli/messages/zh/", import.meta.url);

describe.each(readdirSync(folder))("cli/messages/zh/%s", (file) => {
  const texts = textsIn(readFileSync(new URL(file, folder), "utf8"))
    .map((text) => text.replaceAll(/`[^`]*`|--[\w-]+|[\w./-]+\.md|"say ""hi"""/g, " "))
    // Codes, and values that are compared with.
    .filter((text) => !/^[\w.]+$/.test(text));

  test("has no English word that is not a name", () => {
    expect(texts.length).toBeGreaterThan(15);
    expect(texts.flatMap((text) => englishWordsIn(text, names))).toEqual([]);
  });

  test("has Chinese punctuation, and a blank between Chinese and Latin", () => {
    expect(texts.flatMap(badlySetIn)).toEqual([]);
  });
});
