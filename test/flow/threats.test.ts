import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sample } from "../../local/sample.ts";
import { addAccount, type StackOnLaptop, scan, startStackOnLaptop } from "../support/stack-on-laptop.ts";

const { username, password, userId } = sample;
const otherApp = "wxfedcba9876543210";
const lisi = { username: "lisi", password: "the password of lisi", userId: "u_lisi" };
const limit = 20;

let stack: StackOnLaptop;
let verified = 0;
beforeAll(async () => {
  // One deployment for two mini-programs; both have the same AppSecret here.
  const probe = await startStackOnLaptop();
  const appSecretArn = probe.laptop.assembly.secrets[0]?.arn;
  await probe.close();
  stack = await startStackOnLaptop({
    maxInstances: 6,
    environment: { APP_SECRETS: JSON.stringify({ [sample.appId]: appSecretArn, [otherApp]: appSecretArn }) },
    simulator: {
      apps: [
        { appId: sample.appId, secret: sample.appSecret },
        { appId: otherApp, secret: sample.appSecret },
      ],
    },
    onDecision: ({ action, allowed }) => {
      if (action === "lambda:InvokeFunction" && allowed) verified++;
    },
  });
  await addAccount(stack.laptop, lisi);
});
afterAll(() => stack.close());

const logIn = (user: string, fields: object = {}, appId: string = sample.appId) =>
  stack.login({ code: stack.simulator.login(user, appId), appId, ...fields });

describe("binding hijack", () => {
  test("a bound WeChat user with another account's valid password gets 409, and no row changes", async () => {
    await logIn("mallory", { username, password });
    // The right password of an imported account replaces its hash, once.
    await logIn("lisi", { username: lisi.username, password: lisi.password });
    const tables = ["Bindings", "Sessions", "Accounts"];
    const before = await Promise.all(tables.map((table) => scan(stack.laptop, table)));
    const answer = await logIn("mallory", { username: lisi.username, password: lisi.password });
    expect(answer).toMatchObject({ status: 409, body: { code: "already_bound", action: "unbind_first" } });
    expect(await Promise.all(tables.map((table) => scan(stack.laptop, table)))).toEqual(before);
  });
});

describe("pre-hijack", () => {
  test("who bound with a leaked password is out when the password is changed", async () => {
    const victim = { username: "victim", password: "a leaked password", userId: "u_victim" };
    await addAccount(stack.laptop, victim);
    const attacker = await logIn("attacker", victim);
    expect(attacker.status).toBe(200);
    await stack.admin({ action: "accounts.passwd", account: "victim", password: "a fresh password" });
    expect((await logIn("attacker")).body.code).toBe("binding_required");
    expect((await stack.call("GET /hello", { session: attacker.body.sessionId })).status).toBe(403);
    expect((await logIn("attacker", victim)).body.code).toBe("invalid_credentials");
  });
});

describe("openid as credential", () => {
  test("an openid in body, header or query is ignored", async () => {
    await logIn("alice", { username, password });
    const { openid } = stack.simulator.user("alice").identities[0] ?? {};
    const body = JSON.stringify({
      code: stack.simulator.login("stranger"),
      appId: sample.appId,
      openid,
      userId,
    });
    const headers = { "content-type": "application/json", "x-wx-openid": openid ?? "", openid: openid ?? "" };
    const answer = await stack.call(`POST /login?openid=${openid}&userId=${userId}`, { headers, body });
    expect(answer.body.code).toBe("binding_required");
    const alone = JSON.stringify({ openid, appId: sample.appId });
    expect((await stack.call("POST /login", { headers, body: alone })).status).toBe(400);
  });
});

describe("AppId confusion", () => {
  test("the same user of two mini-programs is two identities, and one's code is no good for the other", async () => {
    expect((await logIn("carol", { username, password })).status).toBe(200);
    expect((await logIn("carol", {}, otherApp)).body.code).toBe("binding_required");
    const code = stack.simulator.login("carol", otherApp);
    expect((await stack.login({ code, appId: sample.appId })).body.code).toBe("invalid_code");
  });

  test("where several mini-programs are served, a code without its appId is not guessed at", async () => {
    const answer = await stack.login({ code: stack.simulator.login("carol") });
    expect(answer).toMatchObject({ status: 400, body: { code: "invalid_request", fields: ["appId"] } });
  });
});

describe("session fixation", () => {
  test("a planted SessionId is never adopted", async () => {
    const planted = Buffer.alloc(48, 7).toString("base64url");
    const body = JSON.stringify({
      code: stack.simulator.login("alice"),
      appId: sample.appId,
      sessionId: planted,
      session: planted,
    });
    const headers = {
      "content-type": "application/json",
      authorization: `Bearer ${planted}`,
      cookie: `sessionId=${planted}`,
    };
    const answer = await stack.call(`POST /login?sessionId=${planted}`, { headers, body });
    expect(answer.status).toBe(200);
    expect(answer.body.sessionId).not.toBe(planted);
    expect((await stack.call("GET /hello", { session: planted })).status).toBe(403);
  });
});

describe("enumeration and timing", () => {
  test("an unknown user and a wrong password get the same answer for the same work", async () => {
    const tries = [
      { username: "nobody at all", password: "wrong password" },
      { username, password: "wrong password" },
    ];
    const answers = [];
    for (const [index, credentials] of tries.entries()) {
      const before = verified;
      const { status, body } = await logIn(`prober ${index}`, credentials);
      const { requestId, bindTicket, ...said } = body;
      answers.push({ status, said, ticketLength: bindTicket.length, verifierCalls: verified - before });
    }
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]).toMatchObject({ status: 401, verifierCalls: 1 });
  });
});

describe("stuffing, hash CPU flood, and lockout as denial of service", () => {
  test("64 parallel guesses stay within the budget, and the owner of the name still logs in silently", async () => {
    const owner = { username: "owner", password: "the owner's password", userId: "u_owner" };
    await addAccount(stack.laptop, owner);
    expect((await logIn("owner's phone", owner)).status).toBe(200);

    const before = verified;
    const guesses = Array.from({ length: 64 }, (_, index) =>
      logIn(`stranger ${index}`, { username: " OWNER ", password: `guess ${index}` }),
    );
    const answers = await Promise.all(guesses);
    const refused = answers.filter(({ body }) => body.code === "too_many_attempts");
    expect(verified - before).toBeLessThanOrEqual(limit);
    expect(refused.length).toBeGreaterThanOrEqual(64 - limit);
    expect(refused[0]).toMatchObject({ status: 429, body: { action: "wait" } });
    expect(Number(refused[0]?.headers.get("retry-after"))).toBeGreaterThan(0);

    // Not even the right password gets through now, but whoever is bound already does not notice.
    expect((await logIn("stranger 65", owner)).body.code).toBe("too_many_attempts");
    expect(await logIn("owner's phone")).toMatchObject({ status: 200, body: { userId: "u_owner" } });
  });
});

describe("stale allow", () => {
  test("the request right after a logout is refused", async () => {
    const session = (await logIn("alice")).body.sessionId;
    expect((await stack.call("GET /hello", { session })).status).toBe(200);
    await stack.call("DELETE /session", { session });
    expect((await stack.call("GET /hello", { session })).status).toBe(403);
  });
});

describe("token-purpose confusion", () => {
  test("ticket, code, handle and SessionId are no good in one another's place", async () => {
    const { body: unknown } = await logIn("dave");
    const { body: known } = await logIn("alice");
    const { body: list } = await stack.call("GET /sessions", { session: known.sessionId });
    const handle: string = list.sessions[0].id;
    const code = stack.simulator.login("alice");
    const padded = (token: string) => token.padEnd(64, "A");
    for (const token of [unknown.bindTicket, handle, code, padded(unknown.bindTicket), padded(handle)]) {
      expect((await stack.call("GET /hello", { session: token })).status, token).toBe(403);
    }
    for (const bindTicket of [handle, known.sessionId, known.sessionId.slice(-43), code]) {
      const answer = await stack.login({ bindTicket, username, password });
      expect([400, 401], bindTicket).toContain(answer.status);
    }
    for (const wrongCode of [unknown.bindTicket, handle, known.sessionId]) {
      const answer = await stack.login({ code: wrongCode, appId: sample.appId });
      expect(answer.body.code, wrongCode).toBe("invalid_code");
    }
  });
});

describe("forged authorizer context", () => {
  test("look-alike headers and query parameters do not make anybody somebody else", async () => {
    const session = (await logIn("alice")).body.sessionId;
    const headers = {
      "x-user-id": "u_lisi",
      userid: "u_lisi",
      "x-amzn-authorizer": JSON.stringify({ userId: "u_lisi" }),
      "x-authorizer-userid": "u_lisi",
    };
    const answer = await stack.call("GET /hello?userId=u_lisi", { session, headers });
    expect(answer.body.userId).toBe(userId);
    expect((await stack.call("GET /hello?userId=u_lisi", { headers })).status).toBe(401);
  });
});

describe("another identity's sessions", () => {
  test("can be neither listed nor ended", async () => {
    const mine = (await logIn("alice")).body.sessionId;
    const theirs = (await logIn("mallory")).body.sessionId;
    const { body } = await stack.call("GET /sessions", { session: theirs });
    const id: string = body.sessions.find(({ current }: { current: boolean }) => current).id;
    expect((await stack.call(`DELETE /sessions/${id}`, { session: mine })).status).toBe(204);
    expect((await stack.call("GET /hello", { session: theirs })).status).toBe(200);
    expect((await stack.call("DELETE /sessions", { session: mine })).status).toBe(204);
    expect((await stack.call("GET /hello", { session: theirs })).status).toBe(200);
  });
});
