import { describe, expect, test } from "vitest";
import { fields, table, widthOf, wrapped } from "../../cli/layout.ts";
import { chinese } from "../../cli/messages/chinese.ts";
import { english } from "../../cli/messages/english.ts";
import { duration, localTime } from "../../cli/times.ts";
import { healthy } from "../support/healthy-deployment.ts";
import { operator } from "../support/operator.ts";

describe("a text that is too long for the terminal is broken", () => {
  test.each([
    ["between words", "one two three", 8, "one two\nthree"],
    ["not where it fits", "one two", 7, "one two"],
    ["line by line", "one two\nthree four", 9, "one two\nthree\nfour"],
    ["before a word that is longer than a line, which stays whole", "a 0123456789 b", 5, "a\n0123456789\nb"],
    ["between Chinese characters, of two columns each", "登录失败了", 6, "登录失\n败了"],
    ["not before Chinese punctuation", "登录失败，重试", 8, "登录失\n败，重试"],
    ["not behind an opening bracket", "登录（失败）", 6, "登录\n（失\n败）"],
    ["between Chinese and Latin", "微信 AppID 有误", 10, "微信 AppID\n有误"],
    [
      "around a command, which can be copied as a whole",
      "run `npx cdk deploy` now",
      10,
      "run\n`npx cdk deploy`\nnow",
    ],
    ["with its full stop behind the command", "run `npm start`.", 12, "run\n`npm start`."],
    ["where there is a backquote too many", "one ` two three", 6, "one `\ntwo\nthree"],
    ["behind the blanks that it begins with", "  one two", 6, "  one\ntwo"],
  ])("%s", (_how, text, width, lines) => {
    expect(wrapped(text, width)).toBe(lines);
  });

  test("with an indent from the second line on", () => {
    expect(wrapped("✓ one two three", 9, "  ")).toBe("✓ one two\n  three");
  });
});

describe("a table", () => {
  const heading = ["id", "设备"];
  const rows = [
    ["1", "iPhone"],
    ["22", "微信"],
  ];

  test("is one where it fits", () => {
    expect(table(heading, rows, 10)).toBe("id  设备\n1   iPhone\n22  微信");
  });

  test("is a block for each row where it does not", () => {
    expect(table(heading, rows, 9)).toBe("id    1\n设备  iPhone\n\nid    22\n设备  微信");
  });

  test("is one where nobody looks", () => {
    expect(table(["a"], [["x".repeat(500)]])).toMatch(/^a\nx{500}$/);
    expect(fields([["名", "x"]])).toBe("名  x");
  });
});

describe("a time", () => {
  test.each([
    ["2026-11-26T12:13:59.000Z", "Asia/Shanghai", "2026-11-26 20:13 (12:13 UTC)"],
    ["2026-11-26T17:13:00.000Z", "Asia/Shanghai", "2026-11-27 01:13 (2026-11-26 17:13 UTC)"],
    ["2026-07-01T12:13:00.000Z", "America/New_York", "2026-07-01 08:13 (12:13 UTC)"],
    ["2026-11-26T12:13:00.000Z", "UTC", "2026-11-26 12:13 UTC"],
    ["2026-11-26T00:00:00.000Z", "Asia/Kathmandu", "2026-11-26 05:45 (00:00 UTC)"],
    ["soon", "UTC", "soon"],
  ])("%s in %s is %s", (iso, zone, shown) => {
    expect(localTime(iso, zone)).toBe(shown);
  });
});

describe("a duration", () => {
  test.each([
    [0, "0 s", "0 秒"],
    [59, "59 s", "59 秒"],
    [59.2, "1 min", "1 分"],
    [130, "2 min 10 s", "2 分 10 秒"],
    [3599.5, "1 h", "1 小时"],
    [3661, "1 h 2 min", "1 小时 2 分"],
    [7200, "2 h", "2 小时"],
  ])("of %s s is %s", (seconds, inEnglish, inChinese) => {
    expect(duration(seconds, english)).toBe(inEnglish);
    expect(duration(seconds, chinese)).toBe(inChinese);
  });
});

describe("at a terminal of 80 columns", () => {
  const session = {
    id: "h1Qx".repeat(10),
    appId: "wx0123456789abcdef",
    openid: "oAlice",
    createdAt: "2026-03-01T12:00:00.000Z",
    expiresAt: "2026-03-02T12:00:00.000Z",
  };

  test.each(["en_US.UTF-8", "zh_CN.UTF-8"])("nothing is wider, but for a command (%s)", async (locale) => {
    const { run } = await operator({
      admin: ({ action }) =>
        action === "doctor.check"
          ? healthy({
              secrets: [{ appId: "wx0123456789abcdef", state: "placeholder" }],
              weChat: { failed: "ETIMEDOUT" },
            })
          : { sessions: [session], revoked: 1 },
    });
    for (const line of [
      "doctor",
      "sessions list --user u_1",
      "sessions revoke --user u_1 --yes",
      "accounts --help",
    ]) {
      const { stdout, stderr } = await run(line.split(" "), { columns: 80, locale, now: () => 0 });
      expect(stderr).toBe("");
      expect(
        stdout.split("\n").filter((text) => widthOf(text) > 80 && !/^\s*`[^`]*`\S*$/.test(text)),
      ).toEqual([]);
    }
  });

  test("each session is a block of its own", async () => {
    const { run } = await operator({ admin: () => ({ sessions: [session, session] }) });
    const { stdout } = await run(["sessions", "list", "--user", "u_1"], { columns: 80, locale: "zh_CN" });
    const block = [
      `id        ${session.id}`,
      "创建时间  2026-03-01 20:00 (12:00 UTC)",
      "过期时间  2026-03-02 20:00 (12:00 UTC)",
      "设备      -",
      "appId     wx0123456789abcdef",
      "openid    oAlice",
    ].join("\n");
    expect(stdout).toBe(`${block}\n\n${block}\n`);
  });

  test("a failure and a question are broken too", async () => {
    const { run } = await operator({ admin: () => ({ sessions: [] }) });
    const { stderr } = await run(["sessions", "revoke", "--user", "u_1"], {
      typed: "n\r",
      isTTY: true,
      columns: 60,
    });
    const lines = stderr.split("\n");
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.filter((text) => text.length > 60)).toEqual([]);
    expect(stderr.replaceAll("\n", " ")).toMatch(
      /^End every session of the userId u_1 \(0 open\) at .* \[y\/N\] n Nothing/,
    );
  });
});
