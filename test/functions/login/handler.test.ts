import { describe, expect, test } from "vitest";
import type { RefusalCode } from "../../../contract/errors.ts";
import { identityKey } from "../../../functions/core/identity.ts";
import { refused, StoreUnavailable } from "../../../functions/core/refusal.ts";
import { apiEvent, bodyOf, jsonEvent } from "../../support/api-event.ts";
import { deployed } from "../../support/deployed-login.ts";
import {
  alice,
  bob,
  hex,
  lisi,
  noon,
  type Operation,
  sessionLifetimeSeconds,
  shop,
  zhangsan,
} from "../../support/fakes.ts";

const appId = shop;
const mistyped = { ...zhangsan, password: "pwd12345" };

describe("a login that succeeds", () => {
  test("is answered with the session, times in ISO 8601", async () => {
    const { post, wechat, bindings } = deployed();
    bindings.put(alice);
    const answer = await post(jsonEvent({ code: wechat.code(alice), appId }));
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: { "content-type": "application/json", "cache-control": "no-store" },
    });
    expect(bodyOf(answer)).toEqual({
      sessionId: expect.stringMatching(/^[A-Za-z0-9_-]{64}$/),
      expiresAt: new Date(noon + sessionLifetimeSeconds * 1000).toISOString(),
      userId: "user-1",
      newBinding: false,
    });
  });

  test("says when the binding is new", async () => {
    const { post, wechat } = deployed();
    const answer = await post(jsonEvent({ code: wechat.code(alice), appId, ...zhangsan }));
    expect(bodyOf(answer)).toMatchObject({ userId: "user-1", newBinding: true });
  });

  test("is logged in one line, with the request, the user and the identity", async () => {
    const { post, wechat, logged } = deployed();
    await post(jsonEvent({ code: wechat.code(alice), appId, ...zhangsan }, { requestId: "request-7" }));
    expect(logged).toEqual([
      {
        event: "login",
        outcome: "logged_in",
        status: 200,
        requestId: "request-7",
        userId: "user-1",
        newBinding: true,
        appId,
        identity: Buffer.from(identityKey(alice)).toString("base64url"),
      },
    ]);
  });
});

describe("a login that is refused", () => {
  test.each<[RefusalCode, number, string]>([
    ["invalid_code", 401, "new_code"],
    ["wechat_user_blocked", 403, "contact_support"],
    ["wechat_busy", 503, "new_code"],
    ["wechat_unavailable", 503, "new_code"],
    ["wechat_timeout", 504, "new_code"],
    ["not_configured", 503, "contact_support"],
  ])(
    "with %s is %i with the action %s; what is for the log stays in the log",
    async (code, status, action) => {
      const { post, wechat, logged } = deployed();
      const refusal = refused(code, { facts: { errcode: 4711, rid: "some-rid", alarm: true } });
      const answer = await post(jsonEvent({ code: wechat.code(refusal), appId }));
      expect(answer.statusCode).toBe(status);
      expect(bodyOf(answer)).toEqual({
        type: expect.any(String),
        title: expect.any(String),
        status,
        code,
        action,
        requestId: "request-1",
      });
      expect(logged).toEqual([
        expect.objectContaining({
          event: "login",
          outcome: code,
          status,
          requestId: "request-1",
          errcode: 4711,
          rid: "some-rid",
          alarm: true,
        }),
      ]);
    },
  );

  test("for want of a binding carries a ticket, which the next call turns into a session", async () => {
    const { post, wechat } = deployed();
    const unbound = await post(jsonEvent({ code: wechat.code(alice), appId }));
    expect(unbound.statusCode).toBe(409);
    const { bindTicket, ...rest } = bodyOf(unbound);
    expect(rest).toMatchObject({ code: "binding_required", action: "bind" });
    const bound = await post(jsonEvent({ bindTicket, ...zhangsan }));
    expect(bound.statusCode).toBe(200);
  });

  test("for a mistyped password carries a ticket, and the same one again", async () => {
    const { post, wechat } = deployed();
    const first = bodyOf(await post(jsonEvent({ code: wechat.code(alice), appId, ...mistyped })));
    expect(first).toMatchObject({ status: 401, code: "invalid_credentials", action: "fix_credentials" });
    const second = bodyOf(await post(jsonEvent({ bindTicket: first.bindTicket, ...mistyped })));
    expect(second).toMatchObject({ code: "invalid_credentials", bindTicket: first.bindTicket });
  });

  test("for an unknown user is answered like one for a wrong password", async () => {
    const answers = [];
    for (const username of ["nobody", "zhangsan"]) {
      const { post, wechat } = deployed();
      answers.push(await post(jsonEvent({ code: wechat.code(alice), appId, username, password: "a guess" })));
    }
    expect(answers[0]).toEqual(answers[1]);
  });

  test.each([
    ["by WeChat", "rate_limited", 60],
    ["by us", "too_many_attempts", 1_800],
  ])("for being too fast, %s, says in a header when to come back: %s", async (_who, code, seconds) => {
    const { post, wechat } = deployed({ limits: { perIdentity: 1 } });
    await post(jsonEvent({ code: wechat.code(alice), appId, ...mistyped }));
    const next = code === "rate_limited" ? refused("rate_limited", { retryAfter: 60 }) : alice;
    const answer = await post(jsonEvent({ code: wechat.code(next), appId, ...zhangsan }));
    expect(answer).toMatchObject({ statusCode: 429, headers: { "retry-after": String(seconds) } });
    expect(bodyOf(answer)).toMatchObject({ code, action: "wait" });
  });
});

describe("a method other than POST", () => {
  test.each(["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "post"])(
    "is told to use POST, whatever it sends: %s",
    async (method) => {
      const { post, wechat, logged, journal } = deployed();
      const answer = await post(jsonEvent({ code: wechat.code(alice), appId, ...zhangsan }, { method }));
      expect(answer).toMatchObject({ statusCode: 405, headers: { allow: "POST" } });
      expect(bodyOf(answer)).toMatchObject({
        code: "method_not_allowed",
        action: "fix_request",
        detail: expect.stringContaining("method: 'POST'"),
      });
      expect(logged).toEqual([
        { event: "login", outcome: "method_not_allowed", status: 405, requestId: "request-1" },
      ]);
      expect(journal.operations).toEqual([]);
    },
  );
});

describe("a request that is not valid", () => {
  test.each([
    ["bad JSON", jsonEvent("{"), 400, "invalid_request", undefined],
    ["bad base64", { ...jsonEvent("!"), isBase64Encoded: true }, 400, "invalid_request", undefined],
    ["a missing field", jsonEvent({}), 400, "invalid_request", ["code"]],
    ["a field of another type", jsonEvent({ code: 1 }), 400, "invalid_request", ["code"]],
    ["__proto__", jsonEvent('{"__proto__":{}}'), 400, "invalid_request", ["__proto__"]],
    ["another content type", apiEvent({ body: "{}" }), 415, "unsupported_media_type", undefined],
    ["4097 bytes", jsonEvent(`${" ".repeat(4095)}{}`), 413, "payload_too_large", undefined],
    [
      "4.5 MB in base64",
      { ...jsonEvent(Buffer.alloc(4_500_000).toString("base64")), isBase64Encoded: true },
      413,
      "payload_too_large",
      undefined,
    ],
  ])("is refused without any I/O: %s", async (_what, event, status, code, fields) => {
    const { post, journal, logged } = deployed();
    const answer = await post(event);
    expect(answer.statusCode).toBe(status);
    expect(bodyOf(answer)).toMatchObject({ code, action: "fix_request", detail: expect.any(String) });
    expect(bodyOf(answer).fields).toEqual(fields);
    expect(journal.operations).toEqual([]);
    expect(logged).toEqual([{ event: "login", outcome: code, status, requestId: "request-1" }]);
  });
});

describe("what is broken", () => {
  test.each<[Operation]>([
    ["wechat.exchange"],
    ["bindings.find"],
    ["bindings.bind"],
    ["counters.charge"],
    ["verifier.verify"],
  ])("is 503 with a new code where a store does not answer: %s", async (operation) => {
    const { post, wechat, journal, logged, sessions } = deployed();
    class ThrottlingException extends Error {
      override readonly name = "ThrottlingException";
    }
    journal.breaks(operation, new StoreUnavailable("DynamoDB", new ThrottlingException("canary")));
    const answer = await post(jsonEvent({ code: wechat.code(alice), appId, ...zhangsan }));
    expect(answer.statusCode).toBe(503);
    expect(bodyOf(answer)).toMatchObject({ code: "store_unavailable", action: "new_code" });
    expect(logged).toEqual([
      {
        event: "login",
        outcome: "store_unavailable",
        status: 503,
        requestId: "request-1",
        why: "DynamoDB did not answer",
        error: "ThrottlingException",
      },
    ]);
    expect(JSON.stringify([answer, logged])).not.toContain("canary");
    expect(sessions.rows.size).toBe(0);
  });

  test("is 500 with a new code where nobody knows why, and says nothing of it to the caller", async () => {
    const { post, wechat, journal, logged } = deployed();
    journal.breaks("bindings.find", new RangeError("canary: pwd123456"));
    const answer = await post(jsonEvent({ code: wechat.code(alice), appId }));
    expect(answer.statusCode).toBe(500);
    expect(bodyOf(answer)).toEqual({
      type: expect.any(String),
      title: expect.any(String),
      status: 500,
      code: "internal_error",
      action: "new_code",
      requestId: "request-1",
    });
    expect(logged).toEqual([
      {
        event: "login",
        outcome: "internal_error",
        status: 500,
        requestId: "request-1",
        error: "RangeError",
        where: expect.stringMatching(/^at .*handler\.test\.ts:\d+:\d+\)?$/),
        alarm: true,
      },
    ]);
    expect(JSON.stringify([answer, logged])).not.toContain("canary");
  });
});

describe("whose login it is", () => {
  test("is what WeChat says, whatever body, headers and query claim", async () => {
    const { post, wechat, bindings, sessions } = deployed();
    bindings.put(alice);
    bindings.put(bob, { userId: "user-2" });
    const claims = {
      openid: alice.openid,
      openId: alice.openid,
      "x-wx-openid": alice.openid,
      "x-openid": alice.openid,
      userId: "user-1",
      sessionId: "A".repeat(64),
      authorization: `Bearer ${"A".repeat(64)}`,
    };
    const event = jsonEvent({ code: wechat.code(bob), appId, ...claims }, { headers: claims, query: claims });
    const { userId, sessionId } = bodyOf(await post(event));
    expect(userId).toBe("user-2");
    expect(sessionId).not.toBe(claims.sessionId);
    expect([...sessions.rows.values()].map((session) => hex(session.identityKey))).toEqual([
      hex(identityKey(bob)),
    ]);
  });

  test("is never another's: a hundred logins through one instance at the same time", async () => {
    const { post, wechat, bindings } = deployed();
    const people = Array.from({ length: 100 }, (_, i) => ({ ...alice, openid: `oPerson${i}` }));
    for (const [i, person] of people.entries()) bindings.put(person, { userId: `user-${i}` });
    const answers = await Promise.all(
      people.map((person, i) =>
        post(jsonEvent({ code: wechat.code(person), appId }, { requestId: `request-${i}` })),
      ),
    );
    for (const [i, answer] of answers.entries()) {
      const { userId, sessionId } = bodyOf(answer);
      expect(userId).toBe(`user-${i}`);
      const key = Buffer.from(String(sessionId), "base64url").subarray(0, 16);
      expect(hex(key)).toBe(hex(identityKey({ ...alice, openid: `oPerson${i}` })));
    }
  });
});

test("no code, password, username, ticket or SessionId is logged, and none is answered but to its owner", async () => {
  const { post, wechat, bindings, journal, logged, answered, time } = deployed({
    limits: { perUsername: 6 },
  });
  const typed = [
    { username: "canary-username", password: "canary-password" },
    { username: "zhangsan", password: "canary-mistyped" },
  ];
  const codes: string[] = [];
  const tickets: string[] = [];
  const sessionIds: string[] = [];
  const outcomes = new Set<unknown>();
  async function send(body: Record<string, unknown>, request = {}) {
    if (typeof body.code === "string") codes.push(body.code);
    const answer = await post(jsonEvent(body, request));
    const { bindTicket, sessionId, code = "logged_in" } = bodyOf(answer);
    if (typeof bindTicket === "string") tickets.push(bindTicket);
    if (typeof sessionId === "string") sessionIds.push(sessionId);
    outcomes.add(code);
    return String(bindTicket);
  }
  const withCode = (more: object = {}, person = alice) => ({ code: wechat.code(person), appId, ...more });

  await send({ ...withCode(), appId: "canary-app" });
  await send({ ...withCode(), ...typed[0] }, { method: "GET" });
  await send({ code: "canary-made-up", appId });
  for (const credentials of typed) {
    const ticket = await send(withCode(credentials));
    await send({ bindTicket: ticket, ...credentials });
    await send({ bindTicket: ticket, ...zhangsan });
    await send({ bindTicket: ticket, ...zhangsan });
  }
  await send(withCode());
  await send(withCode({}, bob));
  await send(withCode(lisi));
  bindings.put(alice, { userId: "user-1", disabled: true });
  await send(withCode());
  await bindings.unbind(alice);
  bindings.put(alice, { disabled: false });
  journal.meanwhile("bindings.bind", () => bindings.put(alice, { disabled: false, generation: 9 }));
  await send(withCode(zhangsan));
  bindings.put(alice);
  for (let guess = 1; guess <= 6; guess++) await send(withCode(typed[1]));
  time.now += 1_800_000;
  const bug = new TypeError(`cannot read ${JSON.stringify([typed, codes, tickets, sessionIds])}`);
  journal.meanwhile("verifier.verify", () => {
    throw bug;
  });
  await send(withCode(typed[1]));
  journal.breaks("bindings.find", new StoreUnavailable("DynamoDB", bug));
  await send(withCode(zhangsan));

  expect([...outcomes].sort()).toEqual([
    "access_changed",
    "account_disabled",
    "already_bound",
    "binding_required",
    "internal_error",
    "invalid_code",
    "invalid_credentials",
    "invalid_request",
    "invalid_ticket",
    "logged_in",
    "method_not_allowed",
    "store_unavailable",
    "too_many_attempts",
  ]);
  expect(logged).toHaveLength(answered.length);

  const log = JSON.stringify(logged);
  const answers = JSON.stringify(answered);
  expect(new Set(sessionIds).size).toBeGreaterThan(1);
  expect(new Set(tickets).size).toBeGreaterThan(1);
  for (const secret of [
    ...codes,
    ...typed.map(({ password }) => password),
    zhangsan.password,
    lisi.password,
  ]) {
    expect(log).not.toContain(secret);
    expect(answers).not.toContain(secret);
  }
  expect(log + answers).not.toContain("canary");
  for (const secret of [...tickets, ...sessionIds, ...sessionIds.map((id) => id.slice(22))]) {
    expect(log).not.toContain(secret);
  }
  for (const sessionId of sessionIds) expect(answers.split(sessionId)).toHaveLength(2);
  for (const person of [alice, bob]) expect(log + answers).not.toContain(person.openid);
});
