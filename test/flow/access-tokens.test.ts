import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { AuthorizationDecision } from "../../local/aws/endpoint.ts";
import { sample } from "../../local/sample.ts";
import { expectNowhere } from "../support/canary-hunt.ts";
import { type MessagesStack, synthesizeMessagesStack } from "../support/messages-stack.ts";
import { type StackOnLaptop, scan, startStackOnLaptop } from "../support/stack-on-laptop.ts";

// CDK checks each template against CloudFormation's schemas, which takes seconds.

const { username, password, appId } = sample;
const appSecret = "c0ffee01c0ffee01c0ffee01c0ffee01";

let messages: MessagesStack;
let stack: StackOnLaptop;
const decisions: AuthorizationDecision[] = [];
/** All that were ever lent, for the hunt at the end. */
const lent = new Set<string>();

beforeAll(async () => {
  messages = await synthesizeMessagesStack();
  stack = await startStackOnLaptop({
    appSecret,
    assemblyDirectory: messages.directory,
    maxInstances: 4,
    onDecision: (decision) => decisions.push(decision),
  });
});
afterAll(async () => {
  await stack.close();
  await messages.remove();
});
beforeEach(() => {
  stack.simulator.clearTrouble();
  stack.simulator.app(appId, { ipAllowlist: [] });
});

function functionOf(label: string) {
  const found = stack.laptop.assembly.functions.find((fn) => fn.label === label);
  if (!found) throw new Error(`There is no function ${label}.`);
  return found;
}

/** What the owner's Lambda comes to. */
async function tryTo(what: string, argument?: unknown): Promise<{ done?: unknown; failed?: string }> {
  const { payload } = await stack.laptop.functions.invoke(
    functionOf("messages").arn,
    JSON.stringify({ what, argument }),
  );
  return JSON.parse(payload);
}

async function borrow(options: object = {}): Promise<string> {
  const { done } = await tryTo("borrow", options);
  expect(done).toEqual(expect.stringMatching(/.{100,}/));
  lent.add(String(done));
  return String(done);
}

/** What WeChat says to a call with this token that is wrong otherwise: 44002 where it takes the token. */
async function errcodeWith(token: string): Promise<unknown> {
  const query = new URLSearchParams({ access_token: token });
  const response = await fetch(`${stack.simulator.url}/wxa/getuserriskrank?${query}`, { method: "POST" });
  return Object(await response.json()).errcode;
}

const asks = () => stack.simulator.requests.filter(({ path }) => path === "/cgi-bin/stable_token").length;

describe("a Lambda of the owner's with nothing but the grant", () => {
  test("gets the access token, which WeChat takes", async () => {
    expect(await errcodeWith(await borrow())).toBe(44002);
    expect(await borrow({ appId })).toBe(await borrow());
  });

  test("can read neither the AppSecret nor a table", async () => {
    const [secret] = stack.laptop.assembly.secrets;
    expect(await tryTo("readSecret", secret?.arn)).toEqual({ failed: "AccessDeniedException" });
    for (const { name } of stack.laptop.assembly.tables) {
      expect(await tryTo("scan", name)).toEqual({ failed: "AccessDeniedException" });
      expect(await tryTo("getItem", name)).toEqual({ failed: "AccessDeniedException" });
    }
  });

  test("can invoke the function that lends it, and no other of the stack's", async () => {
    for (const { label, arn } of stack.laptop.assembly.functions) {
      const { failed } = await tryTo("invoke", arn);
      expect(failed, label).toBe(label === "accesstoken" ? undefined : "AccessDeniedException");
    }
  });
});

test("the function that lends uses every grant that it has, and asks for nothing else", async () => {
  await stack.laptop.functions.recycle();
  decisions.length = 0;
  await borrow();
  const { name, policy } = functionOf("accesstoken");
  const used = decisions.filter(({ principal }) => principal.arn.endsWith(`/${name}`));
  const granted = policy.flatMap(({ Action }) => [Action].flat());
  expect(used.every(({ allowed }) => allowed)).toBe(true);
  expect([...new Set(used.map(({ action }) => action))].sort()).toEqual([...granted].sort());
});

test("of processes that all start at once each asks WeChat once at most, and none forces it", async () => {
  await stack.laptop.functions.recycle();
  const before = asks();
  const tokens = await Promise.all(Array.from({ length: 8 }, () => borrow()));
  expect(new Set(tokens).size).toBe(1);
  // There are four at most.
  expect(asks() - before).toBeLessThanOrEqual(4);
  expect(await errcodeWith(tokens[0] ?? "")).toBe(44002);
});

test("a token that an operator has ended is replaced, for whoever says that WeChat refuses it", async () => {
  const old = await borrow();
  const { appId: refreshed, expiresAt } = await stack.admin({ action: "token.refresh" });
  expect([refreshed, Date.parse(expiresAt) > Date.now()]).toEqual([appId, true]);
  expect(await errcodeWith(old)).toBe(40001);
  expect(await borrow()).toBe(old);
  const fresh = await borrow({ refused: old });
  expect(await errcodeWith(fresh)).toBe(44002);
  // Within 30 s WeChat does it once.
  expect(await stack.admin({ action: "token.refresh" })).toMatchObject({ refused: "token_not_refreshed" });
  expect(await errcodeWith(fresh)).toBe(44002);
});

describe("an address that is not on WeChat's list", () => {
  beforeEach(async () => {
    stack.simulator.app(appId, { ipAllowlist: ["203.0.113.7"] });
    await stack.laptop.functions.recycle();
  });

  test("is told to whoever borrows, and to doctor", async () => {
    expect(await tryTo("borrow", {})).toEqual({ failed: "not_configured" });
    const { accessTokens } = await stack.admin({ action: "doctor.check" });
    expect(accessTokens).toEqual([{ appId, state: "refused", errcode: 40164, address: "127.0.0.1" }]);
  });

  test("keeps nobody from logging in, who is then not asked about", async () => {
    const { status } = await stack.login({ code: stack.simulator.login("bob"), username, password });
    expect(status).toBe(200);
  });
});

test("doctor says that WeChat gives the token", async () => {
  expect(await stack.admin({ action: "doctor.check" })).toMatchObject({
    accessTokens: [{ appId, state: "given" }],
  });
});

describe("a first login by password", () => {
  const logIn = (user: string) => stack.login({ code: stack.simulator.login(user), username, password });
  const facts = () => stack.logs.filter((line) => line.includes('"event":"login"')).at(-1) ?? "";

  test("of somebody whom WeChat takes for a risk is turned away, and logged", async () => {
    stack.simulator.user("mallory", { riskRank: 3 });
    const { status, body } = await logIn("mallory");
    expect([status, body.code, body.action]).toEqual([403, "wechat_user_blocked", "contact_support"]);
    expect(facts()).toContain('"riskRank":3');
    stack.simulator.user("mallory", { riskRank: 2 });
    expect((await logIn("mallory")).status).toBe(200);
    expect(facts()).toContain('"riskRank":2');
  });

  test("is let in where WeChat cannot tell", async () => {
    stack.simulator.trouble({ path: "/wxa/getuserriskrank", errcode: 61010 });
    expect((await logIn("carol")).status).toBe(200);
    expect(facts()).toContain('"riskErrcode":61010');
  });

  test("gets its rank with another token where the one in use was ended", async () => {
    await logIn("dave");
    stack.simulator.forward(31);
    await stack.admin({ action: "token.refresh" });
    stack.simulator.user("erin", { riskRank: 4 });
    expect((await logIn("erin")).status).toBe(403);
  });
});

test("no access token and no AppSecret is stored or logged", async () => {
  lent.add(await borrow());
  const tables = ["Bindings", "Sessions", "Attempts", "Accounts"];
  const rows = await Promise.all(tables.map((table) => scan(stack.laptop, table)));
  expect(stack.logs.join("\n")).toMatch(/"event":"access_token".*"outcome":"lent"/);
  const secrets = Object.fromEntries([...lent].map((token, index) => [`token ${index}`, token]));
  expect(lent.size).toBeGreaterThan(1);
  expectNowhere({ ...secrets, appSecret }, { tables: JSON.stringify(rows), logs: stack.logs.join("\n") });
});
