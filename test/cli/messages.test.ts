import { readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { awsFailure } from "../../cli/aws-failure.ts";
import { chinese } from "../../cli/messages/chinese.ts";
import { english } from "../../cli/messages/english.ts";
import { messagesFor } from "../../cli/messages/languages.ts";
import { toChinese } from "../../cli/messages/sentences.ts";
import { adminRefusals } from "../../contract/operator-actions.ts";
import { foreignCodeAdvice } from "../../simulator/calls/foreign-code.ts";
import { badlySetIn, englishWordsIn } from "../support/chinese-text.ts";
import { expiring, healthy } from "../support/healthy-deployment.ts";
import { operator, runHere } from "../support/operator.ts";
import { directoryForThisTest } from "../support/temporary-directory.ts";

/** Names of fields, environment variables, files, AWS's actions, and words that stand for a value. */
const words =
  `openid unionid errcode appId userId username password passwordHash phoneNumber session_key zh en
  doctor docs wechat simulator access-tokens runbook secret made-up acme LANG NAME URL APPID SECRET
  OWNER aws config cdk.json context.appId cloudformation DescribeStacks lambda InvokeFunction Invoke CloudFormation
  api.weixin.qq.com mp.weixin.qq.com http proxy.example not_configured invalid_code OpenSSL Node.js DomainTarget VPC DNS
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
    const admin = () => ({ refused: "invalid_request", detail: "username is too long." });
    const { run } = await operator({ admin });
    const { exit, stdout } = await run(["accounts", "show", "lisi", "--json"], { locale: "zh_CN.UTF-8" });
    expect(exit).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      error: { code: "invalid_request", detail: "请求有误（username 太长）。" },
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
    expect(stdout).toMatch(/\n✓ 微信 +函数访问 https:\/\/api\.weixin\.qq\.com，43 毫秒得到响应\n/);
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
    const rows = [
      ",u_1,long enough,",
      "lisi,u_2,long enough,",
      "lisi,u_3,x,",
      "wu,u_4,long enough,13800138000",
    ];
    await writeFile(
      path,
      `username,userId,password,phoneNumber\n${rows.join("\n")}\nzhao,u_5,long enough,\n`,
    );
    const conflict = { result: "conflict", detail: "has the userId u_9 already" };
    const { run } = await operator({ admin: () => ({ results: [{ result: "added" }, conflict] }) });
    expect((await run(["accounts", "import", path], inChinese)).stdout).toBe(
      [
        "         用户名  原因",
        "第 2 行          username 是空的",
        "第 4 行  lisi    用户名与第 3 行重复",
        "第 5 行  wu      phoneNumber 缺少国家码：请写成 +8613800138000 这样",
        "第 6 行  zhao    已有同名的账号，userId 是 u_9",
        "",
        "共 5 行，用时 0 秒：新增 1，未变 0，有误 4。",
        "",
      ].join("\n"),
    );
  });
});

/** The texts that are the same by themselves, or put together of others. */
const wordless = [
  "accountsFile.refused",
  "doctor.names.AppSecret",
  "failures.sentences",
  "results.userId",
  "results.openid",
  "results.simulatorAdvice",
];

/** Every message by its path. */
function messagesIn(part: object, path: string): [path: string, message: unknown][] {
  return Object.entries(part).flatMap(([name, value]: [string, unknown]) => {
    const here = path === "" ? name : `${path}.${name}`;
    return typeof value === "object" && value !== null
      ? messagesIn(value, here)
      : [[here, value] satisfies [string, unknown]];
  });
}

describe("what the functions and the simulator say in English", () => {
  /** One of each sentence, with something put in. */
  const said = [
    "The request must be an object.",
    "A row must be an object.",
    "A row needs either password or passwordHash.",
    "username is missing.",
    "result is not valid.",
    "of must be an object.",
    "passwordHash must be a string.",
    "username must be text of 1 to 128 characters.",
    "password must have 8 to 256 characters.",
    "rows must be a list of 1 to 100 rows.",
    "appId must be one of wx1, wx2.",
    "phoneNumber must be a phone number in E.164, such as +8613800138000.",
    "phoneNumber is a Chinese mobile without +86: write its country code too, as in +8613800138000.",
    "appSecret must be the 32 hexadecimal digits that WeChat's console shows once.",
    "of needs openid, with appId or without.",
    "of needs either userId or openid (with appId or without), as text of 1 to 128 characters.",
    "of needs userId, openid (with appId or without) or phoneNumber: ids are text of 1 to 128 characters, and a phone number is in E.164, such as +8613800138000.",
    "of needs userId or phoneNumber, with appId or without: an id is text of 1 to 128 characters, and a phone number is in E.164, such as +8613800138000.",
    "username is too long.",
    "username has invisible characters.",
    "passwordHash is not an argon2id string.",
    "There is an account of this name already.",
    "The userId has an account already: 李四.",
    "The phone number has an account already: 李四.",
    "has the userId of another account: 李四",
    "has the phone number of another account: 李四",
    "was added and removed meanwhile",
    "has the userId 1001 already",
    "has another phone number, or none: `accounts phone` changes it",
    "This deployment keeps no session_keys: its prop sessionKeys is not set.",
    "WeChat did not do it (45009, errcode 45009). Nothing was stored.",
    "There is no AppSecret of wx1 to ask with.",
    "WeChat did not answer in time: whether it has issued another one is not known.",
    "WeChat could not be reached.",
    "WeChat gives no access token to 203.0.113.7: it is not on the IP list of wx1.",
    "WeChat gives no access token to this address: it is not on the IP list of wx1.",
    "WeChat has done so 20 times today, which is the most.",
    "WeChat does so every 30 s at most: wait, and run it again.",
    "WeChat refuses it for wx1 (errcode 48001).",
    "WeChat refuses this AppSecret for wx1 (errcode 40125). Nothing was stored.",
    "WeChat knows no AppId wx1 (errcode 40013). Nothing was stored.",
    "WeChat has frozen the AppSecret of wx1 (errcode 40243). Nothing was stored.",
    "WeChat could not be reached (no answer within 3 s) and asked about the AppSecret. Nothing was stored.",
    "WeChat said neither yes nor no to the AppSecret (errcode 45009). Nothing was stored.",
    "an answer that is not WeChat's",
    "connection lost",
    "over 64 KiB",
    "not JSON",
    "there is no AppId",
    "no status",
    "It does not refuse a made-up name and password",
    "The account verifier is missing (404)",
    "The account verifier may not be invoked (403)",
    "The account verifier did not answer (504)",
    "The account verifier failed (its answer is neither a userId nor a refusal)",
    foreignCodeAdvice("the code is a mock one", "POST /_sim/login") ?? "",
  ];

  test.each(said)("is said in Chinese: %s", (sentence) => {
    const told = toChinese(sentence);
    expect(told).toMatch(/\p{Script=Han}/u);
    const bare = told.replaceAll(/`[^`]*`|POST \S+/g, " ");
    expect(
      englishWordsIn(bare, new RegExp(`${names.source}|^(KiB|rows|of|result|userIds?|appSecret)$`)),
    ).toEqual([]);
    expect(badlySetIn(told.replaceAll(/\p{Script=Han}{2}(?=\d)/gu, " "))).toEqual([]);
  });

  /** Where such sentences are written, and which texts there are some. */
  const places: [folder: string, file: RegExp, isSaid: RegExp][] = [
    [
      "contract/",
      /^(schema|operator-shapes|phone-number|operator-actions)\.ts$/,
      /^(must|needs|is not|is a|has) /,
    ],
    ["functions/core/operator-actions/", /\.ts$/, / /],
    ["functions/core/", /^(account-administration|username)\.ts$/, / /],
    ["functions/core/", /^diagnosis\.ts$/, /^(It|there) /],
    ["functions/wechat/", /^(secret-trials|bounded-request)\.ts$/, /^(?!HTTP).* /],
    ["functions/passwords/", /^lambda-verifier\.ts$/, / /],
    ["functions/dynamodb/", /^inspection\.ts$/, /^no /],
  ];
  /** What their code says as well. */
  const saidByCode = [
    "There is no session with this id: it may have ended already.",
    "This deployment keeps no accounts: ask the system that does.",
    "There is no account of this name.",
    "This userId has no phone number.",
    "This deployment keeps no phone numbers: ask the system that does, and give the userId.",
    "No account has this phone number.",
    "This identity is bound: enable or disable its account.",
    "Nothing is known of this identity: is the openid right?",
    "Nothing is known of this userId: nobody was ever bound to it.",
    "Nobody has bound this identity.",
    "No session_key of this identity is kept that is the present one at WeChat.",
  ];
  const literal = /"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g;

  test.each(places)("has one of each sentence of %s%s", (folder, file, isSaid) => {
    const root = new URL(`../../${folder}`, import.meta.url);
    const files = readdirSync(root).filter((name) => file.test(name));
    expect(files).not.toEqual([]);
    const sources = files.map((name) => readFileSync(new URL(name, root), "utf8"));
    const texts = sources
      .map((source) => source.replaceAll(/^\s*(\/?\*.*|\/\/.*|import [^;]*;|} from .*)$/gm, ""))
      .flatMap((source) =>
        [...source.matchAll(literal)].map(([, plain, template]) => plain ?? template ?? ""),
      )
      .filter((text) => isSaid.test(text) && !saidByCode.includes(text));
    const missing = texts.filter((text) => {
      const pattern = new RegExp(
        text
          .split(/\$\{[^}]*\}/)
          .map(RegExp.escape)
          .join(".*"),
        "s",
      );
      return !said.some((sentence) => pattern.test(sentence));
    });
    expect(missing).toEqual([]);
    expect(texts).not.toEqual([]);
  });

  test("stays as it is where a newer deployment says something else", () => {
    expect(toChinese("Something new.")).toBe("Something new.");
  });
});

test.each([
  [
    "because no identity-based policy allows the cloudformation:DescribeStacks action",
    "（没有身份策略允许）",
  ],
  [
    "with an explicit deny in a service control policy: arn:aws:organizations::1:policy/p",
    "（服务控制策略明确拒绝）",
  ],
  ["with an explicit deny in an identity-based policy", "（身份策略明确拒绝）"],
  ["", "（没有策略允许）"],
])("AWS's refusal is told in Chinese: %s", (why, told) => {
  const who = "arn:aws:sts::123456789012:assumed-role/ops/li";
  const stack = "arn:aws:cloudformation:cn-north-1:123456789012:stack/WeappLogin/*";
  const action = "cloudformation:DescribeStacks";
  const message = `User: ${who} is not authorized to perform: ${action} on resource: ${stack} ${why}`;
  const error = Object.assign(new Error(message.trim()), { name: "AccessDenied" });
  const failure = awsFailure(error, { stack: "WeappLogin" }, new AbortController().signal);
  expect(failure.text(chinese)).toContain(
    `AWS 拒绝了这项操作：${who} 没有 ${action} 权限，资源是 ${stack}${told}。执行的人需要`,
  );
  expect(failure.text(english)).toContain(`AWS does not allow this: ${message.trim()}. Whoever`);
});

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
