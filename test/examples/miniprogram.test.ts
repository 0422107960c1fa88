import { existsSync, readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { sample } from "../../local/sample.ts";
import { type Phone, startMiniProgram } from "../support/miniprogram-runtime.ts";
import { serverForThisTest } from "../support/server.ts";
import { type StackOnLaptop, startStackOnLaptop } from "../support/stack-on-laptop.ts";

const directory = fileURLToPath(new URL("../../examples/miniprogram/", import.meta.url));
const { username, password, userId } = sample;

const read = (path: string) => readFileSync(directory + path, "utf8");
const pages: string[] = JSON.parse(read("app.json")).pages;

let stack: StackOnLaptop;
beforeAll(async () => {
  stack = await startStackOnLaptop();
});
afterAll(() => stack.close());

// What one test bound, the next must not find.
beforeEach(() => stack.admin({ action: "bindings.remove", of: { userId } }));

/** A phone whose `localhost:3000` and `localhost:3001`, as in `config.js`, are the running stack. */
function start(storage?: Map<string, unknown>, api = stack.laptop.url): Phone {
  const whither = (url: string) =>
    url
      .replace(/^http:\/\/localhost:3000(?=\/)/, api)
      .replace(/^http:\/\/localhost:3001(?=\/)/, stack.simulator.url);
  return startMiniProgram(directory, { whither, ...(storage && { storage }) });
}

const on = (phone: Phone, route: string) => vi.waitFor(() => expect(phone.page.route).toBe(route), 5_000);

/** A phone on which the person has bound the sample account. */
async function boundPhone(): Promise<Phone> {
  const phone = start();
  await on(phone, "pages/login/index");
  await phone.page.call("bind", { detail: { value: { username, password } } });
  await on(phone, "pages/devices/index");
  await listed(phone, 1);
  return phone;
}

const listed = (phone: Phone, devices: number) =>
  vi.waitFor(() => expect(phone.page.data.devices).toHaveLength(devices), 5_000);

test("the first start asks to bind; a mistyped password is said; then hello and this device", async () => {
  const phone = start();
  await on(phone, "pages/login/index");
  await phone.page.call("bind", { detail: { value: { username, password: "mistyped" } } });
  expect(phone.page.data).toMatchObject({ message: "用户名或密码错误", busy: false });
  await phone.page.call("bind", { detail: { value: { username, password } } });
  await on(phone, "pages/devices/index");
  await listed(phone, 1);
  expect(phone.page.data).toMatchObject({
    hello: `Hello, ${userId}`,
    message: "",
    devices: [{ current: true }],
  });
});

test("the next start goes on with the stored session, or logs in silently", async () => {
  const { storage } = await boundPhone();
  const logins = stack.simulator.exchanges;
  await listed(start(storage), 1);
  expect(stack.simulator.exchanges).toBe(logins);
  await listed(start(), 2);
  expect(stack.simulator.exchanges).toBe(logins + 1);
});

test("ends another device, and only that", async () => {
  const phone = await boundPhone();
  const other = start();
  await listed(other, 2);
  await phone.page.call("onShow");
  const devices = phone.page.data.devices;
  const another = Array.isArray(devices) ? devices.find(({ current }) => !current) : undefined;
  await phone.page.call("endOne", { currentTarget: { dataset: { id: another.id } } });
  expect(phone.page.data).toMatchObject({ message: "", devices: [{ current: true }] });
});

test.each(["logout", "logoutEverywhere", "unbind"])("%s leads to the login page", async (handler) => {
  const phone = await boundPhone();
  await phone.page.call(handler);
  await on(phone, "pages/login/index");
  await phone.page.call("silently");
  if (handler === "unbind") {
    expect(phone.page.data.message).toBe("请先绑定账号");
  } else {
    await on(phone, "pages/devices/index");
    await listed(phone, 1);
  }
});

test("the phone number's button sends the simulated phone's code; what the server says is said", async () => {
  const sent: unknown[] = [];
  const server = await serverForThisTest(async (request, response) => {
    const data: unknown = JSON.parse(await text(request));
    sent.push(data);
    const [status, body] = Object(data).phoneCode
      ? [401, { code: "invalid_phone_code", action: "new_phone_code" }]
      : [409, { code: "binding_required", action: "bind", bindTicket: "ticket" }];
    response.writeHead(status, { "content-type": "application/problem+json" }).end(JSON.stringify(body));
  });
  const phone = start(new Map(), server);
  await on(phone, "pages/login/index");
  await phone.page.call("byPhone", { detail: { errMsg: "getPhoneNumber:fail no permission" } });
  expect(sent.at(-1)).toEqual({ bindTicket: "ticket", phoneCode: expect.stringMatching(/^[0-9a-f]{64}$/) });
  expect(phone.page.data).toMatchObject({ message: "手机号凭证已失效，请重新授权", busy: false });
  stack.simulator.app(sample.appId, { phoneQuota: 0 });
  onTestFinished(() => void stack.simulator.app(sample.appId, { phoneQuota: 1000 }));
  await phone.page.call("byPhone", { detail: {} });
  expect(phone.page.data.message).toBe("手机号验证暂不可用，请使用其他方式");
});

test("what broke is said, and the page stays", async () => {
  const phone = await boundPhone();
  phone.offline = true;
  await phone.page.call("onShow");
  expect(phone.page).toMatchObject({
    route: "pages/devices/index",
    data: { message: "网络连接失败，请检查网络后重试", devices: [{}] },
  });
});

test("project settings: a test AppId, and domains are not checked", () => {
  expect(JSON.parse(read("project.config.json"))).toMatchObject({
    appid: "touristappid",
    compileType: "miniprogram",
    setting: { urlCheck: false },
  });
  expect(existsSync(directory + JSON.parse(read("app.json")).sitemapLocation)).toBe(true);
});

test.each(pages)("%s has its files, and every handler that its template names", (path) => {
  const phone = start();
  const { handlers } = phone.definition(path);
  const named = [...read(`${path}.wxml`).matchAll(/\bbind\w+="(\w+)"/g)].map(([, name = ""]) => name);
  expect(named.length).toBeGreaterThan(0);
  for (const name of named) expect(handlers).toContain(name);
  expect(JSON.parse(read(`${path}.json`))).toHaveProperty("navigationBarTitleText");
});
