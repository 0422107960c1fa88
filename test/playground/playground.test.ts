import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { askAdmin } from "../../local/after-deploy.ts";
import { isRecord } from "../../local/aws/json.ts";
import { sample } from "../../local/sample.ts";
import { tableRows } from "../../playground/server/rows.ts";
import { accountState, type Item, readTables } from "../../playground/server/tables.ts";
import { scan } from "../support/stack-on-laptop.ts";
import {
  listen,
  type StackWithPlayground,
  startStackWithPlayground,
} from "../support/stack-with-playground.ts";

const { username, password, userId } = sample;
let stack: StackWithPlayground;
let url: string;

beforeAll(async () => {
  stack = await startStackWithPlayground();
  url = stack.laptop.url;
});
afterAll(() => stack?.close());

const state = () => api("GET /_playground/state", { key: stack.key });

interface Call {
  readonly session?: string;
  readonly json?: object;
  readonly key?: string;
}

async function api(route: string, { session, json, key }: Call = {}) {
  const [method = "", path = ""] = route.split(" ");
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(json && { "content-type": "application/json" }),
      ...(session !== undefined && { authorization: `Bearer ${session}` }),
      ...(key !== undefined && { "x-playground-key": key }),
    },
    ...(json && { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  const body: unknown = text === "" ? {} : JSON.parse(text);
  return { status: response.status, body: isRecord(body) ? body : {} };
}

/** As the page's own script asks. */
async function control(name: string, fields: object = {}) {
  const response = await fetch(`${url}/_playground/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json", origin: url, "x-playground-key": stack.key },
    body: JSON.stringify(fields),
  });
  const body: unknown = await response.json();
  return { status: response.status, body: isRecord(body) ? body : {} };
}

async function codeOf(user: string): Promise<unknown> {
  return (await control("wx-login", { user })).body.code;
}

async function loggedIn(user: string): Promise<string> {
  const { body } = await api("POST /login", { json: { code: await codeOf(user), username, password } });
  return String(body.sessionId);
}

const silently = async (user: string) => api("POST /login", { json: { code: await codeOf(user) } });

/** Status of a raw request: `fetch` does not let Host and Sec-Fetch-Site be chosen. */
function rawStatus(
  method: string,
  path: string,
  headers: Record<string, string>,
  body = "",
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, url), { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

describe("the page", () => {
  test.each([
    ["/", "text/html"],
    ["/_playground/playground.css", "text/css"],
    ["/_playground/playground.js", "text/javascript"],
    ["/_playground/phone.js", "text/javascript"],
    ["/_playground/diagram.js", "text/javascript"],
    ["/_playground/icon.svg", "image/svg+xml"],
    ["/_playground/phone-data.js", "text/javascript"],
    ["/_playground/focus.js", "text/javascript"],
    ["/_playground/language.js", "text/javascript"],
    ["/_playground/messages.js", "text/javascript"],
    ["/_playground/state.js", "text/javascript"],
    ["/_playground/weapp-login.mjs", "text/javascript"],
    ["/_playground/phone.mjs", "text/javascript"],
    ["/_playground/open-data.mjs", "text/javascript"],
  ])("%s is served, and may load nothing from elsewhere", async (path, type) => {
    const response = await fetch(url + path);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe(`${type}; charset=utf-8`);
    expect(response.headers.get("content-security-policy")).toMatch(
      /^default-src 'self';.*frame-ancestors 'none'/,
    );
    expect((await response.text()).length).toBeGreaterThan(100);
  });

  test("names no other host, and has no script or style of its own that the policy would stop", async () => {
    for (const path of [
      "/",
      "/_playground/playground.js",
      "/_playground/diagram.js",
      "/_playground/phone.js",
      "/_playground/phone-pane.js",
      "/_playground/phone-data.js",
      "/_playground/focus.js",
      "/_playground/language.js",
      "/_playground/messages.js",
      "/_playground/state.js",
      "/_playground/tables.js",
      "/_playground/tour.js",
      "/_playground/trouble.js",
    ]) {
      const text = await (await fetch(url + path)).text();
      expect(text).not.toMatch(/https?:\/\/|\sstyle=|\son\w+="|<script>/);
    }
  });

  test.each([
    ["/_playground/"],
    ["/_playground/../start.ts"],
    ["/_playground/guard.ts"],
    ["/_playground/constructor"],
  ])("%s is not there", async (path) => {
    expect(await rawStatus("GET", path, { "x-playground-key": stack.key })).toBe(404);
  });

  test("takes no route of the template, and leaves what nobody has a gateway's 404", async () => {
    expect(await api("GET /session")).toEqual({ status: 401, body: { message: "Unauthorized" } });
    expect((await api("GET /login")).status).toBe(405);
    expect(await api("POST /", { json: {} })).toEqual({ status: 404, body: { message: "Not Found" } });
    expect(await api("GET /_playgrounds")).toEqual({ status: 404, body: { message: "Not Found" } });
  });
});

describe("what happens", () => {
  test("is told in order, from the phone to the database and back", async () => {
    const stream = await listen(stack);
    onTestFinished(() => stream.stop());
    expect(stream.type).toBe("text/event-stream");
    // The first right password replaces the weak hash that it was added with.
    await loggedIn("earlier");
    const session = await loggedIn("ordered");
    await api("GET /hello", { session });
    await vi.waitFor(() => expect(stream.arrows.at(-1)).toContain(`200 `));

    const before = stream.arrows.lastIndexOf("phone>wechat wx.login");
    const events = stream.events.slice(before);
    expect(before).toBeGreaterThanOrEqual(0);
    expect(events.map(({ id }) => id)).toEqual(events.map((_, index) => (events[0]?.id ?? 0) + index));
    const calls = events
      .filter(({ kind }) => kind === "call")
      .map(({ from, to, label }) => `${from}>${to} ${label}`);
    expect(
      calls.filter(
        (call) => !/(UpdateItem|GetItem) Attempts|AWS GetSecretValue|TransactWriteItems Accounts/.test(call),
      ),
    ).toEqual([
      "phone>wechat wx.login",
      "phone>gateway POST /login",
      "gateway>login invoke login",
      "login>wechat jscode2session",
      "login>dynamodb GetItem Bindings",
      "login>verifier invoke verifier",
      "verifier>dynamodb GetItem Accounts",
      "verifier>dynamodb GetItem Accounts",
      "login>dynamodb TransactWriteItems Bindings, Sessions",
      "phone>gateway GET /hello",
      "gateway>authorizer invoke authorizer",
      "authorizer>dynamodb BatchGetItem Bindings, Sessions",
      "gateway>lambda invoke hello",
    ]);
    const answered = events.filter(({ kind }) => kind === "answer").map(({ of }) => of);
    expect(new Set(answered).size).toBe(calls.length);
    for (const { kind, ms } of events) if (kind === "answer") expect(ms).toBeGreaterThanOrEqual(0);
  });

  test("holds no secret of anybody", async () => {
    const stream = await listen(stack);
    onTestFinished(() => stream.stop());
    const first = await codeOf("secretive");
    const ticket = String((await api("POST /login", { json: { code: first } })).body.bindTicket);
    const wrong = "a-mistyped-password";
    await api("POST /login", { json: { bindTicket: ticket, username, password: wrong } });
    const { body } = await api("POST /login", { json: { bindTicket: ticket, username, password } });
    const session = String(body.sessionId);
    await api("GET /sessions", { session });
    await api(`DELETE /sessions/${session}`, { session });
    await fetch(`${url}/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: `{"password":"${wrong}`,
    });
    await fetch(`${url}/login?code=${first}&password=${password}`);
    await api("DELETE /session", { session });
    await vi.waitFor(() => expect(stream.arrows.at(-1)).toBe("gateway>phone 204"));

    const [account] = await scan(stack.laptop, "Accounts");
    const shown = JSON.stringify((await state()).body);
    const secrets = {
      code: String(first),
      ticket,
      wrong,
      password,
      session,
      "the session's secret": session.slice(22),
      appSecret: sample.appSecret,
      session_key: stack.simulator.sessionKey("secretive") ?? "",
      hash: account?.passwordHash?.S ?? "",
    };
    for (const [name, secret] of Object.entries(secrets)) {
      expect(secret.length, name).toBeGreaterThan(6);
      expect(stream.text.includes(secret), `${name} in the stream`).toBe(false);
      expect(shown.includes(secret), `${name} in the rows`).toBe(false);
    }
  });

  test("of megabytes holds nobody up, however many secrets are known", async () => {
    const stream = await listen(stack);
    onTestFinished(() => stream.stop());
    for (let round = 0; round < 50; round++) {
      await Promise.all(Array.from({ length: 10 }, (_, n) => codeOf(`known-${round}-${n}`)));
    }
    const notes = Array.from({ length: 200_000 }, (_, n) => `a note that is no secret, number ${n}`);
    const large = await api("POST /login", { json: { code: "a code", notes } });
    expect(large).toMatchObject({ status: 413, body: { code: "payload_too_large" } });
    await vi.waitFor(() => expect(stream.arrows.at(-1)).toBe("gateway>phone 413 payload_too_large"));
    expect(stream.events.findLast(({ label }) => label === "POST /login")?.details).toMatchObject({
      body: expect.stringMatching(/^\(\d{7} bytes\)$/),
    });
  });

  test("a page that comes back is told what it has missed, and nothing twice", async () => {
    const stream = await listen(stack);
    await api("GET /session");
    await vi.waitFor(() => expect(stream.arrows.at(-1)).toBe("gateway>phone 401 Unauthorized"));
    const last = stream.events.at(-1)?.id ?? 0;
    await stream.stop();
    await api("GET /session");
    const again = await listen(stack, last);
    onTestFinished(() => again.stop());
    await vi.waitFor(() => expect(again.events.map(({ id }) => id)).toEqual([last + 1, last + 2]));
  });
});

test("the rows are those of the tables, with times to read", async () => {
  await loggedIn("rows");
  const { body } = await state();
  const tables = Array.isArray(body.tables) ? body.tables : [];
  expect(tables.map(({ name }) => name)).toEqual(["Bindings", "Sessions", "Attempts", "Accounts"]);
  for (const { name, total } of tables) expect(total).toBe((await scan(stack.laptop, name)).length);
  const accounts = tables.find(({ name }) => name === "Accounts");
  const byNote = (wanted: string) =>
    accounts.rows.find(({ note }: { note: string }) => note === wanted).cells;
  expect(byNote("account")).toEqual([
    ["username", username],
    ["userId", userId],
    ["key", `username#${username}`],
    ["generation", "0"],
    ["passwordHash", "••••••"],
  ]);
  expect(byNote("userId")).toEqual([
    ["username", username],
    ["key", `userId#${userId}`],
  ]);
  expect(JSON.stringify(tables)).toMatch(/\["expiresAt","\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.000Z"\]/);
});

test("of the accounts' items each is called what it is", () => {
  const keys = [`username#${username}`, `userId#${userId}`, "phone#+8613800138000", "imported#m=1,t=1"];
  const found = new Map<string, Item[]>([["Accounts", keys.map((key) => ({ key: { S: key } }))]]);
  const [accounts] = tableRows(found, (value) => value, 0);
  const notes = new Map(accounts?.rows.map(({ note, cells }) => [new Map(cells).get("key"), note]));
  expect(keys.map((key) => notes.get(key))).toEqual(["account", "userId", "phoneNumber", "import"]);
});

test("a session's row says whether it is good, and if not, why", async () => {
  const [first, second] = [await loggedIn("states"), await loggedIn("states")];
  const notes = async () => {
    const { body } = await state();
    const tables = Array.isArray(body.tables) ? body.tables : [];
    const sessions = tables.find(({ name }) => name === "Sessions");
    const of = (session: string) => Buffer.from(session, "base64url").subarray(0, 16).toString("base64");
    return sessions.rows
      .filter(({ key }: { key: string }) => key.includes(of(first)))
      .map(({ note }: { note: string }) => note);
  };
  expect(await notes()).toEqual(["good", "good"]);
  await control("expire", { sessionId: second });
  expect(await notes()).toEqual(["good", "expired"]);
  await control("revoke", { user: "states" });
  expect(await notes()).toEqual(["expired", "earlierGeneration"]);
});

describe("a control does what it says:", () => {
  test.each([
    ["40226", 403, "wechat_user_blocked"],
    ["45011", 429, "rate_limited"],
    ["-1", 503, "wechat_busy"],
    ["down", 503, "wechat_unavailable"],
    ["slow", 504, "wechat_timeout"],
  ])("WeChat's trouble %s, until it is fine again", async (trouble, status, code) => {
    expect(await control("wechat", { trouble })).toEqual({ status: 200, body: {} });
    expect(await silently("weather")).toMatchObject({ status, body: { code } });
    expect((await state()).body.weChat).toBe(trouble);
    await control("wechat", { trouble: "ok" });
    expect((await silently("weather")).body.code).toBe("binding_required");
  });

  test("the phone number's button gives a code of the simulator's, which is shown nowhere", async () => {
    const stream = await listen(stack);
    onTestFinished(() => stream.stop());
    const { status, body } = await control("phone-button", { user: "caller" });
    expect({ status, body }).toEqual({
      status: 200,
      body: { code: expect.stringMatching(/^[0-9a-f]{64}$/), errMsg: "getPhoneNumber:ok" },
    });
    // The route is there only where the deployment has it; its body is masked either way.
    await api("POST /login", { json: { code: await codeOf("caller"), phoneCode: body.code } });
    stack.simulator.app(sample.appId, { phoneQuota: 0 });
    onTestFinished(() => void stack.simulator.app(sample.appId, { phoneQuota: 1000 }));
    expect((await control("phone-button", { user: "caller" })).body).toMatchObject({ errno: 1400001 });
    await vi.waitFor(() =>
      expect(stream.arrows).toContain("wechat>phone getPhoneNumber:fail quota exceeded"),
    );
    expect(stream.arrows).toContain("phone>wechat getPhoneNumber");
    expect(stream.text).toContain('"phoneCode":"••••••"');
    expect(stream.text).not.toContain(body.code);
  });

  test("a phone's number is shown, and changed", async () => {
    const { phoneNumber } = (await control("number", { user: "caller" })).body;
    expect(phoneNumber).toBe(stack.simulator.user("caller").phoneNumber);
    expect((await control("number", { user: "caller", phoneNumber: "13800138000" })).body).toEqual({
      phoneNumber: "13800138000",
    });
    expect(stack.simulator.user("caller").phoneNumber).toBe("13800138000");
  });

  test("a phone that has logged in gives its steps, encrypted", async () => {
    expect(await control("werun", { user: "walker" })).toEqual({
      status: 400,
      body: { error: "no_wx_login" },
    });
    await control("wx-login", { user: "walker" });
    expect((await control("werun", { user: "walker" })).body).toEqual({
      encryptedData: expect.any(String),
      iv: expect.any(String),
    });
  });

  test("DynamoDB throttles: one call is tried again unnoticed, twenty are an outage", async () => {
    const session = await loggedIn("throttled");
    await control("dynamodb", { calls: 1 });
    expect((await api("GET /hello", { session })).status).toBe(200);
    await control("dynamodb", { calls: 20 });
    expect((await silently("throttled")).body.code).toBe("store_unavailable");
    await control("dynamodb", { calls: 0 });
    expect((await api("GET /hello", { session })).status).toBe(200);
  });

  test("expire ends this session and no other", async () => {
    const [one, other] = [await loggedIn("expiring"), await loggedIn("expiring")];
    expect((await control("expire", { sessionId: one })).status).toBe(200);
    expect((await api("GET /hello", { session: one })).status).toBe(403);
    expect((await api("GET /hello", { session: other })).status).toBe(200);
  });

  test("revoke ends every session of the user, and silent login still works", async () => {
    const session = await loggedIn("revoked");
    expect((await control("revoke", { user: "revoked" })).body).toEqual({ answer: { revoked: 1 } });
    expect((await api("GET /hello", { session })).status).toBe(403);
    expect((await silently("revoked")).status).toBe(200);
  });

  test("disable locks the account, enable opens it", async () => {
    const session = await loggedIn("disabled");
    await control("account", { disabled: true });
    expect((await api("GET /hello", { session })).status).toBe(403);
    expect((await silently("disabled")).body.code).toBe("account_disabled");
    await control("account", { disabled: false });
    expect((await silently("disabled")).status).toBe(200);
  });

  test("reset makes a user nobody's again, and ends all trouble", async () => {
    await loggedIn("fresh");
    await control("wechat", { trouble: "down" });
    await control("account", { disabled: true });
    await control("reset", { user: "fresh" });
    expect((await silently("fresh")).body.code).toBe("binding_required");
    expect(await askAdmin(stack.laptop, { action: "accounts.show", account: username })).toMatchObject({
      account: { disabled: false },
    });
  });

  test.each<[string, object, string]>([
    ["wx-login", { user: "a b" }, "invalid_user"],
    ["wx-login", {}, "invalid_user"],
    ["wechat", { trouble: "none of these" }, "invalid_trouble"],
    ["dynamodb", { calls: -1 }, "invalid_calls"],
    ["expire", { sessionId: "A".repeat(64) }, "session_gone"],
    ["expire", {}, "no_session"],
    ["phone-button", {}, "invalid_user"],
    ["number", { user: "alice", phoneNumber: "+86 138" }, "invalid_phone_number"],
    ["number", { user: "alice", phoneNumber: 138 }, "invalid_phone_number"],
  ])("%s refuses %j, and says why: %s", async (name, fields, error) => {
    expect(await control(name, fields)).toEqual({ status: 400, body: { error } });
  });
});

describe("without the key that npm start prints,", () => {
  const json = { "content-type": "application/json" };

  test.each<[string, Record<string, string>]>([
    ["a program", {}],
    ["a program that says it is the page", { "sec-fetch-site": "same-origin", origin: "OWN" }],
    ["one with another key", { "x-playground-key": "A".repeat(24) }],
    ["one with half of it", { "x-playground-key": "HALF" }],
    ["a page of another site", { origin: "http://evil.example" }],
    ["a form of another site", { origin: "http://evil.example", "content-type": "text/plain" }],
  ])("%s sees nothing and moves nothing", async (_who, { origin, ...given }) => {
    const headers = {
      host: new URL(url).host,
      ...json,
      ...given,
      ...(origin !== undefined && { origin: origin === "OWN" ? url : origin }),
      ...(given["x-playground-key"] === "HALF" && { "x-playground-key": stack.key.slice(0, 12) }),
    };
    for (const what of ["state", "events", `state?key=${stack.key.slice(0, 12)}`]) {
      expect(await rawStatus("GET", `/_playground/${what}`, headers)).toBe(403);
    }
    expect(await rawStatus("POST", "/_playground/account", headers, '{"disabled":true}')).toBe(403);
    const { account } = Object(await askAdmin(stack.laptop, { action: "accounts.show", account: username }));
    expect(account.disabled).toBe(false);
  });

  test("the page itself is for everybody at this machine, and for no name that points here", async () => {
    for (const path of ["/", "/_playground/playground.js"]) {
      expect(await rawStatus("GET", path, { host: "rebound.example:3000" })).toBe(403);
      expect(await rawStatus("GET", path, { host: `127.0.0.1:${new URL(url).port}` })).toBe(200);
    }
  });

  test("the key of another start is none", async () => {
    const other = await startStackWithPlayground();
    expect(other.key).not.toBe(stack.key);
    expect((await api("GET /_playground/state", { key: other.key })).status).toBe(403);
    await other.close();
  });
});

test("with the key, what there is no such thing as is a 404, and other methods are none", async () => {
  const key = { "x-playground-key": stack.key };
  expect(await rawStatus("GET", "/_playground/nothing", key)).toBe(404);
  expect(await rawStatus("POST", "/_playground/nothing", key, "{}")).toBe(404);
  expect(await rawStatus("DELETE", "/_playground/state", key)).toBe(405);
});

test("the page is told which routes there are, and shows what needs one only then", async () => {
  const { body } = await state();
  expect(body.routes).toContain("GET /session");
  expect(body.routes).toEqual(stack.laptop.assembly.routes.map(({ routeKey }) => routeKey));
  const page = await (await fetch(url)).text();
  const needed = [...page.matchAll(/data-route="([^"]+)"( hidden)?/g)];
  expect(new Set(needed.map(([, route]) => route))).toEqual(new Set(["POST /phone", "POST /open-data"]));
  for (const [, , hidden] of needed) expect(hidden).toBe(" hidden");
});

test("of a large table 50 rows are shown and all are counted: the account to try first, what has ended last", () => {
  const account = (name: string) => ({
    key: { S: `username#${name}` },
    username: { S: name },
  });
  const session = (minute: number, hours: number) => ({
    identity: { B: "identity" },
    secretHash: { B: `hash ${minute}` },
    userId: { S: userId },
    generation: { N: "0" },
    createdAt: { N: String(minute * 60_000) },
    expiresAt: { N: String(hours * 3_600) },
  });
  const sessions = [
    ...Array.from({ length: 60 }, (_, n) => session(1_000 + n, 1)),
    ...Array.from({ length: 30 }, (_, n) => session(n, 100)),
  ];
  const found = new Map<string, Item[]>([
    ["Bindings", [{ key: { B: "identity" }, userId: { S: userId }, generation: { N: "0" } }]],
    ["Accounts", [...Array.from({ length: 5_000 }, (_, n) => account(`a${n}`)), account(username)]],
    ["Sessions", sessions],
  ]);
  const [, accounts, shown] = tableRows(found, (value) => value, 50 * 3_600_000);
  expect([accounts?.total, accounts?.rows.length]).toEqual([5_001, 50]);
  expect(accounts?.rows[0]?.key).toContain(username);
  expect([shown?.total, shown?.rows.length]).toEqual([90, 50]);
  const order = shown?.rows.map(({ note, cells }) => [note, new Map(cells).get("createdAt")?.slice(11, 16)]);
  expect([order?.[0], order?.[29], order?.[30], order?.[49]]).toEqual([
    ["good", "00:29"],
    ["good", "00:00"],
    ["expired", "17:39"],
    ["expired", "17:20"],
  ]);
});

test("a table of more than one page is read as a whole", async () => {
  const pages = [
    { Items: [{ key: { S: "1" } }], LastEvaluatedKey: { key: { S: "1" } } },
    { Items: [{ key: { S: "2" } }] },
  ];
  const asked: unknown[] = [];
  const dynamoDb = {
    ...stack.laptop.dynamoDb,
    async call(_: string, input: unknown) {
      const { ExclusiveStartKey } = Object(input);
      asked.push(ExclusiveStartKey);
      return pages[ExclusiveStartKey ? 1 : 0] ?? {};
    },
  };
  const items = await readTables({ ...stack.laptop, dynamoDb });
  expect(items.get("Accounts")).toHaveLength(2);
  expect(asked.slice(0, 2)).toEqual([undefined, { key: { S: "1" } }]);
});

test("the page is told who is bound, and whether the account is enabled", async () => {
  const of = async (user: string) => {
    const { body } = await api(`GET /_playground/state?user=${user}`, { key: stack.key });
    return { bound: body.bound, account: body.account };
  };
  expect(await of("nobodys")).toEqual({ bound: false, account: "enabled" });
  await loggedIn("nobodys");
  await control("account", { disabled: true });
  expect(await of("nobodys")).toEqual({ bound: true, account: "disabled" });
  await control("reset", { user: "nobodys" });
  expect(await of("nobodys")).toEqual({ bound: false, account: "enabled" });
  expect((await api("GET /_playground/state?user=a%20b", { key: stack.key })).body).toEqual({
    error: "invalid_user",
  });
});

test("a table that the deployment does without is left out", async () => {
  const { assembly } = stack.laptop;
  const functions = assembly.functions.map(({ environment, ...fn }) => ({
    ...fn,
    environment: { ...environment, ...("ACCOUNTS_TABLE" in environment && { ACCOUNTS_TABLE: "none" }) },
  }));
  const withoutAccounts = { ...stack.laptop, assembly: { ...assembly, functions } };
  const items = await readTables(withoutAccounts);
  expect([...items.keys()]).toEqual(["Bindings", "Sessions", "Attempts"]);
  expect(accountState(items)).toBeUndefined();
});
