import { expect, test } from "vitest";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";
import { invocation } from "../../../functions/runtime/invocation.ts";
import { noon, outages, type TableName } from "../../support/dynamodb.ts";
import { sessionOf, storesForThisTest } from "../../support/stores.ts";

type Stores = Awaited<ReturnType<typeof storesForThisTest>>;

const person = { appId: "wx1", openid: "o-alice" };
const session = sessionOf(person);
const { identityKey } = session;
const identity = { appId: "wx1", identityKey };
const account = {
  username: "zhangsan",
  userId: "u1",
  passwordHash: "a hash",
  disabled: false,
  generation: 0,
};

/** Everything that the adapters ask of DynamoDB. */
const requests: [what: string, ask: (stores: Stores) => Promise<unknown>][] = [
  ["finding a binding", ({ bindings }) => bindings.find(identityKey)],
  ["reading a fence", ({ bindings }) => bindings.fenceOf("u1")],
  ["binding", ({ bind }) => bind(person, "u1")],
  ["remembering a unionid", ({ bindings }) => bindings.rememberUnionid(identityKey, "u")],
  ["opening a session", ({ sessions }) => sessions.open(session)],
  ["opening a session with a ticket", ({ sessions }) => sessions.open(session, "h")],
  ["removing a session", ({ sessions }) => sessions.remove(session)],
  ["listing sessions", ({ sessions }) => sessions.list(identityKey)],
  ["charging", ({ counters }) => counters.charge("ip#1#x", 5, noon)],
  ["giving back", ({ counters }) => counters.giveBack("ip#1#x")],
  ["creating a ticket", ({ tickets }) => tickets.create("h", person, 5, noon)],
  ["taking an attempt", ({ tickets }) => tickets.takeAttempt("h", noon)],
  ["finding an account", ({ accounts }) => accounts.find("zhangsan")],
  ["finding an account by its userId", ({ accounts }) => accounts.findByUserId("u1")],
  ["finding accounts", ({ accounts }) => accounts.findAll(["zhangsan", "lisi"])],
  ["adding an account", ({ accounts }) => accounts.add(account)],
  ["changing an account", ({ accounts }) => accounts.change(account, { passwordHash: "h" })],
  ["removing an account", ({ accounts }) => accounts.remove(account)],
  ["ending sessions", ({ revocations }) => revocations.endSessions(identityKey)],
  ["unbinding", ({ revocations }) => revocations.unbind(identity, "u1")],
  ["fencing off", ({ revocations }) => revocations.fence("u1")],
  ["disabling", ({ revocations }) => revocations.setAccountDisabled("u1", true)],
  ["disabling an identity", ({ revocations }) => revocations.setIdentityDisabled(identityKey, "u1", true)],
  ["listing identities", ({ directory }) => directory.identitiesOf("u1")],
  ["describing a binding", ({ directory }) => directory.describe(identityKey)],
];

const tables: TableName[] = ["BINDINGS_TABLE", "SESSIONS_TABLE", "ATTEMPTS_TABLE", "ACCOUNTS_TABLE"];

/** As in an invocation that ends at `deadline`. */
const until = <T>(deadline: AbortSignal, run: () => Promise<T>) =>
  invocation({ deadline, clock: () => 0 }, run);

test.each(outages)("when DynamoDB %s, nothing that is asked of it ends in a no", async (_, fault) => {
  const stores = await storesForThisTest();
  const { faults, calls, items } = stores;
  for (const [what, ask] of requests) {
    const before = calls.length;
    faults.splice(0, faults.length, fault, fault, fault);
    await expect(ask(stores), what).rejects.toThrow(StoreUnavailable);
    expect(calls.length, what).toBeGreaterThan(before);
    for (const table of tables) expect(await items(table), what).toEqual([]);
  }
});

test("when the invocation's time is up, nothing is asked", async () => {
  const stores = await storesForThisTest();
  for (const [what, ask] of requests) {
    await expect(
      until(AbortSignal.abort(), () => ask(stores)),
      what,
    ).rejects.toThrow(StoreUnavailable);
  }
  expect(stores.calls).toEqual([]);
});

test.each(requests)("%s ends when the invocation's time runs out", async (_, ask) => {
  const deadline = new AbortController();
  const stores = await storesForThisTest();
  const { faults, calls } = stores;
  faults.push({ kind: "delay", milliseconds: 60_000 });
  const outcome = expect(until(deadline.signal, () => ask(stores))).rejects.toThrow(StoreUnavailable);
  await expect.poll(() => calls, { interval: 1 }).toHaveLength(1);
  deadline.abort();
  await outcome;
  expect(calls).toHaveLength(1);
});

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
  for (const [what, ask] of requests) {
    const before = calls.length;
    faults.push(throttled ?? "none", { kind: "drop" });
    await ask(stores);
    const [first, second, third] = calls.slice(before).map(({ input }) => input);
    expect(first, what).toBeDefined();
    expect([second, third], what).toEqual([first, first]);
  }
});
