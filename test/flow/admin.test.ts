import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hashPassword } from "../../functions/passwords/argon2id.ts";
import { sample } from "../../local/sample.ts";
import { addAccount, cheap, type StackOnLaptop, startStackOnLaptop } from "../support/stack-on-laptop.ts";

const password = "the right password";

let stack: StackOnLaptop;
beforeAll(async () => {
  stack = await startStackOnLaptop({ maxInstances: 4 });
});
afterAll(() => stack.close());

const logIn = (user: string, fields: object = {}) =>
  stack.login({ code: stack.simulator.login(user), ...fields });

async function person(name: string) {
  await addAccount(stack.laptop, { username: name, password, userId: `u_${name}` });
  const { body } = await logIn(name, { username: name, password });
  return { userId: `u_${name}`, session: body.sessionId as string };
}

const openidOf = (user: string) => stack.simulator.user(user).identities[0]?.openid ?? "";

describe("accounts", () => {
  test("an account that was added can log in, under any spelling of its name", async () => {
    const added = await stack.admin({ action: "accounts.add", username: " WangWu ", password });
    expect(added.account).toEqual({
      username: "wangwu",
      userId: expect.stringMatching(/^u_[\w-]{22}$/),
      disabled: false,
      bindings: [],
    });
    const answer = await logIn("wangwu", { username: "ＷＡＮＧＷＵ", password });
    expect(answer.body.userId).toBe(added.account.userId);
    const again = await stack.admin({ action: "accounts.add", username: "wangwu", password });
    expect(again).toEqual({ refused: "account_exists", detail: expect.any(String) });
  });

  test("are shown with their bindings, and without their hash", async () => {
    const { userId } = await person("shown");
    const { account } = await stack.admin({ action: "accounts.show", account: "shown" });
    expect(account).toEqual({
      username: "shown",
      userId,
      disabled: false,
      bindings: [
        {
          appId: sample.appId,
          openid: openidOf("shown"),
          userId,
          boundAt: expect.stringMatching(/Z$/),
          disabled: false,
        },
      ],
    });
  });

  test("disabled ones are told so only after the right password, or when bound; enabled again they get in", async () => {
    await person("suspended");
    const { account } = await stack.admin({ action: "accounts.disable", account: "suspended" });
    expect(account).toMatchObject({ disabled: true, bindings: [{ disabled: true }] });
    const disabled = { status: 403, body: { code: "account_disabled", action: "contact_support" } };
    expect(await logIn("suspended")).toMatchObject(disabled);
    expect(await logIn("new phone", { username: "suspended", password })).toMatchObject(disabled);
    const wrong = await logIn("new phone", { username: "suspended", password: "wrong" });
    expect(wrong.body.code).toBe("invalid_credentials");

    await stack.admin({ action: "accounts.enable", account: "suspended" });
    expect((await logIn("suspended")).status).toBe(200);
    expect((await logIn("new phone", { username: "suspended", password })).status).toBe(200);
  });

  test("removing one takes its bindings along, and can be repeated by name only until it is gone", async () => {
    const { session } = await person("leaving");
    expect(await stack.admin({ action: "accounts.remove", account: "leaving" })).toEqual({ unbound: 1 });
    expect((await stack.call("GET /hello", { session })).status).toBe(403);
    const again = await stack.admin({ action: "accounts.remove", account: "leaving" });
    expect(again.refused).toBe("no_such_account");
    expect((await logIn("leaving", { username: "leaving", password })).body.code).toBe("invalid_credentials");
  });

  test("one that was disabled and removed does not haunt who gets its userId later", async () => {
    const { userId } = await person("successor");
    await stack.admin({ action: "accounts.disable", account: "successor" });
    await stack.admin({ action: "accounts.remove", account: "successor" });
    await stack.admin({ action: "accounts.add", username: "successor", userId, password });
    expect((await logIn("new phone of theirs", { username: "successor", password })).body.userId).toBe(
      userId,
    );
    // The WeChat that was shut out with the account stays out.
    expect((await logIn("successor", { username: "successor", password })).body.code).toBe(
      "account_disabled",
    );
  });

  test("an import adds what is new, leaves what is there, and reports each bad row by itself", async () => {
    await person("imported before");
    const passwordHash = await hashPassword(password, cheap);
    const rows = [
      { username: "new one", userId: "u_new", passwordHash },
      { username: "new two", userId: "u_two", password },
      { username: "Imported Before", userId: "u_imported before", passwordHash },
      { username: "imported before", userId: "u_somebody_else", passwordHash },
      { username: "bad hash", userId: "u_bad", passwordHash: "$2b$10$abcdefghijklmnopqrstuv" },
      { username: "short", userId: "u_short", password: "short" },
      { username: "", userId: "u_nobody", passwordHash },
    ];
    const expected = [
      { result: "added" },
      { result: "added" },
      { result: "unchanged" },
      { result: "conflict", detail: expect.stringContaining("u_imported before") },
      { result: "invalid", detail: expect.stringContaining("argon2id") },
      { result: "invalid", detail: expect.stringContaining("8 to 256") },
      { result: "invalid", detail: expect.stringContaining("username") },
    ];
    expect(await stack.admin({ action: "accounts.import", rows })).toEqual({ results: expected });
    const again = await stack.admin({ action: "accounts.import", rows });
    expect(again.results.slice(0, 3).map(({ result }: { result: string }) => result)).toEqual(
      Array(3).fill("unchanged"),
    );
    expect((await logIn("new one", { username: "new one", password })).body.userId).toBe("u_new");
    expect((await logIn("new two", { username: "new two", password })).body.userId).toBe("u_two");
  });
});

describe("bindings and sessions", () => {
  test("are found by user and by openid", async () => {
    const { userId } = await person("found");
    const byUser = await stack.admin({ action: "bindings.find", of: { userId } });
    const byOpenid = await stack.admin({ action: "bindings.find", of: { openid: openidOf("found") } });
    expect(byUser.bindings).toHaveLength(1);
    expect(byOpenid).toEqual(byUser);
    expect(await stack.admin({ action: "bindings.find", of: { userId: "u_nobody" } })).toEqual({
      bindings: [],
    });
    const unknown = await stack.admin({ action: "bindings.find", of: { openid: "nobody's" } });
    expect(unknown.refused).toBe("no_such_binding");
    const elsewhere = await stack.admin({
      action: "bindings.find",
      of: { openid: "o", appId: "wx-of-others" },
    });
    expect(elsewhere).toEqual({
      refused: "invalid_request",
      detail: `appId must be one of ${sample.appId}.`,
    });
  });

  test("one binding is removed by its openid", async () => {
    const { session } = await person("unbound");
    const of = { openid: openidOf("unbound") };
    expect(await stack.admin({ action: "bindings.remove", of })).toEqual({ unbound: 1 });
    expect((await stack.call("GET /hello", { session })).status).toBe(403);
    expect((await stack.admin({ action: "bindings.remove", of })).refused).toBe("no_such_binding");
  });

  test("sessions are listed, and one of them is revoked by its id", async () => {
    const { userId, session } = await person("listed");
    const second = (await logIn("listed")).body.sessionId;
    const { sessions } = await stack.admin({ action: "sessions.list", of: { userId } });
    expect(sessions).toHaveLength(2);
    expect(JSON.stringify(sessions)).not.toContain(session);
    const own = await stack.call("GET /sessions", { session });
    const id = own.body.sessions.find(({ current }: { current: boolean }) => current).id;
    expect(await stack.admin({ action: "sessions.revoke", of: { userId }, id })).toEqual({ revoked: 1 });
    expect((await stack.call("GET /hello", { session })).status).toBe(403);
    expect((await stack.call("GET /hello", { session: second })).status).toBe(200);
    expect((await stack.admin({ action: "sessions.revoke", of: { userId }, id })).refused).toBe(
      "no_such_session",
    );
  });
});

describe("requests that are no requests", () => {
  test.each<[unknown, string]>([
    [null, "must be an object"],
    [{}, "action must be one of accounts.add"],
    [{ action: "constructor" }, "action must be one of"],
    [{ action: "accounts.add", username: "x", password: "short" }, "8 to 256"],
    [{ action: "accounts.passwd", account: "zhangsan", password: "p".repeat(257) }, "8 to 256"],
    [{ action: "accounts.show", account: 7 }, "account"],
    [{ action: "accounts.import", rows: [] }, "1 to 100"],
    [{ action: "accounts.import", rows: Array(101).fill({}) }, "1 to 100"],
    [{ action: "bindings.find", of: {} }, "of needs userId"],
    [{ action: "bindings.find", of: { userId: "u", openid: "o" } }, "of needs userId"],
    [{ action: "secret.set", appSecret: "not hexadecimal" }, "32 hexadecimal"],
    [{ action: "secret.set", appSecret: sample.appSecret, appId: "wx-of-others" }, "appId must be one of"],
  ])("%j is refused, in words", async (request, words) => {
    const admin = stack.laptop.assembly.outputs.AdminFunctionName ?? "";
    const { payload, functionError } = await stack.laptop.functions.invoke(admin, JSON.stringify(request));
    expect(functionError).toBeUndefined();
    expect(JSON.parse(payload)).toEqual({
      refused: "invalid_request",
      detail: expect.stringContaining(words),
    });
  });
});

test("every admin action leaves one audit line, without what is secret", async () => {
  const before = stack.logs.length;
  const secret = "a secret nobody should see";
  await stack.admin({ action: "accounts.add", username: "audited", password: secret });
  await stack.admin({ action: "accounts.show", account: "nobody" });
  await stack.admin({ action: "secret.set", appSecret: sample.appSecret });
  await stack.admin({ action: "sessions.revoke", of: { userId: "u_audited" } });
  const lines = stack.logs.slice(before).map((line) => JSON.parse(line).message);
  const audits = lines.filter((message) => message?.event === "admin");
  for (const line of audits) expect(line.durationMs).toBeGreaterThan(0);
  expect(audits.map(withoutTimings)).toEqual([
    { event: "admin", action: "accounts.add", account: "audited", outcome: "done" },
    { event: "admin", action: "accounts.show", account: "nobody", outcome: "no_such_account" },
    { event: "admin", action: "secret.set", outcome: "done" },
    { event: "admin", action: "sessions.revoke", userId: "u_audited", outcome: "done", revoked: 0 },
  ]);
  expect(stack.logs.join("\n")).not.toContain(secret);
  expect(stack.logs.join("\n")).not.toContain(sample.appSecret);
});

function withoutTimings(line: Record<string, unknown>): Record<string, unknown> {
  const facts = Object.entries(line).filter(([name]) => !name.endsWith("Ms") && name !== "coldStart");
  return Object.fromEntries(facts);
}
