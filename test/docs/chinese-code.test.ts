import { spawn } from "node:child_process";
import { once } from "node:events";
import { request } from "node:http";
import { describe, expect, onTestFinished, test } from "vitest";
import { openPort } from "../../local/port.ts";
import { chinesePages, filesIn, pageOf, textOf } from "../support/chinese-pages.ts";

/** Lines of code as they are typed, without what only people read. */
function codeIn(text: string, languages: RegExp): string[] {
  const blocks = [...text.matchAll(/^ *```(\w*)\n([\s\S]*?)^ *```/gm)];
  return blocks
    .filter(([, language = ""]) => languages.test(language))
    .flatMap(([, , block = ""]) => block.split("\n"))
    .map((line) => line.replace(/(^|\s)(\/\/|#) .*$/, "").trim())
    .filter((line) => line !== "" && !/^[{}()[\];,]+$/.test(line));
}

/** What a phone in the same network needs to reach the local stack. */
function forwarderBlock(): string {
  const [block = ""] = /^```js\nimport \{ createServer[\s\S]*?^```/m.exec(pageOf("mini-program")) ?? [];
  return block;
}

/** What is there in Chinese only: a phone against the local stack. */
const onlyInChinese = new Set([
  ...codeIn(forwarderBlock(), /^js$/),
  "read -rs WECHAT_APP_SECRET && export WECHAT_APP_SECRET",
  "WECHAT_APP_ID=wx0123456789abcdef npm start",
]);

describe("code", async () => {
  const others = [
    "README.md",
    ...(await filesIn("docs/", /\.md$/)),
    ...(await filesIn("examples/", /\.(md|js)$/)),
  ];
  const english = new Set(
    (await Promise.all(others.map(textOf))).flatMap((text) => [
      ...codeIn(text, /^(sh|bash|js|ts|xml)?$/),
      ...text.split("\n").map((line) => line.trim()),
    ]),
  );
  const lines = [...chinesePages].flatMap(([page, text]) =>
    codeIn(text, /^(sh|js|ts|xml)$/).map((line) => [page, line] as const),
  );

  test("is the same as on the English pages", () => {
    // Those of the command line are about other people: commands.test.ts runs them.
    const typed = lines.filter(([, line]) => !/^npx (--no )?weapp-login /.test(line));
    expect(typed.length).toBeGreaterThan(40);
    expect(typed.filter(([, line]) => !english.has(line) && !onlyInChinese.has(line))).toEqual([]);
  });
});

test("a phone reaches the local stack through what the page says", async () => {
  const local = await openPort();
  onTestFinished(local.close);
  local.serve((_, response) => response.writeHead(418).end("the API"));
  const script = forwarderBlock()
    .replaceAll(/^```.*$/gm, "")
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
