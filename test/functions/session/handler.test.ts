import { describe, expect, test } from "vitest";
import type { SessionContext } from "../../../contract/session-generation.ts";
import { authorizerHandler } from "../../../functions/authorizer/handler.ts";
import { authorize } from "../../../functions/core/authorize.ts";
import { identityKey, type Person } from "../../../functions/core/identity.ts";
import { type Facts, StoreUnavailable } from "../../../functions/core/refusal.ts";
import { parseSessionId, sessionHandle } from "../../../functions/core/session.ts";
import { sessionHandler } from "../../../functions/session/handler.ts";
import { type ApiRequest, apiEvent, bodyOf } from "../../support/api-event.ts";
import {
  alice,
  bob,
  lisi,
  loggedIn,
  loginWorld,
  noon,
  type Operation,
  refusalOf,
  zhangsan,
} from "../../support/fakes.ts";
import { quietShell } from "../../support/quiet-shell.ts";

const path: Readonly<Record<string, string>> = {
  "GET /session": "/session",
  "DELETE /session": "/session",
  "GET /sessions": "/sessions",
  "DELETE /sessions": "/sessions",
  "DELETE /sessions/{id}": "/sessions/{id}",
  "DELETE /binding": "/binding",
};
const routes = Object.keys(path);

/** The session function over the simulated tables, behind the authorizer's rule; Alice and Bob are bound. */
function deployed() {
  const world = loginWorld();
  const { bindings, directory, sessions, revocations, journal, time, read } = world;
  bindings.put(alice, { userId: "user-1", unionid: "uAlice" });
  bindings.put(bob, { userId: "user-2" });
  const logged: Facts[] = [];
  const now = () => time.now;
  const handler = quietShell(sessionHandler({ sessions, directory, revocations, now }), logged);

  const event = (route: string, authorizer: unknown, id?: string, request: ApiRequest = {}) => {
    const [method = ""] = route.split(" ");
    const it = apiEvent({ method, path: path[route] ?? "/elsewhere", ...request });
    return {
      ...it,
      routeKey: route,
      requestContext: { ...it.requestContext, routeKey: route, authorizer },
      ...(id !== undefined && { pathParameters: { id } }),
    };
  };

  return {
    ...world,
    logged,
    handler,
    event,
    async open(person: Person, device?: string) {
      const request = { ...world.withCode(person), ...(device !== undefined && { device }) };
      return loggedIn(await world.login(request)).sessionId;
    },
    isAllowed: async (sessionId: string) => (await authorize(sessionId, read, now)) !== undefined,
    /** A call as it comes out of the authorizer. */
    async call(route: string, sessionId: string, id?: string, request?: ApiRequest) {
      const lambda = await contextOf(world, sessionId);
      journal.operations.length = 0;
      return handler(event(route, { lambda }, id, request));
    },
  };
}

async function contextOf(
  { read, time }: Pick<ReturnType<typeof loginWorld>, "read" | "time">,
  sessionId: string,
): Promise<SessionContext> {
  const authorizer = quietShell(authorizerHandler({ read, now: () => time.now }));
  const answer = await authorizer({
    ...apiEvent({ method: "GET", path: "/session" }),
    type: "REQUEST",
    routeArn: "arn:of:the:route",
    identitySource: [],
    cookies: [],
    headers: { authorization: `Bearer ${sessionId}` },
  });
  if (!("isAuthorized" in answer && answer.isAuthorized))
    throw new Error("The authorizer refuses this session");
  return answer.context;
}

/** What the list of devices calls this session. */
function handleOf(sessionId: string): string {
  const key = parseSessionId(sessionId);
  if (!key) throw new Error("That is no SessionId");
  return sessionHandle(key.secretHash);
}

describe("GET /session", () => {
  test("says who I am, without another read", async () => {
    const { open, call, journal } = deployed();
    const answer = await call("GET /session", await open(alice));
    expect(answer).toMatchObject({
      statusCode: 200,
      headers: { "content-type": "application/json", "cache-control": "no-store" },
    });
    expect(bodyOf(answer)).toStrictEqual({
      userId: "user-1",
      appId: alice.appId,
      createdAt: "2025-01-15T12:00:00.000Z",
      expiresAt: "2025-01-16T12:00:00.000Z",
    });
    expect(journal.operations).toEqual([]);
  });
});

describe("DELETE /session", () => {
  test("logs out this device, from the next request on, and no other", async () => {
    const { open, call, isAllowed } = deployed();
    const [phone, tablet, bobs] = [await open(alice), await open(alice), await open(bob)];
    expect(await call("DELETE /session", phone)).toEqual({
      statusCode: 204,
      headers: { "cache-control": "no-store" },
    });
    expect(await isAllowed(phone)).toBe(false);
    expect(await isAllowed(tablet)).toBe(true);
    expect(await isAllowed(bobs)).toBe(true);
  });

  test("is answered alike when the session is gone already", async () => {
    const { open, handler, event, ...world } = deployed();
    const lambda = await contextOf(world, await open(alice));
    const once = await handler(event("DELETE /session", { lambda }));
    expect(await handler(event("DELETE /session", { lambda }))).toEqual(once);
  });
});

describe("GET /sessions", () => {
  test("lists this identity's devices, the newest first, and says which one asks", async () => {
    const { open, call, time } = deployed();
    const phone = await open(alice, "iPhone, WeChat 8.0.49");
    time.now += 1_500;
    const tablet = await open(alice);
    await open(bob, "Bob's");
    const answer = await call("GET /sessions", phone);
    expect(answer.statusCode).toBe(200);
    expect(bodyOf(answer)).toStrictEqual({
      sessions: [
        {
          id: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
          createdAt: "2025-01-15T12:00:01.500Z",
          expiresAt: "2025-01-16T12:00:01.000Z",
          current: false,
        },
        {
          id: expect.stringMatching(/^[A-Za-z0-9_-]{43}$/),
          createdAt: "2025-01-15T12:00:00.000Z",
          expiresAt: "2025-01-16T12:00:00.000Z",
          current: true,
          device: "iPhone, WeChat 8.0.49",
        },
      ],
    });
    for (const sessionId of [phone, tablet]) {
      expect(answer.body).not.toContain(sessionId.slice(22));
    }
  });

  test("lists live ones only, whatever is still stored", async () => {
    const { open, call, time, sessions } = deployed();
    await open(alice);
    time.now = noon + 1_000;
    const last = await open(alice);
    const listed = async () => bodyOf(await call("GET /sessions", last)).sessions;
    expect(await listed()).toHaveLength(2);
    time.now = noon + 86_400_000;
    expect(await listed()).toHaveLength(1);
    expect(sessions.rows.size).toBe(2);
  });

  test("answers in one request with 5,000 sessions, this one among 100, and says that there are more", async () => {
    const { open, call, journal, time } = deployed();
    const phone = await open(alice, "iPhone, WeChat 8.0.49");
    for (let again = 1; again < 5_000; again++) {
      time.now += 1;
      await open(alice);
    }
    const last = await open(alice);
    for (const asking of [phone, last]) {
      const answer = bodyOf(await call("GET /sessions", asking));
      const sessions = answer.sessions as { id: string; current: boolean; device?: string }[];
      expect(answer.more).toBe(true);
      expect(sessions).toHaveLength(100);
      expect(sessions.filter(({ current }) => current).map(({ id }) => id)).toEqual([handleOf(asking)]);
      expect(journal.operations.filter((it) => it === "sessions.list")).toHaveLength(1);
    }
  });

  test("gives handles that are useless as credentials", async () => {
    const { open, call, isAllowed } = deployed();
    const phone = await open(alice);
    const answer = await call("GET /sessions", phone);
    expect(answer.body).toContain(handleOf(phone));
    expect(await isAllowed(handleOf(phone))).toBe(false);
  });
});

describe("DELETE /sessions/{id}", () => {
  test("logs out the device of this handle, and no other", async () => {
    const { open, call, isAllowed } = deployed();
    const phone = await open(alice);
    const lost = await open(alice);
    expect((await call("DELETE /sessions/{id}", phone, handleOf(lost))).statusCode).toBe(204);
    expect(await isAllowed(lost)).toBe(false);
    expect(await isAllowed(phone)).toBe(true);
  });

  test("is done for a device whose session has been ended before", async () => {
    const { open, call, isAllowed, revocations } = deployed();
    const ended = await open(alice);
    await revocations.endSessions(identityKey(alice));
    const phone = await open(alice);
    expect((await call("DELETE /sessions/{id}", phone, handleOf(ended))).statusCode).toBe(204);
    expect(await isAllowed(phone)).toBe(true);
  });

  test("never logs out somebody else's device, and does not say that there is one", async () => {
    const { open, call, isAllowed } = deployed();
    const alices = await open(alice);
    const bobs = await open(bob);
    const answer = await call("DELETE /sessions/{id}", alices, handleOf(bobs));
    expect(answer).toEqual(await call("DELETE /sessions/{id}", alices, "A".repeat(43)));
    expect(answer.statusCode).toBe(204);
    expect(await isAllowed(bobs)).toBe(true);
  });

  test.each([
    ["of no session", "A".repeat(43)],
    ["that is none", "not-a-handle"],
    ["that is empty", ""],
    ["that is missing", undefined],
    ["that is a SessionId", "A".repeat(64)],
    ["that is a path", "../session"],
    ["in full-width letters", "Ａ".repeat(43)],
  ])("is answered alike for a handle %s, and logs nobody out", async (_which, id) => {
    const { open, call, isAllowed } = deployed();
    const phone = await open(alice);
    expect((await call("DELETE /sessions/{id}", phone, id)).statusCode).toBe(204);
    expect(await isAllowed(phone)).toBe(true);
  });
});

describe("DELETE /sessions", () => {
  test("logs out every device of this identity from the next request on, in one write", async () => {
    const { open, call, isAllowed, journal } = deployed();
    const [phone, tablet, bobs] = [await open(alice), await open(alice), await open(bob)];
    expect((await call("DELETE /sessions", phone)).statusCode).toBe(204);
    expect(journal.operations).toEqual(["revocations.endSessions"]);
    expect(await isAllowed(phone)).toBe(false);
    expect(await isAllowed(tablet)).toBe(false);
    expect(await isAllowed(bobs)).toBe(true);
  });

  test("keeps the binding: the next silent login is let in", async () => {
    const { open, call, login, withCode } = deployed();
    await call("DELETE /sessions", await open(alice));
    expect(loggedIn(await login(withCode(alice)))).toMatchObject({ userId: "user-1", newBinding: false });
  });
});

describe("DELETE /binding", () => {
  test("unbinds, and ends every session of the identity", async () => {
    const { open, call, isAllowed, bindings, login, withCode } = deployed();
    const [phone, tablet, bobs] = [await open(alice), await open(alice), await open(bob)];
    expect((await call("DELETE /binding", phone)).statusCode).toBe(204);
    expect(bindings.of(alice)).toEqual({ disabled: false, generation: 1 });
    expect(await isAllowed(phone)).toBe(false);
    expect(await isAllowed(tablet)).toBe(false);
    expect(await isAllowed(bobs)).toBe(true);
    expect(refusalOf(await login(withCode(alice)))).toBe("binding_required");
  });

  test("leaves no session that a new binding could bring back to life", async () => {
    const { open, call, isAllowed, login, withCode } = deployed();
    const phone = await open(alice);
    await call("DELETE /binding", phone);
    loggedIn(await login(withCode(alice, zhangsan)));
    expect(await isAllowed(phone)).toBe(false);
  });

  test("takes away only the account that the session is of", async () => {
    const { open, handler, event, bindings, ...world } = deployed();
    const lambda = await contextOf(world, await open(alice));
    await bindings.unbind(alice);
    loggedIn(await world.login(world.withCode(alice, lisi)));
    expect(await handler(event("DELETE /binding", { lambda }))).toMatchObject({ statusCode: 403 });
    expect(bindings.of(alice)?.userId).toBe("user-2");
  });
});

describe("a session that has ended since the authorizer let it in", () => {
  test.each([
    ["GET /sessions", 403],
    ["DELETE /sessions/{id}", 403],
    ["DELETE /binding", 403],
    ["DELETE /sessions", 204],
  ])("%s is answered %i, and changes nothing", async (route, status) => {
    const { open, handler, event, revocations, isAllowed, bindings, ...world } = deployed();
    const lambda = await contextOf(world, await open(alice));
    await revocations.endSessions(identityKey(alice));
    const later = await open(alice);
    const answer = await handler(event(route, { lambda }, handleOf(later)));
    expect(answer.statusCode).toBe(status);
    if (status === 403) expect(bodyOf(answer)).toEqual({ message: "Forbidden" });
    expect(await isAllowed(later)).toBe(true);
    expect(bindings.of(alice)).toMatchObject({ userId: "user-1", generation: 1 });
  });
});

describe("every route", () => {
  test.each(routes)("is logged in one line that names no secret: %s", async (route) => {
    const { open, call, logged, isAllowed } = deployed();
    const sessionId = await open(alice);
    expect(await isAllowed(sessionId)).toBe(true);
    await call(route, sessionId, "canary-id", {
      requestId: "request-7",
      headers: { authorization: `Bearer ${sessionId}` },
    });
    expect(logged).toEqual([
      {
        event: "session",
        route,
        requestId: "request-7",
        outcome: "done",
        status: route.startsWith("GET") ? 200 : 204,
        userId: "user-1",
        identity: Buffer.from(identityKey(alice)).toString("base64url"),
      },
    ]);
    expect(JSON.stringify(logged)).not.toContain(sessionId.slice(22));
    expect(JSON.stringify(logged)).not.toContain("canary");
  });

  test.each(routes)("works for whom the authorizer names, whatever the request claims: %s", async (route) => {
    const { open, call, isAllowed, bindings } = deployed();
    const alices = await open(alice);
    const bobs = await open(bob);
    const claims = {
      userid: "user-2",
      userId: "user-2",
      openid: bob.openid,
      "x-openid": bob.openid,
      authorization: `Bearer ${bobs}`,
      sessionHandle: sessionHandle(Buffer.alloc(32)),
    };
    const request = { headers: claims, query: claims, body: JSON.stringify(claims) };
    const { body = "" } = await call(route, alices, "A".repeat(43), request);
    expect(body).not.toContain("user-2");
    expect(await isAllowed(bobs)).toBe(true);
    expect(bindings.of(bob)?.userId).toBe("user-2");
  });

  test.each(routes)("without the authorizer is an error of ours, and does nothing: %s", async (route) => {
    const { open, handler, event, journal, logged, sessions } = deployed();
    const headers = { authorization: `Bearer ${await open(alice)}`, "x-user-id": "user-1" };
    journal.operations.length = 0;
    for (const authorizer of [undefined, null, {}, { lambda: null }, { lambda: { userId: "user-1" } }]) {
      const answer = await handler(event(route, authorizer, "A".repeat(43), { headers }));
      expect(answer.statusCode).toBe(500);
      expect(bodyOf(answer)).toMatchObject({ code: "internal_error", action: "retry" });
    }
    expect(journal.operations).toEqual([]);
    expect(sessions.rows.size).toBe(1);
    expect(logged).toHaveLength(5);
    for (const line of logged) expect(line).toMatchObject({ outcome: "internal_error", alarm: true });
  });

  test.each<[route: string, operation: Operation]>([
    ["DELETE /session", "sessions.remove"],
    ["GET /sessions", "directory.describe"],
    ["GET /sessions", "sessions.list"],
    ["DELETE /sessions", "revocations.endSessions"],
    ["DELETE /sessions/{id}", "sessions.remove"],
    ["DELETE /binding", "revocations.unbind"],
  ])("says 503 and to send it again where a store does not answer: %s, %s", async (route, operation) => {
    const { open, call, journal, logged } = deployed();
    const sessionId = await open(alice);
    journal.breaks(operation, new StoreUnavailable("DynamoDB", new TypeError("canary")));
    const answer = await call(route, sessionId, "A".repeat(43));
    expect(answer.statusCode).toBe(503);
    expect(bodyOf(answer)).toMatchObject({
      code: "store_unavailable",
      action: "retry",
      requestId: "request-1",
    });
    expect(logged).toEqual([
      {
        event: "session",
        route,
        requestId: "request-1",
        outcome: "store_unavailable",
        status: 503,
        why: "DynamoDB did not answer",
        error: "TypeError",
      },
    ]);
    expect(JSON.stringify([answer, logged])).not.toContain("canary");
  });

  test("says 500 and to send it again for a bug, without what it says", async () => {
    const { open, call, journal, logged } = deployed();
    const sessionId = await open(alice);
    journal.breaks("sessions.remove", new RangeError("canary"));
    const answer = await call("DELETE /session", sessionId);
    expect(answer.statusCode).toBe(500);
    expect(bodyOf(answer)).toMatchObject({ code: "internal_error", action: "retry" });
    expect(logged).toMatchObject([{ outcome: "internal_error", error: "RangeError", alarm: true }]);
    expect(JSON.stringify([answer, logged])).not.toContain("canary");
  });
});

test("a route that is not here is an error of ours, and does nothing", async () => {
  const { open, call, journal } = deployed();
  const sessionId = await open(alice);
  for (const route of ["POST /session", "$default", "GET /binding"]) {
    const answer = await call(route, sessionId);
    expect(answer.statusCode).toBe(500);
    expect(bodyOf(answer)).toMatchObject({ code: "internal_error" });
    expect(journal.operations).toEqual([]);
  }
});
