import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { alice } from "../../support/fakes.ts";
import { answer, hangUp, nothing, type Reply, scriptedServer } from "../../support/scripted-server.ts";
import { seededRandom } from "../../support/seeded-numbers.ts";
import { restApiEvent } from "./events.ts";
import { openSession } from "./open-session.ts";

const { sessionId, found } = openSession(alice, "user-1", Date.now(), seededRandom("the entry"));
const { identity, binding, session } = found;
const stored = answer({
  Responses: {
    TheBindings: [
      {
        appId: { S: identity.appId },
        openid: { S: identity.openid },
        userId: { S: binding.userId },
        generation: { N: String(binding.generation) },
      },
    ],
    TheSessions: [
      {
        userId: { S: session.userId },
        generation: { N: String(session.generation) },
        createdAt: { N: String(session.createdAt) },
        expiresAt: { N: String(session.expiresAt) },
      },
    ],
  },
  UnprocessedKeys: {},
});
const empty = answer({ Responses: {}, UnprocessedKeys: {} });

beforeEach(() => void vi.resetModules());
afterEach(() => void vi.useRealTimers());

/** An instance of the function, over a DynamoDB that answers like this. */
async function start(...script: [Reply, ...Reply[]]) {
  const { received, asked } = await scriptedServer(...script);
  vi.stubEnv("BINDINGS_TABLE", "TheBindings");
  vi.stubEnv("SESSIONS_TABLE", "TheSessions");
  const logged = vi.spyOn(console, "log").mockImplementation(() => {});
  const initialized = import("../../../functions/authorizer/entry.ts");
  return { received, asked, logged, initialized };
}

const request = () => restApiEvent({ headers: { authorization: `Bearer ${sessionId}` } });

test("opens its connection during INIT, by a read that finds nothing, and answers over it", async () => {
  const { received, logged, initialized } = await start(empty, stored);
  const { handler } = await initialized;
  expect(received).toHaveLength(1);
  for (let requests = 1; requests <= 2; requests++) {
    expect(await handler(request())).toMatchObject({ principalId: "user-1" });
  }
  expect(new Set(received.map(({ port }) => port)).size).toBe(1);
  const line = {
    event: "authorize",
    outcome: "allowed",
    requestId: "request-1",
    readMs: expect.any(Number),
    durationMs: expect.any(Number),
  };
  expect(logged.mock.calls).toEqual([[{ ...line, coldStart: true }], [line]]);
});

test.each<[what: string, reply: Reply]>([
  ["hangs up", hangUp],
  ["is not allowed", answer({ __type: "x#AccessDeniedException" }, 400)],
])("starts when that read %s, and reads when it is asked", async (_, reply) => {
  const { initialized } = await start(reply, stored);
  const { handler } = await initialized;
  expect(await handler(request())).toMatchObject({ principalId: "user-1" });
});

test("starts after a second where nothing answers", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  const { received, asked, initialized } = await start(nothing, stored);
  const isReady = vi.fn();
  void initialized.then(isReady);
  if (received.length === 0) await asked();
  await vi.advanceTimersByTimeAsync(999);
  expect(isReady).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  const { handler } = await initialized;
  vi.useRealTimers();
  expect(await handler(request())).toMatchObject({ principalId: "user-1" });
});

test("does not start without the name of a table", async () => {
  await scriptedServer(empty);
  vi.stubEnv("BINDINGS_TABLE", "");
  vi.stubEnv("SESSIONS_TABLE", "TheSessions");
  await expect(import("../../../functions/authorizer/entry.ts")).rejects.toThrow(
    "The authorizer function needs the environment variable BINDINGS_TABLE.",
  );
});
