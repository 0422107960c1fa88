import { afterEach, describe, expect, test } from "vitest";
import { type Answer, createLogin, errorOf, type Wx } from "../../client/weapp-login.ts";
import type { Fault, InterceptedCall } from "../../local/aws/endpoint.ts";
import { sample } from "../../local/sample.ts";
import { runHere } from "../support/operator.ts";
import { type StackOnLaptop, startStackOnLaptop } from "../support/stack-on-laptop.ts";
import { wxOverFetch } from "../support/wx-over-fetch.ts";

const newSecret = "fedcba9876543210fedcba9876543210";
const invalidAppSecret = 40125;
const warmInstances = 3;
const allInstances = 4;
const tryAgain = "503 wechat_unavailable new_code";

let stack: StackOnLaptop;
afterEach(() => stack.close());

/** Holds reads of the AppSecret by logins, and with them the instances that read: they take no other login meanwhile. */
function readsOfTheSecret() {
  let left = 0;
  let all = Promise.withResolvers<void>();
  let released = Promise.withResolvers<void>();
  return {
    intercept({ action, principal }: InterceptedCall): Promise<Fault | undefined> | undefined {
      if (left === 0 || action !== "secretsmanager:GetSecretValue") return undefined;
      const login = stack.laptop.assembly.functions.find(({ label }) => label === "login");
      if (!principal.arn.endsWith(`/${login?.name}`)) return undefined;
      left -= 1;
      if (left === 0) all.resolve();
      return released.promise.then(() => undefined);
    },
    /** The next `count`; `all` resolves when they wait. */
    hold(count: number) {
      left = count;
      all = Promise.withResolvers();
      released = Promise.withResolvers();
      return { all: all.promise, release: released.resolve };
    },
  };
}

/** A phone with the SDK on it, and what it was refused with. */
function phone(user: string) {
  const { simulator, laptop } = stack;
  const refusals: string[] = [];
  const refused = Promise.withResolvers<void>();
  let codesHeld: Promise<unknown>[] = [];
  const network = wxOverFetch(() => simulator.login(user));
  const wx: Wx = {
    ...network,
    async login(call) {
      await codesHeld.shift();
      network.login(call);
    },
    request(call) {
      const success = (answer: Answer) => {
        const error = errorOf(answer);
        if (error) {
          refusals.push(`${error.status} ${error.code} ${error.action}`);
          refused.resolve();
        }
        call.success(answer);
      };
      network.request({ ...call, success });
    },
  };
  // The SDK's own tries and no wait but the code's, which may take as long as a test may.
  const sdk = createLogin({ baseUrl: laptop.url, wx, retryDelays: [0, 0], timeout: 30_000 });
  return {
    refusals,
    /** Resolves at the first refusal. */
    refused: refused.promise,
    async bind() {
      await sdk.bind({ username: sample.username, password: sample.password });
      await sdk.logout();
    },
    /** One `login()`, whose last try gets its code after `lastWait`. */
    async logIn(lastWait: Promise<void>): Promise<string> {
      const now = Promise.resolve();
      codesHeld = [now, now, lastWait];
      return (await sdk.login()).userId;
    },
  };
}

/** Warm instances of login, and phones with a binding, of which as many again are without an instance of their own. */
async function loggingIn() {
  const reads = readsOfTheSecret();
  stack = await startStackOnLaptop({ maxInstances: allInstances, intercept: reads.intercept });
  expect(await stack.admin({ action: "secret.rotate", appSecret: sample.appSecret })).toEqual({
    appId: sample.appId,
  });
  const phones = Array.from({ length: 2 * warmInstances }, (_, index) => phone(`user ${index}`));
  const coldReads = reads.hold(warmInstances);
  const binding = Promise.all(phones.slice(0, warmInstances).map((it) => it.bind()));
  await coldReads.all;
  coldReads.release();
  await binding;
  for (const it of phones.slice(warmInstances)) await it.bind();
  return { reads, phones };
}

/** Rotated in WeChat's console, and then here. */
const rotate = () => runHere(["secret", "rotate", "--local", stack.laptop.awsUrl], { piped: newSecret });

/** Calls with a refused secret since then, by the connection to WeChat that each instance keeps. */
function refusedSince(mark: number): number[] {
  const refused = stack.simulator.requests.slice(mark).filter(({ errcode }) => errcode === invalidAppSecret);
  return [...Map.groupBy(refused, ({ connection }) => connection).values()].map(({ length }) => length);
}

describe("a rotation in the middle of logins", () => {
  test("lets every client in within the SDK's own tries, also on an instance that starts in between", async () => {
    const { reads, phones } = await loggingIn();
    stack.simulator.app(sample.appId, { secret: newSecret });

    const stored = Promise.withResolvers<void>();
    const renewals = reads.hold(warmInstances);
    const first = phones.slice(0, warmInstances).map((it) => it.logIn(stored.promise));
    await renewals.all;
    // Every warm instance is busy now, so whoever comes next gets a new one.
    const coldStarts = starts();
    const next = phones.slice(warmInstances).map((it) => it.logIn(stored.promise));
    await phones[warmInstances]?.refused;
    expect(starts()).toBe(coldStarts + 1);
    renewals.release();
    await expect.poll(() => phones.map(({ refusals }) => refusals.length)).toEqual(phones.map(() => 2));

    expect((await rotate()).exit).toBe(0);
    const mark = stack.simulator.requests.length;
    const afterwards = reads.hold(allInstances);
    stored.resolve();
    await afterwards.all;
    afterwards.release();
    expect(await Promise.all([...first, ...next])).toEqual(phones.map(() => sample.userId));
    expect(phones.flatMap(({ refusals }) => refusals)).toEqual(phones.flatMap(() => [tryAgain, tryAgain]));
    expect(refusedSince(mark)).toEqual(Array(allInstances).fill(1));
  });

  test("lets every client in whose second or third try is under way when the new secret is stored", async () => {
    const { phones } = await loggingIn();
    stack.simulator.app(sample.appId, { secret: newSecret });
    const stored = Promise.withResolvers<void>();
    const logins = phones.map((it) => it.logIn(stored.promise));
    await Promise.all(phones.map(({ refused }) => refused));
    expect((await rotate()).exit).toBe(0);
    const mark = stack.simulator.requests.length;
    stored.resolve();
    expect(await Promise.all(logins)).toEqual(phones.map(() => sample.userId));
    expect(new Set(phones.flatMap(({ refusals }) => refusals))).toEqual(new Set([tryAgain]));
    expect(Math.max(0, ...refusedSince(mark))).toBeLessThanOrEqual(1);
  });
});

/** How many instances of login have answered a first login. */
function starts(): number {
  return stack.logs.filter((line) => line.includes('"event":"login"') && line.includes('"coldStart":true'))
    .length;
}

describe("an instance that starts between the reset at WeChat and the rotation here", () => {
  test.each([
    ["tells to try again where the secret was stored with proof", "secret.rotate", tryAgain],
    [
      "is not configured where it was only set: it may never have worked",
      "secret.set",
      "503 not_configured contact_support",
    ],
  ] as const)("%s", async (_, action, expected) => {
    stack = await startStackOnLaptop();
    await stack.admin({ action, appSecret: sample.appSecret });
    stack.simulator.app(sample.appId, { secret: newSecret });
    const { status, body } = await stack.login({ code: stack.simulator.login("alice") });
    expect(`${status} ${body.code} ${body.action}`).toBe(expected);
    expect(stack.logs.join()).toMatch(/"errcode":40125[^\n]*"alarm":true/);
  });
});

describe("a value that WeChat does not accept", () => {
  test.each([
    ["a wrong one", () => {}, "app_secret_refused", "WeChat refuses this AppSecret"],
    [
      "one that cannot be proven",
      () => stack.simulator.trouble({ status: 502, times: 1 }),
      "wechat_unavailable",
      "WeChat could not be reached (HTTP 502)",
    ],
    [
      "one to which WeChat says neither yes nor no",
      () => stack.simulator.trouble({ errcode: 45011, times: 1 }),
      "wechat_unavailable",
      "WeChat said neither yes nor no to the AppSecret (errcode 45011)",
    ],
    [
      "one of an app that WeChat does not know",
      () => stack.simulator.trouble({ errcode: 40013, times: 1 }),
      "app_secret_refused",
      `WeChat knows no AppId ${sample.appId} (errcode 40013)`,
    ],
    [
      "a frozen one",
      () => stack.simulator.trouble({ errcode: 40243, times: 1 }),
      "app_secret_refused",
      `WeChat has frozen the AppSecret of ${sample.appId} (errcode 40243)`,
    ],
  ])("%s is refused, and the old one stays", async (_, spoil, code, detail) => {
    stack = await startStackOnLaptop();
    spoil();
    const args = ["secret", "rotate", "--json", "--local", stack.laptop.awsUrl];
    const { exit, stdout } = await runHere(args, { piped: newSecret });
    expect(exit).toBe(1);
    const { error } = JSON.parse(stdout);
    expect(error.code).toBe(code);
    expect(error.detail).toContain(detail);
    expect(error.detail).toContain("Nothing was stored.");
    expect(stdout + stack.logs.join()).not.toContain(newSecret);
    const { status } = await stack.login({ code: stack.simulator.login("alice") });
    expect(status).toBe(409);
  });
});
