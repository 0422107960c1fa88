import { describe, expect, test } from "vitest";
import { identityKey } from "../../../functions/core/identity.ts";
import { newSession, type Session } from "../../../functions/core/session.ts";
import { base64, noon, noonInSeconds, type Stored } from "../../support/dynamodb.ts";
import { storesForThisTest } from "../../support/stores.ts";

const alice = identityKey({ appId: "wx1", openid: "o-alice" });
const bob = identityKey({ appId: "wx1", openid: "o-bob" });
const opened = (identity: Uint8Array, filler: number) =>
  newSession(identity, { userId: "u1", generation: 3 }, noon, 86_400, (size) => Buffer.alloc(size, filler));
const { sessionId, session } = opened(alice, 7);
const another = opened(alice, 8).session;

async function sessions() {
  const stores = await storesForThisTest();
  return { ...stores, stored: () => stores.items("SESSIONS_TABLE") };
}

test("the table keeps whose session it is, from when to when, and the hash of its secret, and nothing else", async () => {
  const { sessions: it, stored } = await sessions();
  await it.open(session);
  expect(await stored()).toEqual([
    {
      identity: { B: base64(alice) },
      secretHash: { B: base64(session.secretHash) },
      userId: { S: "u1" },
      generation: { N: "3" },
      createdAt: { N: String(noon) },
      expiresAt: { N: String(noonInSeconds + 86_400) },
    },
  ]);
  const secret = Buffer.from(sessionId, "base64url").subarray(16);
  expect(JSON.stringify(await stored())).not.toContain(base64(secret));
});

test("a session whose confirmation was lost is written once", async () => {
  const { sessions: it, faults, calls, stored } = await sessions();
  faults.push({ kind: "lose-reply" });
  await it.open(session);
  expect(calls).toHaveLength(2);
  expect(calls[0]?.input).toEqual(calls[1]?.input);
  expect(await stored()).toHaveLength(1);
});

test("removing a session leaves the others of its identity", async () => {
  const { sessions: it, stored } = await sessions();
  await it.open(session);
  await it.open(another);
  await it.remove(session);
  expect(await stored()).toMatchObject([{ secretHash: { B: base64(another.secretHash) } }]);
});

test("removing a session that is gone already is no failure", async () => {
  const { sessions: it, stored } = await sessions();
  await it.remove(session);
  expect(await stored()).toEqual([]);
});

test.each([
  [2, false],
  [3, true],
  [4, true],
])("removing a session of generation 3 for one of generation %i: %s", async (generation, expected) => {
  const { sessions: it, stored } = await sessions();
  await it.open(session);
  expect(await it.remove(session, generation)).toBe(expected);
  expect(await stored()).toHaveLength(expected ? 0 : 1);
  expect(await it.remove(another, generation)).toBe(true);
});

test("opening a session consumes the ticket with it, or does not happen", async () => {
  const { sessions: it, tickets, stored, items } = await sessions();
  await tickets.create("a-hash", { appId: "wx1", openid: "o-alice" }, 5, noonInSeconds + 600);
  const opened = await Promise.all(Array.from({ length: 16 }, () => it.open(session, "a-hash")));
  expect(opened.filter(Boolean)).toHaveLength(1);
  expect(await it.open(another, "a-hash")).toBe(false);
  const consumed = { key: { S: "ticket#a-hash" }, expiresAt: { N: String(noonInSeconds + 600) } };
  expect(await items("ATTEMPTS_TABLE")).toEqual([consumed]);
  // Its creation arrives once more.
  await tickets.create("a-hash", { appId: "wx1", openid: "o-alice" }, 5, noonInSeconds + 600);
  expect(await it.open(another, "a-hash")).toBe(false);
  expect(await stored()).toHaveLength(1);
});

describe("the list of an identity's sessions", () => {
  test("is what was stored, with the device where it is known, and nobody else's", async () => {
    const { sessions: it } = await sessions();
    const onThePhone = { ...another, device: "iPhone, WeChat 8.0.49" };
    for (const one of [session, onThePhone, opened(bob, 7).session]) await it.open(one);
    const { sessions: listed, more } = await it.list(alice);
    expect(more).toBe(false);
    expect(listed).toHaveLength(2);
    expect(listed.map(readable)).toEqual(expect.arrayContaining([session, onThePhone].map(readable)));
  });

  test("is empty for an identity without any", async () => {
    const { sessions: it } = await sessions();
    expect(await it.list(alice)).toEqual({ sessions: [], more: false });
  });

  test("is one strongly consistent request, and says where it leaves others out", async () => {
    const { sessions: it, faults, calls, stored } = await sessions();
    await it.open(session);
    const [first] = await stored();
    const { identity, secretHash } = first ?? {};
    faults.push({ kind: "answer", output: { Items: [first], LastEvaluatedKey: { identity, secretHash } } });
    expect(await it.list(alice)).toMatchObject({ sessions: [{ userId: session.userId }], more: true });
    expect(calls.slice(1)).toMatchObject([
      { action: "dynamodb:Query", input: { ConsistentRead: true, Limit: 1_000 } },
    ]);
  });

  test("has each of them by its own key, and no other identity's", async () => {
    const { sessions: it } = await sessions();
    for (const one of [session, another]) await it.open(one);
    const found = await it.find(another);
    expect(found && readable(found)).toStrictEqual(readable(another));
    expect(await it.find({ ...another, identityKey: bob })).toBeUndefined();
    expect(await it.find({ ...another, secretHash: Buffer.alloc(32, 99) })).toBeUndefined();
  });

  test("is empty, and has none of them, where the answer names no items", async () => {
    const { sessions: it, faults } = await sessions();
    faults.push({ kind: "answer", output: {} }, { kind: "answer", output: {} });
    expect(await it.list(alice)).toEqual({ sessions: [], more: false });
    expect(await it.find(session)).toBeUndefined();
  });

  test.each<[string, Stored[string]]>([
    ["userId", { N: "1" }],
    ["generation", { S: "3" }],
    ["createdAt", { S: String(noon) }],
    ["expiresAt", { BOOL: true }],
  ])("leaves out a session whose %s is %j", async (name, value) => {
    const { sessions: it, put, stored } = await sessions();
    await it.open(session);
    const [item] = await stored();
    await put("SESSIONS_TABLE", { ...item, [name]: value });
    expect(await it.list(alice)).toEqual({ sessions: [], more: false });
  });
});

/** Binaries come back as another class of bytes than they were put in as. */
function readable({ identityKey, secretHash, ...rest }: Session) {
  return { ...rest, identityKey: base64(identityKey), secretHash: base64(secretHash) };
}
