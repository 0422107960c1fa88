import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { terminal } from "../../cli/terminal.ts";
import { appSecretPlaceholder } from "../../contract/environment.ts";
import { apiUrl } from "../support/fake-aws.ts";
import { operator } from "../support/operator.ts";

const binding = {
  appId: "wx0123456789abcdef",
  openid: "oAlice",
  userId: "u_1",
  boundAt: "2026-03-01T12:00:00.000Z",
  disabled: false,
};
const account = { username: "lisi", userId: "u_1", disabled: false, bindings: [binding, binding] };

function admin({ action }: { action: string }): object {
  if (action === "bindings.find") return { bindings: [binding] };
  if (action === "sessions.list") return { sessions: [] };
  if (action === "token.refresh")
    return { appId: "wx0123456789abcdef", expiresAt: "2026-03-01T14:00:00.000Z" };
  if (action.startsWith("secret.")) return { appId: "wx0123456789abcdef" };
  return { account, unbound: 2, revoked: 1 };
}

/** What cannot be undone, and the question before it. */
const asking: [line: string, look: object | undefined, question: string][] = [
  [
    "accounts passwd lisi",
    { action: "accounts.show", account: "lisi" },
    `Change the password of lisi (userId u_1) at ${apiUrl}? Its 2 bindings and every session end: whoever is logged ` +
      "in needs the new password. [y/N] ",
  ],
  [
    "accounts remove lisi",
    { action: "accounts.show", account: "lisi" },
    `Remove lisi (userId u_1) at ${apiUrl}? Its 2 bindings and every session end with it, and it cannot be undone. ` +
      "[y/N] ",
  ],
  [
    "bindings remove --openid oAlice",
    { action: "bindings.find", of: { openid: "oAlice" } },
    `Unbind the openid oAlice (1 binding) at ${apiUrl}? Every session ends, and the next login needs username and ` +
      "password. [y/N] ",
  ],
  [
    "sessions revoke --user u_1",
    { action: "sessions.list", of: { userId: "u_1" } },
    `End every session of the userId u_1 (0 open) at ${apiUrl}? Bindings stay: the next silent login opens a new one. ` +
      "[y/N] ",
  ],
  [
    "token refresh",
    undefined,
    `End the access token of the mini-program at ${apiUrl}? Every server that has it must ask for another, and WeChat ` +
      "does this 20 times a day at most. [y/N] ",
  ],
];

describe.each(asking)("%s", (line, look, question) => {
  const words = line.split(" ");

  test.each(["y\r", "YES\r", " yes \n"])("is done after a yes (%j)", async (answer) => {
    const { run, requests } = await operator({ admin });
    const { exit, stderr } = await run(words, { typed: `${answer}long enough\rlong enough\r` });
    expect(exit).toBe(0);
    expect(stderr).toMatch(question);
    expect(requests.slice(0, -1)).toEqual(look ? [look] : []);
  });

  test.each(["\r", "n\r", "yesterday\r"])("is not done after anything else (%j)", async (answer) => {
    const { run, requests } = await operator({ admin });
    const { exit, stdout, stderr } = await run(words, { typed: answer });
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: "" });
    expect(stderr).toBe(`${question}${answer.trim()}\nNothing was changed.\n`);
    expect(requests).toEqual(look ? [look] : []);
  });

  test("is refused where nobody can be asked and --yes is missing, before anything is sent", async () => {
    const { run, requests } = await operator({ admin });
    const { exit, stderr } = await run(words, { piped: "long enough\n" });
    expect(exit).toBe(2);
    expect(stderr).toMatch("standard input is not a terminal: add --yes.");
    expect(requests).toEqual([]);
  });
});

describe("a new password at the terminal", () => {
  const words = ["accounts", "add", "lisi"];

  test.each([
    ["as typed", "pä😀 word\rpä😀 word\r", "pä😀 word"],
    ["after corrections", "prom\u007f\u007fess\rwrong\u0015prom\b\bess\r", "press"],
    [
      "without arrow keys and other control characters",
      "ab\u001b[Acd\u001b[1;5D\u0007ef\rabcdef\r",
      "abcdef",
    ],
    ["with line ends of another kind", "secret\r\nsecret\n", "secret"],
    ["as the two typings that agree", "first\rfrist\rsecond\rsecond\r", "second"],
    ["after an empty one", "\rsecond\rsecond\r", "second"],
  ])("is taken %s, and never shown", async (_how, typed, password) => {
    const { run, requests } = await operator({ admin });
    const { exit, stdout, stderr } = await run(words, { typed });
    expect(exit).toBe(0);
    expect(requests).toEqual([{ action: "accounts.add", username: "lisi", password }]);
    expect(stderr.replaceAll("New password of lisi: \n", "").replaceAll("The same again: \n", "")).toMatch(
      /^(It is empty\.\n|The two differ\. Please type both again\.\n)?$/,
    );
    expect(stdout).not.toContain(password);
  });

  test.each([
    ["Ctrl-C", "half\u0003"],
    ["Ctrl-D", "\u0004"],
    ["Ctrl-C at the second typing", "whole\rwho\u0003"],
  ])("is given up with %s: exit code 130, nothing was sent", async (_key, typed) => {
    const { run, requests } = await operator({ admin });
    const { exit, stderr } = await run(words, { typed });
    expect(exit).toBe(130);
    expect(stderr).toMatch(/\nInterrupted\.\n$/);
    expect(requests).toEqual([]);
  });

  test("leaves the terminal as it was, and swallows what was typed ahead into the next question only", async () => {
    const modes: boolean[] = [];
    const shown: string[] = [];
    const input = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode: (raw: boolean) => modes.push(raw),
    });
    const screen = { write: (text: string) => shown.push(text) };
    const keyboard = terminal(input, screen, new AbortController().signal);
    // A character in two pieces.
    const [first, second] = [Buffer.from("密码\rnext").subarray(0, 4), Buffer.from("密码\rnext").subarray(4)];
    input.write(first);
    setImmediate(() => input.write(second));
    expect(await keyboard.askHidden("A: ")).toBe("密码");
    input.write("\r");
    expect(await keyboard.ask("B: ")).toBe("next");
    expect(modes).toEqual([true, false, true, false]);
    expect(shown.join("")).toBe("A: \nB: next\n");
  });

  test("is given up where the signal is aborted while it waits", async () => {
    const interruption = new AbortController();
    const input = Object.assign(new PassThrough(), { isTTY: true });
    const keyboard = terminal(input, { write: () => interruption.abort() }, interruption.signal);
    await expect(keyboard.askHidden("A: ")).rejects.toMatchObject({ code: "interrupted" });
    await expect(keyboard.readLine()).rejects.toMatchObject({ code: "interrupted" });
  });
});

describe("a password that is piped in", () => {
  const words = ["accounts", "add", "lisi"];

  test.each([
    ["without a newline", " p w ", " p w "],
    ["with one", " p w \n", " p w "],
    ["with Windows' newline", "p w\r\n", "p w"],
    ["with more lines, of which the first counts", "p w\nnot this\n", "p w"],
    ["with characters beyond ASCII", "\ufeffpä密😀\n", "\ufeffpä密😀"],
  ])("%s is taken byte for byte", async (_how, piped, password) => {
    const { run, requests } = await operator({ admin });
    expect((await run(words, { piped })).exit).toBe(0);
    expect(requests).toEqual([{ action: "accounts.add", username: "lisi", password }]);
  });

  test.each([
    ["nothing", "", "Nothing came on standard input, where the password is read from: pipe it in."],
    ["an empty line", "\n", "Nothing came on standard input, where the password is read from: pipe it in."],
    ["GBK", Buffer.from([0xc3, 0xdc, 0x0a]), "What came on standard input is not UTF-8."],
    ["a megabyte", "x".repeat(1 << 20), "The first line of standard input is too long."],
  ])("is refused if it is %s", async (_what, piped, detail) => {
    const { run, requests } = await operator({ admin });
    expect(await run(words, { piped })).toEqual({ exit: 2, stdout: "", stderr: `${detail}\n` });
    expect(requests).toEqual([]);
  });
});

describe("an AppSecret", () => {
  test("is typed once, and not shown", async () => {
    const { run, requests } = await operator({ admin });
    const appSecret = "0123456789abcdef0123456789abcdef";
    const { exit, stderr } = await run(["secret", "set"], { typed: `${appSecret}\r` });
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: "AppSecret: \n" });
    expect(requests).toEqual([{ action: "secret.set", appSecret }]);
  });

  test("to rotate to is asked for with what to do before, and said when WeChat is asked", async () => {
    const { run, requests } = await operator({ admin });
    const appSecret = "0123456789abcdef0123456789abcdef";
    const { exit, stderr } = await run(["secret", "rotate"], { typed: `${appSecret}\r` });
    expect({ exit, stderr }).toEqual({
      exit: 0,
      stderr:
        "The AppSecret is shown, once, at https://mp.weixin.qq.com under 开发管理 > 开发设置 > AppSecret(小程序密钥). Reset " +
        "it there first: the old one stops at that moment, and until the new one is stored here, logins are told to try " +
        "again.\nNew AppSecret: \nAsking WeChat …\n",
    });
    expect(requests).toEqual([{ action: "secret.rotate", appSecret }]);
  });

  test.each([
    ["the placeholder", appSecretPlaceholder, "This is the placeholder that a new stack comes with."],
    [
      "31 digits",
      "0123456789abcdef0123456789abcde",
      "An AppSecret has 32 hexadecimal digits, and this has not.",
    ],
    [
      "33 digits",
      "0123456789abcdef0123456789abcdef0",
      "An AppSecret has 32 hexadecimal digits, and this has not.",
    ],
    ["an AppId", "wx0123456789abcdef", "An AppSecret has 32 hexadecimal digits, and this has not."],
  ])("is refused if it is %s, and it is said where the right one is", async (_what, typed, detail) => {
    const { run, requests } = await operator({ admin });
    for (const command of ["set", "rotate"]) {
      const ran = await run(["secret", command], { piped: typed });
      expect(ran.exit).toBe(2);
      expect(ran.stderr).toMatch(detail);
      expect(ran.stderr).toMatch("https://mp.weixin.qq.com");
      expect(JSON.stringify(ran)).not.toContain(typed);
    }
    expect(requests).toEqual([]);
  });
});
