import { spawn } from "node:child_process";
import { once } from "node:events";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Browser } from "playwright-core";
import { startChromium } from "./chromium.ts";
import { root } from "./files.ts";

/** What GitHub shows on the first screen of a README should come at once. */
const mostBytes = 80 * 1024;
const pictures = [
  { locale: "en", path: "docs/playground.png" },
  { locale: "zh-CN", path: "docs/playground.zh-CN.png" },
];

const stack = spawn(process.execPath, ["local/start.ts"], {
  cwd: root,
  env: { ...process.env, PORT: "0", WECHAT_PORT: "0", AWS_PORT: "0" },
  stdio: ["ignore", "pipe", "inherit"],
});
const exited = once(stack, "exit");
try {
  const url = await playgroundUrl();
  const browser = await startChromium();
  try {
    for (const { locale, path } of pictures) await takePicture(browser, url, locale, path);
  } finally {
    await browser.close();
  }
} finally {
  stack.kill("SIGINT");
  await exited;
}

/** As `npm start` prints it. */
async function playgroundUrl(): Promise<string> {
  let printed = "";
  for await (const chunk of stack.stdout.iterator({ destroyOnReturn: false })) {
    printed += chunk;
    const [, url] = /^ *playground +(\S+)/m.exec(printed) ?? [];
    if (url !== undefined && printed.includes("Ctrl-C")) {
      stack.stdout.resume();
      return url;
    }
  }
  throw new Error(`The local stack ended before it was ready:\n${printed}`);
}

/** About two thirds of the page's own size: three columns and the lifelines fit into a README. */
async function takePicture(browser: Browser, url: string, locale: string, path: string): Promise<void> {
  const context = await browser.newContext({
    locale,
    viewport: { width: 1320, height: 630 },
    deviceScaleFactor: 0.65,
    colorScheme: "light",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  await page.goto(url);
  await page.locator("#show").click();
  await page.locator("#show:enabled").waitFor();
  // Without its story, and logged in: the calls of one more login and of one call of a Lambda.
  await page.reload();
  await page.locator("#arrows li").last().waitFor();
  await page.locator("#clear").click();
  await page.locator("#open").click();
  await page.locator("#logout:enabled").waitFor();
  await page.locator("#hello").click();
  await page.locator("#result").getByText("u_zhangsan").waitFor();
  // The tables follow the calls.
  await page.locator(".table .item.changed").first().waitFor();
  const file = join(root, path);
  await page.screenshot({ path: file });
  const { size } = await stat(file);
  console.log(`${path}: ${size} bytes`);
  if (size > mostBytes) throw new Error(`${path} has more than ${mostBytes} bytes.`);
  await context.close();
}
