import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isRecord } from "../../local/aws/json.ts";
import { sample } from "../../local/sample.ts";
import { readTables } from "../../playground/server/tables.ts";
import type { OpenData } from "../../simulator/state/open-data.ts";
import { type CountedStack, startCountedStack } from "../support/counting/counter.ts";
import { type Answer, type StackOnLaptop, scan, startStackOnLaptop } from "../support/stack-on-laptop.ts";

let counted: CountedStack;
let stack: StackOnLaptop;
beforeAll(async () => {
  // Without passwords the first login of an identity opens a session.
  counted = await startCountedStack({
    settings: { sessionKeys: "true" },
    environment: { VERIFIER_FUNCTION: "none" },
  });
  stack = counted.stack;
});
afterAll(() => counted.close());

async function logIn(user: string): Promise<string> {
  const { status, body } = await stack.login({ code: stack.simulator.login(user) });
  expect(status).toBe(200);
  return body.sessionId;
}

function open(session: string, fields: object): Promise<Answer> {
  const headers = { "content-type": "application/json" };
  return stack.call("POST /open-data", { session, headers, body: JSON.stringify(fields) });
}

const encrypted = ({ encryptedData, iv }: OpenData) => ({ encryptedData, iv });
const signed = ({ rawData, signature }: OpenData) => ({ rawData, signature });
const openidOf = (user: string) => stack.simulator.user(user).identities[0]?.openid ?? "";

describe("open data", () => {
  test("are opened with the key of the last login, encrypted and signed", async () => {
    const session = await logIn("alice");
    const data = stack.simulator.userInfo("alice");
    const opened = await open(session, encrypted(data));
    expect(opened.status).toBe(200);
    expect(opened.body.data).toMatchObject({
      openId: openidOf("alice"),
      nickName: "alice",
      watermark: { appid: sample.appId },
    });
    expect((await open(session, signed(data))).body).toEqual({ data: JSON.parse(data.rawData) });
  });

  test("of the login before it are opened too, and those of the one before that no more", async () => {
    const session = await logIn("bob");
    const first = encrypted(stack.simulator.userInfo("bob"));
    await logIn("bob");
    expect((await open(session, first)).status).toBe(200);
    await logIn("bob");
    expect((await open(session, first)).body).toMatchObject({
      code: "session_key_stale",
      action: "new_code",
    });
  });

  test("under a key that the server never saw are stale, and right after a new login with data of then", async () => {
    const session = await logIn("carol");
    const code = stack.simulator.login("carol");
    const data = stack.simulator.userInfo("carol");
    expect((await open(session, encrypted(data))).status).toBe(409);
    expect((await open(session, signed(data))).status).toBe(409);
    const again = await stack.login({ code });
    expect((await open(again.body.sessionId, encrypted(data))).status).toBe(200);
    expect((await open(session, encrypted(stack.simulator.userInfo("carol")))).status).toBe(200);
  });

  test("of somebody else are nobody's", async () => {
    const session = await logIn("dave");
    await logIn("erin");
    expect((await open(session, encrypted(stack.simulator.userInfo("erin")))).status).toBe(409);
  });

  test("are not opened once the session has ended", async () => {
    const session = await logIn("frank");
    const data = encrypted(stack.simulator.userInfo("frank"));
    expect((await stack.call("DELETE /sessions", { session })).status).toBe(204);
    expect((await open(session, data)).status).toBe(403);
    expect((await stack.call("POST /open-data")).status).toBe(401);
  });
});

describe("what keeping the key costs", () => {
  test("a silent login is one write more, and no step", async () => {
    await logIn("grace");
    const { functions } = await counted.counted(() => logIn("grace"));
    expect(functions.login).toEqual({
      rru: 1,
      wru: 2,
      steps: {
        1: "wechat:jscode2session",
        2: "dynamodb:GetItem bindings + dynamodb:UpdateItem session_keys",
        3: "dynamodb:PutItem sessions",
      },
    });
  });

  test("opening data is one read beside the authorizer's", async () => {
    const session = await logIn("heidi");
    const data = encrypted(stack.simulator.userInfo("heidi"));
    const { functions } = await counted.counted(() => open(session, data));
    expect(functions.opendata).toEqual({ rru: 1, wru: 0, steps: { 1: "dynamodb:GetItem session_keys" } });
    expect(Object.keys(functions).sort()).toEqual(["authorizer", "opendata"]);
  });
});

describe("operators", () => {
  const ask = (action: "sessionKey.check" | "sessionKey.reset", user: string) =>
    stack.admin({ action, of: { openid: openidOf(user) } });

  test("hear from WeChat whether a key is the present one", async () => {
    expect(await ask("sessionKey.check", "ivan")).toMatchObject({ state: "none" });
    const identity = { appId: sample.appId, openid: openidOf("ivan") };
    await logIn("ivan");
    expect(await ask("sessionKey.check", "ivan")).toEqual({ identity, state: "valid" });
    stack.simulator.login("ivan");
    expect(await ask("sessionKey.check", "ivan")).toEqual({ identity, state: "stale" });
    expect(await ask("sessionKey.reset", "ivan")).toMatchObject({ refused: "no_session_key" });
  });

  test("have a key replaced, after which the old ones open nothing", async () => {
    const session = await logIn("judy");
    const before = encrypted(stack.simulator.userInfo("judy"));
    const old = stack.simulator.sessionKey("judy") ?? "";
    expect(await ask("sessionKey.reset", "judy")).toEqual({
      identity: { appId: sample.appId, openid: openidOf("judy") },
    });
    expect(stack.simulator.sessionKey("judy")).not.toBe(old);
    expect((await open(session, before)).status).toBe(409);
    expect((await open(session, encrypted(stack.simulator.userInfo("judy")))).status).toBe(200);
    const items = JSON.stringify(await scan(stack.laptop, "session_keys"));
    expect(items).not.toContain(old);
  });

  test("are told where WeChat does not answer", async () => {
    await logIn("mallory");
    stack.simulator.trouble({ path: "/wxa/checksession", errcode: 45009, times: 1 });
    expect(await ask("sessionKey.check", "mallory")).toEqual({
      refused: "wechat_unavailable",
      detail: "WeChat did not do it (quota_exhausted, errcode 45009). Nothing was stored.",
    });
  });

  test("have an access token renewed that WeChat refuses, and the call repeated", async () => {
    await logIn("oscar");
    stack.simulator.trouble({ path: "/wxa/checksession", errcode: 40001, times: 1 });
    expect(await ask("sessionKey.check", "oscar")).toMatchObject({ state: "valid" });
  });
});

test("where the table of keys does not answer, people log in, and it is said in the log", async () => {
  const logs: string[] = [];
  const broken = await startStackOnLaptop({
    settings: { sessionKeys: "true" },
    environment: { VERIFIER_FUNCTION: "none" },
    onLog: (_, line) => logs.push(line),
    intercept: ({ action, input }) =>
      action === "dynamodb:UpdateItem" && isRecord(input) && /SessionKeys/.test(String(input.TableName))
        ? { kind: "error", type: "AccessDeniedException", message: "No" }
        : undefined,
  });
  try {
    const { status, body } = await broken.login({ code: broken.simulator.login("alice") });
    expect(status).toBe(200);
    expect(logs.filter((line) => line.includes('"sessionKeyNotKept":true'))).toHaveLength(1);
    const answer = await broken.call("POST /open-data", {
      session: body.sessionId,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(encrypted(broken.simulator.userInfo("alice"))),
    });
    expect(answer.body.code).toBe("session_key_stale");
  } finally {
    await broken.close();
  }
});

test("the playground shows whose session_key is kept, and until when, and no key", async () => {
  await logIn("shown");
  const items = (await readTables(stack.laptop)).get("SessionKeys") ?? [];
  expect(items).not.toEqual([]);
  expect(items.map((item) => Object.keys(item).sort())).toEqual(items.map(() => ["expiresAt", "identity"]));
});

test("without the prop there is nothing of it", async () => {
  const plain = await startStackOnLaptop();
  try {
    const answer = await plain.call("POST /open-data", { session: "A".repeat(64) });
    expect(answer.status).toBe(404);
    const of = { openid: "oAlice" };
    for (const action of ["sessionKey.check", "sessionKey.reset"] as const) {
      expect(await plain.admin({ action, of })).toMatchObject({ refused: "not_enabled" });
    }
  } finally {
    await plain.close();
  }
});
