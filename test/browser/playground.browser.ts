import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startChromium } from "../../scripts/chromium.ts";
import { scan } from "../support/stack-on-laptop.ts";
import { type StackWithPlayground, startStackWithPlayground } from "../support/stack-with-playground.ts";

let stack: StackWithPlayground;
let browser: Browser;
let pictures: string;

beforeAll(async () => {
  stack = await startStackWithPlayground();
  browser = await startChromium();
  pictures = await mkdtemp(join(tmpdir(), "weapp-login-playground-"));
});

afterAll(async () => {
  await browser?.close();
  await stack?.close();
  console.log(`Screenshots are in ${pictures}`);
});

/** The page, watched: the test fails for a request to another host and for what lands in the console. */
async function openPage(options: Parameters<Browser["newContext"]>[0] = {}, key = stack.key): Promise<Page> {
  const context: BrowserContext = await browser.newContext({
    locale: "en-US",
    reducedMotion: "reduce",
    ...options,
  });
  context.setDefaultTimeout(10_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    if (!request.url().startsWith(`${stack.laptop.url}/`)) complaints.push(`request to ${request.url()}`);
  });
  page.on("console", (message) => {
    // Chromium notes every answer of 400 and more, which refusals of the API are meant to be.
    const isRefusal = /status of (401|403|409|429|503|504)/.test(message.text());
    if (["error", "warning"].includes(message.type()) && !isRefusal) complaints.push(message.text());
  });
  onTestFinished(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  await page.goto(`${stack.laptop.url}/#${key}`);
  return page;
}

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const said = (page: Page, text: string | RegExp) => page.locator("#result").getByText(text).waitFor();
const arrow = (page: Page, name: string | RegExp) => page.locator("#arrows").getByRole("button", { name });

async function chooseUser(page: Page, user: string): Promise<void> {
  await page.getByRole("combobox", { name: "User" }).selectOption(user);
}

async function firstLogin(page: Page, user: string): Promise<void> {
  await chooseUser(page, user);
  await button(page, "Open the app").click();
  await said(page, "binding_required");
  await button(page, "Log in and bind").click();
  await said(page, "Bound to u_zhangsan, and logged in.");
}

describe("the playground in Chromium", () => {
  test("first login, a call of your Lambda, silent login after a revocation", async () => {
    const page = await openPage();
    await firstLogin(page, "alice");
    await arrow(page, "login, session → WeChat: jscode2session").first().waitFor();
    await arrow(page, "API Gateway → Phone: 409 binding_required").waitFor();
    await arrow(page, /DynamoDB: TransactWriteItems Bindings/).waitFor();
    const sessions = page.locator(".table", { has: page.getByRole("heading", { name: /^Sessions/ }) });
    await sessions.getByText("new").waitFor();

    await button(page, "Call GET /hello").click();
    await said(page, "Hello, u_zhangsan");
    await arrow(page, "API Gateway → your Lambda: invoke hello").waitFor();

    await button(page, "Operator: end sessions").click();
    await page.getByText("generation").first().waitFor();
    await button(page, "Call GET /hello").click();
    await said(page, "Hello, u_zhangsan");
    // Twice: an owner's Lambda may answer 403 as well, so the SDK asks GET /session whose 403 it was.
    await arrow(page, "authorizer → API Gateway: refused").first().waitFor();
    await arrow(page, "Phone → API Gateway: GET /session").waitFor();
    await sessions.getByText("2 rows").waitFor();
    await sessions.getByText(/ended: of an earlier generation/).waitFor({ state: "attached" });
  });

  test("an arrow is opened with the keyboard and shows request and answer without secrets", async () => {
    const page = await openPage();
    await firstLogin(page, "bob");
    const first = arrow(page, /Phone → API Gateway: POST \/login/).last();
    await first.focus();
    await page.keyboard.press("Enter");
    const details = page.locator("#details-text");
    await details.getByText('"username": "zhangsan"').waitFor();
    expect(await details.textContent()).toContain('"password": "••••••"');
    expect(await details.textContent()).toContain('"sessionId": "••••••"');
    expect(await page.locator("body").textContent()).not.toContain("pwd123456");
    await page.keyboard.press("Escape");
    expect(await page.locator("#details").isVisible()).toBe(false);
  });

  test("without the key that npm start prints shows nothing, and says where it is", async () => {
    const page = await openPage({}, "");
    await said(page, "Open the address that npm start prints: it ends with a key.");
    expect(await page.locator("#tables").textContent()).toBe("");
    await page.goto("about:blank");
    await page.goto(`${stack.laptop.url}/#${stack.key}`);
    await page.getByRole("heading", { name: /^Accounts/ }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: /^Accounts/ }).waitFor();
  });

  test("an errcode of WeChat is told with code, action and what a client does now", async () => {
    const page = await openPage();
    await chooseUser(page, "carol");
    await page.getByRole("combobox", { name: "WeChat" }).selectOption("40226");
    await page.locator("#operator").getByText("Now every login meets that").waitFor();
    await button(page, "Open the app").click();
    await said(page, "wechat_user_blocked");
    await said(page, "contact_support");
    await said(page, /Trying again will not help/);
    await arrow(page, "WeChat → login, session: errcode 40226").first().waitFor();
    await page.getByRole("combobox", { name: "WeChat" }).selectOption("ok");
    await page.locator("#operator").getByText("works again").waitFor();
  });

  test("a login that may succeed next time is shown as one failure, at once, with what an app's SDK does now", async () => {
    const page = await openPage();
    await chooseUser(page, "carol");
    await page.getByRole("combobox", { name: "WeChat" }).selectOption("down");
    await page.locator("#operator").getByText("Now every login meets that").waitFor();
    await button(page, "Open the app").click();
    await said(page, "wechat_unavailable");
    await said(page, /In an app the SDK does so by itself/);
    const failures = arrow(page, "API Gateway → Phone: 503 wechat_unavailable");
    await failures.first().waitFor();
    expect(await failures.count()).toBe(1);
    await page.getByRole("combobox", { name: "WeChat" }).selectOption("ok");
    await page.locator("#operator").getByText("works again").waitFor();
  });

  /** The page of a deployment with `phone` and `sessionKeys`, whose answers these are. */
  async function openFullPage(options?: Parameters<Browser["newContext"]>[0]): Promise<Page> {
    const page = await openPage(options);
    const sessions = { expiresAt: new Date(Date.now() + 86_400_000).toISOString(), userId: "u_zhangsan" };
    let number = "8613800138000";
    let sent = 0;
    // The page asks for the state all the time, also when it is closed.
    onTestFinished(() => page.unrouteAll({ behavior: "ignoreErrors" }));
    await page.route("**/_playground/state?*", async (route) => {
      const response = await route.fetch();
      const state = await response.json();
      await route.fulfill({ response, json: { ...state, routes: ["POST /phone", "POST /open-data"] } });
    });
    await page.route(/\/(login|phone|open-data)$/, (route) => {
      const json = route.request().postDataJSON();
      if (route.request().headers()["content-type"] !== "application/json") {
        const refused = { code: "unsupported_media_type", action: "fix_request" };
        return route.fulfill({ status: 415, json: refused });
      }
      if (route.request().url().endsWith("/phone"))
        return route.fulfill({ json: { phoneNumber: `+${number}` } });
      if (json.encryptedData) {
        const stale = { code: "session_key_stale", action: "new_code" };
        if (++sent === 1) return route.fulfill({ status: 409, json: stale });
        return route.fulfill({ json: { data: { stepInfoList: [{ step: 4000 }, { step: 5000 }] } } });
      }
      if (!json.phoneCode && !sent) {
        const required = { code: "binding_required", action: "bind", bindTicket: "ticket" };
        return route.fulfill({ status: 409, json: required });
      }
      number = "8613900139000";
      return route.fulfill({ json: { ...sessions, sessionId: `s${sent}`, newBinding: sent === 0 } });
    });
    await page.reload();
    return page;
  }

  test("without their routes there is neither a phone number's button nor open data", async () => {
    const page = await openPage();
    await page.getByRole("heading", { name: /^Accounts/ }).waitFor();
    expect(await page.locator("[data-route]:visible").count()).toBe(0);
  });

  test.each([
    [360, "light"],
    [360, "dark"],
    [1440, "light"],
    [1440, "dark"],
  ] as const)("the phone number's button and open data, at %i px, %s", async (width, colorScheme) => {
    const page = await openFullPage({ viewport: { width, height: 900 }, colorScheme });
    const shows = async (outcome: string, code: string) => {
      await page.getByRole("combobox", { name: "Phone button" }).selectOption(outcome);
      await button(page, "Log in by phone number").click();
      await said(page, code);
    };
    await button(page, "Open the app").click();
    await said(page, "binding_required");
    await shows("denied", "user_denied");
    await shows("104", "privacy_not_agreed");
    await shows("112", "privacy_not_declared");
    await shows("old", "base_library_too_old");
    await shows("1400001", "phone_quota_empty");
    await page.screenshot({
      path: join(pictures, `phone-refused-${width}-${colorScheme}.png`),
      fullPage: true,
    });
    await shows("ok", "Bound to u_zhangsan, and logged in.");
    await button(page, "My phone number").click();
    await said(page, "Verified by WeChat: +8613900139000");
    await button(page, "Make session_key stale").click();
    await button(page, "My steps (WeRun)").click();
    await said(page, "5000 steps today, 9000 in a month.");
    await arrow(page, "WeChat → Phone: encrypted steps").nth(1).waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    await page.screenshot({ path: join(pictures, `phone-${width}-${colorScheme}.png`), fullPage: true });
  });

  test("speaks the browser's language, and another one from when it is chosen on", async () => {
    const page = await openPage({ locale: "zh-CN" });
    const language = () => page.evaluate("document.documentElement.lang");
    await page.getByRole("heading", { name: "表里的数据" }).waitFor();
    await page.getByText("绑定：微信身份 ↔ 账号").waitFor();
    expect(await language()).toBe("zh-CN");
    expect(await page.title()).toBe("weapp-login 演示页");
    await page.locator("#user").selectOption("carol");
    await button(page, "打开小程序").click();
    await said(page, "这个微信身份还没有绑定账号");
    await button(page, "English").click();
    await page.getByRole("heading", { name: "What is stored" }).waitFor();
    expect(await language()).toBe("en");
    await page.reload();
    await button(page, "Open the app").waitFor();
    await arrow(page, "API Gateway → Phone: 409 binding_required").last().waitFor();
    await button(page, "中文").click();
    await button(page, "打开小程序").waitFor();
    expect(await page.locator("[data-text]:empty").count()).toBe(0);
  });

  test("shows 50 rows of a large table, and how many more there are", async () => {
    const { dynamoDb } = stack.laptop;
    const TableName = stack.laptop.tableName("ACCOUNTS_TABLE");
    const keys = Array.from({ length: 1_060 }, (_, n) => ({ key: { S: `username#many${n}` } }));
    const before = (await scan(stack.laptop, "Accounts")).length;
    for (const Item of keys) await dynamoDb.call("PutItem", { TableName, Item });
    onTestFinished(async () => {
      for (const Key of keys) await dynamoDb.call("DeleteItem", { TableName, Key });
    });
    const page = await openPage();
    const accounts = page.locator(".table", { has: page.getByRole("heading", { name: /^Accounts/ }) });
    await accounts.getByText(`${(before + 1_060).toLocaleString("en")} rows`).waitFor();
    await accounts.getByText(`and ${(before + 1_010).toLocaleString("en")} more, not shown`).waitFor();
    expect(await accounts.locator(".item").count()).toBe(50);
    await accounts.getByText("u_zhangsan", { exact: true }).waitFor();
  });

  test("the keyboard's focus goes to the status where a form or a button goes away", async () => {
    const page = await openPage();
    await page.getByRole("combobox", { name: "Device" }).selectOption("phone 2");
    await button(page, "Log in with password").press("Enter");
    await page.getByLabel("Password").press("Enter");
    await said(page, /u_zhangsan/);
    const focused = () => page.evaluate("document.activeElement.id");
    expect(await focused()).toBe("status");
    await button(page, "Log out").press("Enter");
    await said(page, "Logged out.");
    expect(await focused()).toBe("status");
    await button(page, "Operator: disable account").press("Enter");
    await page.locator("#enable:enabled").waitFor();
    expect(await focused()).toBe("operator");
    await button(page, "Operator: enable account").press("Enter");
    await page.locator("#disable:enabled").waitFor();
    await button(page, "Clear").press("Enter");
    expect(await focused()).toBe("arrows");
  });

  test("buttons that can do nothing are off", async () => {
    const page = await openPage();
    const off = async () => {
      const buttons = page.locator("main button:visible:disabled");
      return (await buttons.allTextContents()).toSorted();
    };
    const ofSession = ["Expire this session", "Log out", "Log out everywhere", "Unbind"];
    await page.locator("#disable:enabled").waitFor();
    await chooseUser(page, "carol");
    await page.locator("#revoke:disabled").waitFor();
    expect(await off()).toEqual(
      [...ofSession, "Operator: enable account", "Operator: end sessions"].toSorted(),
    );
    await button(page, "Open the app").click();
    await button(page, "Log in and bind").click();
    await page.locator("#revoke:enabled").waitFor();
    expect(await off()).toEqual(["Operator: enable account"]);
    await button(page, "Unbind").click();
    await page.locator("#revoke:disabled").waitFor();
    expect(await off()).toEqual(
      [...ofSession, "Operator: enable account", "Operator: end sessions"].toSorted(),
    );
    await button(page, "Clear").click();
    expect(await off()).toContain("Clear");
  });

  test("what went wrong is no longer shown after the next action, on the phone or outside", async () => {
    const page = await openPage();
    await chooseUser(page, "carol");
    await button(page, "Open the app").click();
    await said(page, "binding_required");
    await page.getByRole("combobox", { name: "DynamoDB" }).selectOption("1");
    await page.locator("#operator").getByText("nobody notices").waitFor();
    expect(await page.locator("#result").textContent()).toBe("");
    await button(page, "Open the app").click();
    await said(page, "binding_required");
    expect(await page.locator("#operator").textContent()).toBe("");
  });

  test("“Show me” draws all arrows of a step before its result, in view on a phone's screen, with the step", async () => {
    const page = await openPage({ viewport: { width: 360, height: 740 }, reducedMotion: "no-preference" });
    await page.getByText("Resets Alice").waitFor();
    await button(page, "Show me").click();
    await page.locator("#result.bad").waitFor();
    expect(await arrow(page, "API Gateway → Phone: 409 binding_required").count()).toBe(1);
    const boxes = [
      await page.locator("#steps li").last().boundingBox(),
      await page.locator("#diagram-title").boundingBox(),
      await arrow(page, "API Gateway → Phone: 409 binding_required").boundingBox(),
    ].map((box) => [box?.y ?? -1, (box?.y ?? -1) + (box?.height ?? 0)]);
    const edges = boxes.flat();
    expect(edges).toEqual(edges.toSorted((a, b) => a - b));
    expect(edges[0]).toBeGreaterThanOrEqual(0);
    expect(edges.at(-1)).toBeLessThanOrEqual(740);
    await button(page, "Skip the waiting").click();
    await page.locator("#show:enabled").waitFor();
    expect(await page.locator("#steps li:visible").count()).toBe(5);
  });

  test.each([
    [360, "light"],
    [360, "dark"],
    [1440, "light"],
    [1440, "dark"],
  ] as const)(
    "“Show me” runs the five steps, at %i px, %s, in both languages",
    async (width, colorScheme) => {
      const locale = colorScheme === "dark" ? "zh-CN" : "en-US";
      const page = await openPage({ viewport: { width, height: 900 }, colorScheme, locale });
      await page.locator("#show").click();
      await said(page, /Logged out everywhere|已退出所有设备/);
      await page.locator("#show:enabled").waitFor();
      expect(await page.locator("#steps li").count()).toBe(5);
      await arrow(page, /POST \/login/)
        .last()
        .click();
      const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
      expect(overflow).toBeLessThanOrEqual(0);
      await page.screenshot({ path: join(pictures, `${width}-${colorScheme}.png`), fullPage: true });
    },
  );
});
