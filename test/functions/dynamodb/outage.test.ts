import { expect, test } from "vitest";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";
import { invocation } from "../../../functions/runtime/invocation.ts";
import { noon, outages, type TableName } from "../../support/dynamodb.ts";
import { emptyTables, storesOver } from "../../support/fakes.ts";
import { sessionOf, storesForThisTest } from "../../support/stores.ts";

type Stores = ReturnType<typeof storesOver>;

const person = { appId: "wx1", openid: "o-alice" };
const session = sessionOf(person);
const { identityKey } = session;
const identity = { appId: "wx1", identityKey };
const bind = { person, userId: "u1", generation: 0, account: { generation: 0 }, session };
const account = {
  username: "zhangsan",
  userId: "u1",
  passwordHash: "a hash",
  disabled: false,
  generation: 0,
};

/** Everything that the adapters ask of DynamoDB, and the name under which its time is counted. */
const requests: [what: string, counted: string, ask: (stores: Stores) => Promise<unknown>][] = [
  ["finding a binding", "bindings", ({ bindings }) => bindings.find(identityKey)],
  ["reading a fence", "bindings", ({ bindings }) => bindings.fenceOf("u1")],
  ["binding", "bindings", ({ bindings }) => bindings.bind(bind)],
  ["remembering a unionid", "bindings", ({ bindings }) => bindings.rememberUnionid(identityKey, "u")],
  ["opening a session", "sessions", ({ sessions }) => sessions.open(session)],
  ["opening a session with a ticket", "sessions", ({ sessions }) => sessions.open(session, "h")],
  ["removing a session", "sessions", ({ sessions }) => sessions.remove(session)],
  ["listing sessions", "sessions", ({ sessions }) => sessions.list(identityKey)],
  ["finding a session", "sessions", ({ sessions }) => sessions.find(session)],
  ["charging", "attempts", ({ counters }) => counters.charge("ip#1#x", 5, noon)],
  ["giving back", "attempts", ({ counters }) => counters.giveBack("ip#1#x")],
  ["reading a counter", "attempts", ({ counters }) => counters.read("ip#1#x")],
  ["creating a ticket", "attempts", ({ tickets }) => tickets.create("h", person, 5, noon)],
  ["taking an attempt", "attempts", ({ tickets }) => tickets.takeAttempt("h", noon)],
  ["finding an account", "accounts", ({ accounts }) => accounts.find("zhangsan")],
  ["finding an account by its userId", "accounts", ({ accounts }) => accounts.findByUserId("u1")],
  ["finding an account by its number", "accounts", ({ accounts }) => accounts.findByPhoneNumber("+861")],
  ["finding accounts", "accounts", ({ accounts }) => accounts.findAll(["zhangsan", "lisi"])],
  ["adding an account", "accounts", ({ accounts }) => accounts.add(account)],
  ["changing an account", "accounts", ({ accounts }) => accounts.change(account, { passwordHash: "h" })],
  ["changing its number", "accounts", ({ accounts }) => accounts.setPhoneNumber(account, "+861")],
  ["replacing its hash", "accounts", ({ accounts }) => accounts.replaceHash(account, "m=1", "h")],
  ["removing an account", "accounts", ({ accounts }) => accounts.remove(account)],
  ["counting imported hashes", "accounts", ({ accounts }) => accounts.countImported("m=1", 1, identityKey)],
  ["reading of imported hashes", "accounts", ({ accounts }) => accounts.importedHashes()],
  ["finding a number's user", "accounts", ({ numberedUsers }) => numberedUsers.find("+862")],
  ["adding a number's user", "accounts", ({ numberedUsers }) => numberedUsers.findOrAdd("+862", "u2")],
  ["removing a number's user", "accounts", ({ numberedUsers }) => numberedUsers.remove("u2")],
  ["ending sessions", "bindings", ({ revocations }) => revocations.endSessions(identityKey)],
  ["unbinding", "bindings", ({ revocations }) => revocations.unbind(identity, "u1")],
  ["fencing off", "bindings", ({ revocations }) => revocations.fence("u1")],
  ["disabling", "bindings", ({ revocations }) => revocations.setAccountDisabled("u1", true)],
  [
    "disabling an identity",
    "bindings",
    ({ revocations }) => revocations.setIdentityDisabled(identityKey, "u1", true),
  ],
  ["enabling an identity", "bindings", ({ revocations }) => revocations.enableUnbound(identityKey)],
  ["listing identities", "bindings", ({ directory }) => directory.identitiesOf("u1")],
  ["describing a binding", "bindings", ({ directory }) => directory.describe(identityKey)],
  ["letting the next one in", "bindings", ({ numberMemory }) => numberMemory.allowNext("u1", "wx1", noon)],
  ["keeping a number", "bindings", ({ keptNumbers }) => keptNumbers.keep(identityKey, "+861", "u1", 0)],
  ["keeping a session_key", "sessionKeys", ({ sessionKeys }) => sessionKeys.keep(identityKey, "k", noon)],
  ["finding session_keys", "sessionKeys", ({ sessionKeys }) => sessionKeys.find(identityKey)],
];

const tables: TableName[] = [
  "BINDINGS_TABLE",
  "SESSIONS_TABLE",
  "ATTEMPTS_TABLE",
  "ACCOUNTS_TABLE",
  "SESSION_KEYS_TABLE",
];

/** As in an invocation that ends at `deadline`. */
const until = <T>(deadline: AbortSignal, run: () => Promise<T>) =>
  invocation({ deadline, clock: () => 0 }, run);

test.each(outages)("when DynamoDB %s, nothing that is asked of it ends in a no", async (_, fault) => {
  const stores = await storesForThisTest();
  const { faults, calls, items } = stores;
  const outage = {
    name: "StoreUnavailable",
    message: "DynamoDB did not answer",
    ...(fault.kind === "error" && { cause: { name: fault.type } }),
  };
  for (const [what, , ask] of requests) {
    const before = calls.length;
    faults.splice(0, faults.length, fault, fault, fault);
    await expect(ask(stores), what).rejects.toMatchObject(outage);
    expect(calls.length, what).toBeGreaterThan(before);
    for (const table of tables) expect(await items(table), what).toEqual([]);
  }
});

test("when the invocation's time is up, nothing is asked", async () => {
  const stores = await storesForThisTest();
  for (const [what, , ask] of requests) {
    await expect(
      until(AbortSignal.abort(), () => ask(stores)),
      what,
    ).rejects.toThrow(StoreUnavailable);
  }
  expect(stores.calls).toEqual([]);
});

test.each(requests)("%s has the deadline in each request, and counts as %s", async (_, counted, ask) => {
  const { signal: deadline } = new AbortController();
  const dynamoDb = emptyTables();
  const deadlines: unknown[] = [];
  const client = {
    send(command: object, options?: { readonly abortSignal?: unknown }) {
      deadlines.push(options?.abortSignal);
      return dynamoDb.client.send(command);
    },
  };
  const stores = storesOver({ ...dynamoDb, client });
  const timings = await invocation({ deadline, clock: () => 0 }, async (timings) => {
    await ask(stores);
    return timings();
  });
  expect(timings).toEqual({ [`${counted}Ms`]: 0 });
  expect(new Set(deadlines.map((signal) => signal === deadline))).toEqual(new Set([true]));
});

/** One of each way to ask. */
const ways = [
  "finding a binding",
  "remembering a unionid",
  "binding",
  "listing sessions",
  "finding accounts",
];

test.each(requests.filter(([what]) => ways.includes(what)))(
  "%s ends when the invocation's time runs out",
  async (_, __, ask) => {
    const deadline = new AbortController();
    const stores = await storesForThisTest();
    const { faults, calls } = stores;
    faults.push({ kind: "delay", milliseconds: 60_000 });
    const outcome = expect(until(deadline.signal, () => ask(stores))).rejects.toThrow(StoreUnavailable);
    await expect.poll(() => calls, { interval: 1 }).toHaveLength(1);
    deadline.abort();
    await outcome;
    expect(calls).toHaveLength(1);
  },
);

test("what meets transactions until the invocation's time runs out is an outage", async () => {
  const deadline = new AbortController();
  const stores = await storesForThisTest();
  const { faults, calls } = stores;
  const conflict = { kind: "error", type: "TransactionConflictException", message: "meets" } as const;
  faults.push(...Array(1_000).fill(conflict));
  const outcome = expect(
    until(deadline.signal, () => stores.revocations.endSessions(identityKey)),
  ).rejects.toThrow(StoreUnavailable);
  await expect.poll(() => calls.length, { interval: 1 }).toBeGreaterThan(3);
  deadline.abort();
  await outcome;
});

test("what DynamoDB fails to do twice is asked for a third time, in the same words", async () => {
  const stores = await storesForThisTest();
  const { faults, calls } = stores;
  const [[, throttled] = []] = outages;
  for (const [what, , ask] of requests) {
    const before = calls.length;
    faults.push(throttled ?? "none", { kind: "drop" });
    await ask(stores);
    const [first, second, third] = calls.slice(before).map(({ input }) => input);
    expect(first, what).toBeDefined();
    expect([second, third], what).toEqual([first, first]);
  }
});
