import { describe, expect, test } from "vitest";
import { authorizerHandler } from "../../../functions/authorizer/handler.ts";
import type { BoundSession, ReadBoundSession } from "../../../functions/core/authorize.ts";
import { type Facts, StoreUnavailable } from "../../../functions/core/refusal.ts";
import { type SessionKey, sessionHandle } from "../../../functions/core/session.ts";
import { alice, hex, noon } from "../../support/fakes.ts";
import { quietShell } from "../../support/quiet-shell.ts";
import { seededRandom } from "../../support/seeded-numbers.ts";
import { httpApiEvent } from "./events.ts";
import { openSession } from "./open-session.ts";

const alices = openSession(alice, "user-1", noon, seededRandom("the authorizer"));
const { sessionId, key: sessionKey, found: alicesSession } = alices;

/** The authorizer over one answer of the store, which notes what it was asked. */
function authorizing(answer: ReadBoundSession = async () => alicesSession, now = () => noon) {
  const reads: SessionKey[] = [];
  const logged: Facts[] = [];
  const read: ReadBoundSession = (key) => {
    reads.push(key);
    return answer(key);
  };
  const handler = quietShell(authorizerHandler({ read, now }), logged);
  return { reads, logged, handler, ask: (authorization: string) => handler(httpApiEvent({ authorization })) };
}

describe("a live session", () => {
  test("is logged in one line", async () => {
    const { ask, logged } = authorizing();
    await ask(`Bearer ${sessionId}`);
    expect(logged).toEqual([{ event: "authorize", outcome: "allowed", requestId: "request-1" }]);
  });

  test("is allowed, and its Lambda is told whose it is", async () => {
    const { ask } = authorizing();
    expect(await ask(`Bearer ${sessionId}`)).toStrictEqual({
      isAuthorized: true,
      context: {
        userId: "user-1",
        appId: alice.appId,
        openid: alice.openid,
        sessionHandle: sessionHandle(sessionKey.secretHash),
        generation: 7,
        createdAt: "2025-01-15T12:00:00.000Z",
        expiresAt: "2025-01-16T12:00:00.000Z",
      },
    });
  });

  test("is told with the unionid where it is known", async () => {
    const { ask } = authorizing(async () => ({
      ...alicesSession,
      binding: { ...alicesSession.binding, unionid: "uAlice" },
    }));
    expect(await ask(`Bearer ${sessionId}`)).toMatchObject({ context: { unionid: "uAlice" } });
  });

  test("is told without the SessionId and its secret", async () => {
    const { ask, logged } = authorizing();
    const told = JSON.stringify([await ask(`Bearer ${sessionId}`), logged]);
    expect(told).not.toContain(sessionId);
    expect(told).not.toContain(sessionId.slice(22));
    expect(told).not.toContain(Buffer.from(sessionId, "base64url").subarray(16).toString("base64url"));
  });

  test("takes one read, of the identity and the secret's hash in the SessionId", async () => {
    const { ask, reads } = authorizing();
    await ask(`Bearer ${sessionId}`);
    expect(reads.map(({ identityKey, secretHash }) => `${hex(identityKey)} ${hex(secretHash)}`)).toEqual([
      `${hex(sessionKey.identityKey)} ${hex(sessionKey.secretHash)}`,
    ]);
  });

  test.each(["Bearer ", "bearer ", "BEARER ", "Bearer  ", `Bearer${" ".repeat(40)}`])(
    "may be sent behind %j",
    async (scheme) => {
      expect(await authorizing().ask(`${scheme}${sessionId}`)).toMatchObject({ isAuthorized: true });
    },
  );
});

test.each([
  ["256", 256, true],
  ["257", 257, false],
])("a header of %s characters, most of them blanks", async (_, length, isAuthorized) => {
  const { ask } = authorizing();
  const blanks = " ".repeat(length - "Bearer".length - sessionId.length);
  expect(await ask(`Bearer${blanks}${sessionId}`)).toMatchObject({ isAuthorized });
});

test("a name in upper case is nobody's: HTTP APIs send them in lower case", async () => {
  const run = quietShell(authorizerHandler({ read: async () => alicesSession, now: () => noon }));
  const headers = { Authorization: `Bearer ${sessionId}` };
  expect(await run(httpApiEvent(headers))).toEqual({ isAuthorized: false });
});

describe("what is no session is refused without a read", () => {
  test.each([
    ["an empty header", ""],
    ["the scheme alone", "Bearer"],
    ["the scheme and a space", "Bearer "],
    ["no scheme", sessionId],
    ["Basic", `Basic ${sessionId}`],
    ["a scheme that begins alike", `Bearers ${sessionId}`],
    ["a scheme that ends alike", `xBearer ${sessionId}`],
    ["the scheme twice", `Bearer Bearer ${sessionId}`],
    ["a doubled header, as the gateway joins it", `Bearer ${sessionId},Bearer ${sessionId}`],
    ["a doubled header, joined with a space", `Bearer ${sessionId}, Bearer ${sessionId}`],
    ["a comma list of two SessionIds", `Bearer ${sessionId},${sessionId}`],
    ["a comma at the end", `Bearer ${sessionId},`],
    ["a space at the end", `Bearer ${sessionId} `],
    ["a space before it", ` Bearer ${sessionId}`],
    ["no space in it", `Bearer${sessionId}`],
    ["a space and a tab in it", `Bearer \t${sessionId}`],
    ["a space in the SessionId", `Bearer ${sessionId.slice(0, 32)} ${sessionId.slice(32)}`],
    ["a megabyte of spaces", `Bearer${" ".repeat(1_000_000)}`],
    ["more spaces than any header needs", `Bearer${" ".repeat(200)}${sessionId}`],
    ["two spaces and a comma list", `Bearer  ${sessionId},Bearer  ${sessionId}`],
    ["a tab in it", `Bearer\t${sessionId}`],
    ["a line break at the end", `Bearer ${sessionId}\n`],
    ["a second line", `Bearer ${sessionId}\nBearer ${sessionId}`],
    ["a line before it", `x\nBearer ${sessionId}`],
    ["one character too few", `Bearer ${sessionId.slice(1)}`],
    ["one character too many", `Bearer ${sessionId}A`],
    ["twice the length", `Bearer ${sessionId}${sessionId}`],
    ["base64 instead of base64url", `Bearer ${sessionId.slice(0, 62)}+/`],
    ["padding", `Bearer ${sessionId.slice(0, 63)}=`],
    ["a dot", `Bearer ${sessionId.slice(0, 63)}.`],
    ["quotes", `Bearer "${sessionId}"`],
    ["a letter that only looks like one of the scheme's", `\u0412earer ${sessionId}`],
    ["full-width letters", `Bearer ${"Ａ".repeat(64)}`],
    ["a bind ticket", `Bearer ${"A".repeat(43)}`],
    ["a wx.login code", `Bearer ${"0".repeat(32)}`],
    ["a session's handle", `Bearer ${sessionHandle(sessionKey.secretHash)}`],
    ["a megabyte", `Bearer ${"A".repeat(1_000_000)}`],
  ])("%s", async (_what, authorization) => {
    const { ask, reads, logged } = authorizing();
    expect(await ask(authorization)).toStrictEqual({ isAuthorized: false });
    expect(reads).toEqual([]);
    expect(logged).toEqual([{ event: "authorize", outcome: "refused", requestId: "request-1" }]);
  });

  test.each([
    ["no header at all", httpApiEvent(undefined)],
    ["no authorization header", httpApiEvent({})],
    [
      "a cookie",
      httpApiEvent({ cookie: `authorization=Bearer ${sessionId}` }, { cookies: [`sessionId=${sessionId}`] }),
    ],
    ["another header", httpApiEvent({ "x-authorization": `Bearer ${sessionId}`, "x-session-id": sessionId })],
    [
      "the query",
      httpApiEvent({}, { queryStringParameters: { authorization: `Bearer ${sessionId}`, sessionId } }),
    ],
    ["the identity source", httpApiEvent({}, { identitySource: [`Bearer ${sessionId}`] })],
  ])("a SessionId anywhere else: %s", async (_where, elsewhere) => {
    const { handler, reads } = authorizing();
    expect(await handler(elsewhere)).toStrictEqual({ isAuthorized: false });
    expect(reads).toEqual([]);
  });
});

describe("a session that is not live is refused, with nothing but a strict false", () => {
  const { binding, session } = alicesSession;
  const end = session.expiresAt * 1000;
  test.each<[why: string, found: BoundSession | undefined, now: number]>([
    ["unknown", undefined, noon],
    ["at its end", alicesSession, end],
    ["48 hours after its end, still stored", alicesSession, end + 48 * 3_600_000],
    ["disabled", { ...alicesSession, binding: { ...binding, disabled: true } }, noon],
    ["of an earlier generation", { ...alicesSession, binding: { ...binding, generation: 8 } }, noon],
    ["of a later generation", { ...alicesSession, binding: { ...binding, generation: 6 } }, noon],
    ["of another account", { ...alicesSession, binding: { ...binding, userId: "user-2" } }, noon],
    [
      "with an end that is no number",
      { ...alicesSession, session: { ...session, expiresAt: Number.NaN } },
      noon,
    ],
    [
      "with generations that are no numbers",
      {
        ...alicesSession,
        binding: { ...binding, generation: Number.NaN },
        session: { ...session, generation: Number.NaN },
      },
      noon,
    ],
  ])("%s", async (_why, found, now) => {
    const { ask, reads, logged } = authorizing(
      async () => found,
      () => now,
    );
    expect(await ask(`Bearer ${sessionId}`)).toStrictEqual({ isAuthorized: false });
    expect(reads).toHaveLength(1);
    expect(logged).toEqual([{ event: "authorize", outcome: "refused", requestId: "request-1" }]);
  });

  test.each([
    ["one millisecond before its end", end - 1, true],
    ["at its end", end, false],
  ])("and one that is, is allowed with a strict true: %s", async (_when, now, isAuthorized) => {
    const { ask } = authorizing(undefined, () => now);
    expect(await ask(`Bearer ${sessionId}`)).toMatchObject({ isAuthorized });
  });
});

describe("a table that cannot be read", () => {
  test("is thrown: neither allowed nor refused", async () => {
    const outage = new StoreUnavailable("DynamoDB", "UnprocessedKeys");
    const { ask, logged } = authorizing(() => Promise.reject(outage));
    await expect(ask(`Bearer ${sessionId}`)).rejects.toBe(outage);
    expect(logged).toEqual([
      {
        event: "authorize",
        outcome: "failed",
        requestId: "request-1",
        why: "DynamoDB did not answer",
        error: "UnprocessedKeys",
      },
    ]);
  });

  test("is not remembered: the next request is allowed", async () => {
    const answers = [() => Promise.reject(new Error("an outage")), async () => alicesSession];
    const { ask, reads } = authorizing(() => (answers.shift() ?? (async () => undefined))());
    await expect(ask(`Bearer ${sessionId}`)).rejects.toThrow("an outage");
    expect(await ask(`Bearer ${sessionId}`)).toMatchObject({ isAuthorized: true });
    expect(reads).toHaveLength(2);
  });
});

test("an answer is not remembered: what ends a session holds on the next request", async () => {
  let found: BoundSession | undefined = alicesSession;
  const { ask, reads } = authorizing(async () => found);
  expect(await ask(`Bearer ${sessionId}`)).toMatchObject({ isAuthorized: true });
  found = undefined;
  expect(await ask(`Bearer ${sessionId}`)).toStrictEqual({ isAuthorized: false });
  expect(reads).toHaveLength(2);
});

test("a thousand users through one instance at once, answered in any order, are never mixed up", async () => {
  const random = seededRandom("a thousand users");
  const users = Array.from({ length: 1_000 }, (_, i) => {
    const person = { appId: alice.appId, openid: `oPerson${i}` };
    const { sessionId, key, found } = openSession(person, `user-${i}`, noon + i, random);
    const binding = {
      ...found.binding,
      disabled: i % 10 === 3,
      ...(i % 2 === 0 && { unionid: `u${i}` }),
    };
    return { sessionId, key, found: { ...found, binding }, exists: i % 10 !== 7 };
  });
  const byHash = new Map(users.map((user) => [hex(user.key.secretHash), user]));

  const waiting: { answer: () => void; order: number }[] = [];
  const { handler, reads } = authorizing(
    ({ secretHash }) =>
      new Promise((resolve) => {
        const user = byHash.get(hex(secretHash));
        const order = random(4).readUInt32BE();
        waiting.push({ answer: () => resolve(user?.exists ? user.found : undefined), order });
      }),
    () => noon + 5_000,
  );
  const answers = Promise.all(
    users.map(({ sessionId }) => handler(httpApiEvent({ authorization: `Bearer ${sessionId}` }))),
  );
  expect(reads).toHaveLength(1_000);
  for (const { answer } of waiting.sort((a, b) => a.order - b.order)) answer();

  for (const [i, answer] of (await answers).entries()) {
    const user = users[i];
    if (!user?.exists || user.found.binding.disabled) {
      expect(answer).toStrictEqual({ isAuthorized: false });
      continue;
    }
    expect(answer).toStrictEqual({
      isAuthorized: true,
      context: {
        userId: `user-${i}`,
        appId: alice.appId,
        openid: `oPerson${i}`,
        ...(i % 2 === 0 && { unionid: `u${i}` }),
        sessionHandle: sessionHandle(user.key.secretHash),
        generation: 7,
        createdAt: new Date(noon + i).toISOString(),
        expiresAt: new Date(user.found.session.expiresAt * 1000).toISOString(),
      },
    });
  }
});
