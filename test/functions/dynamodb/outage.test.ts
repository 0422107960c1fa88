import { expect, test } from "vitest";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";
import { dynamoDbAccounts } from "../../../functions/dynamodb/accounts.ts";
import { dynamoDbAttemptCounters, dynamoDbBindTickets } from "../../../functions/dynamodb/attempts.ts";
import { dynamoDbBindingDirectory } from "../../../functions/dynamodb/binding-directory.ts";
import { dynamoDbBindings } from "../../../functions/dynamodb/bindings.ts";
import { dynamoDbRevocations } from "../../../functions/dynamodb/revocations.ts";
import { dynamoDbSessions } from "../../../functions/dynamodb/sessions.ts";
import type { Table } from "../../../functions/dynamodb/table.ts";
import { dynamoDbForThisTest, noon, noonInSeconds, outages, type TableName } from "../../support/dynamodb.ts";

const person = { appId: "wx1", openid: "o-alice" };
const identityKey = Buffer.alloc(16, 1);
const key = { identityKey, secretHash: Buffer.alloc(32, 2) };
const session = { ...key, userId: "u1", createdAt: noon, expiresAt: noonInSeconds };
const bindings = (table: Table) => dynamoDbBindings(table, { oneIdentityPerApp: false }, async () => {});
const revocations = (table: Table) => dynamoDbRevocations(table, async () => {});
const identity = { appId: "wx1", identityKey };
const account = { username: "zhangsan", userId: "u1", passwordHash: "a hash", disabled: false };

/** Everything that the adapters ask of DynamoDB. */
const requests: [what: string, table: TableName, ask: (table: Table) => Promise<unknown>][] = [
  ["finding a binding", "BINDINGS_TABLE", (table) => bindings(table).find(identityKey)],
  ["binding", "BINDINGS_TABLE", (table) => bindings(table).bind(person, "u1", noon)],
  ["remembering a unionid", "BINDINGS_TABLE", (table) => bindings(table).rememberUnionid(identityKey, "u")],
  ["creating a session", "SESSIONS_TABLE", (table) => dynamoDbSessions(table).create(session)],
  ["removing a session", "SESSIONS_TABLE", (table) => dynamoDbSessions(table).remove(key)],
  ["charging", "ATTEMPTS_TABLE", (table) => dynamoDbAttemptCounters(table).charge("ip#1#x", 5, noon)],
  ["giving back", "ATTEMPTS_TABLE", (table) => dynamoDbAttemptCounters(table).giveBack("ip#1#x")],
  ["creating a ticket", "ATTEMPTS_TABLE", (table) => dynamoDbBindTickets(table).create("h", person, 5, noon)],
  ["taking an attempt", "ATTEMPTS_TABLE", (table) => dynamoDbBindTickets(table).takeAttempt("h", noon)],
  ["consuming a ticket", "ATTEMPTS_TABLE", (table) => dynamoDbBindTickets(table).consume("h")],
  ["listing sessions", "SESSIONS_TABLE", (table) => dynamoDbSessions(table).list(identityKey)],
  ["finding an account", "ACCOUNTS_TABLE", (table) => dynamoDbAccounts(table).find("zhangsan")],
  ["finding accounts", "ACCOUNTS_TABLE", (table) => dynamoDbAccounts(table).findAll(["zhangsan", "lisi"])],
  ["adding an account", "ACCOUNTS_TABLE", (table) => dynamoDbAccounts(table).add(account)],
  [
    "changing a password",
    "ACCOUNTS_TABLE",
    (table) => dynamoDbAccounts(table).changePassword("zhangsan", "h"),
  ],
  [
    "disabling an account",
    "ACCOUNTS_TABLE",
    (table) => dynamoDbAccounts(table).setDisabled("zhangsan", true),
  ],
  ["removing an account", "ACCOUNTS_TABLE", (table) => dynamoDbAccounts(table).remove("zhangsan")],
  ["ending sessions", "BINDINGS_TABLE", (table) => revocations(table).endSessions(identityKey, noon)],
  ["unbinding", "BINDINGS_TABLE", (table) => revocations(table).unbind(identity, "u1", noon)],
  ["ending binds", "BINDINGS_TABLE", (table) => revocations(table).endBinds("u1", noon)],
  ["disabling", "BINDINGS_TABLE", (table) => revocations(table).setAccountDisabled("u1", true)],
  [
    "disabling an identity",
    "BINDINGS_TABLE",
    (table) => revocations(table).setIdentityDisabled(identityKey, "u1", true, noon),
  ],
  ["listing identities", "BINDINGS_TABLE", (table) => dynamoDbBindingDirectory(table).identitiesOf("u1")],
  [
    "describing a binding",
    "BINDINGS_TABLE",
    (table) => dynamoDbBindingDirectory(table).describe(identityKey),
  ],
];

test.each(outages)("when DynamoDB %s, nothing that is asked of it ends in a no", async (_, fault) => {
  const { table: of, faults, calls, items } = await dynamoDbForThisTest();
  for (const [what, table, ask] of requests) {
    const before = calls.length;
    faults.splice(0, faults.length, fault, fault, fault);
    await expect(ask(of(table)), what).rejects.toThrow(StoreUnavailable);
    expect(calls.length, what).toBeGreaterThan(before);
    expect(await items(table), what).toEqual([]);
  }
});

test("when the invocation's time is up, nothing is asked", async () => {
  const { table: of, calls } = await dynamoDbForThisTest();
  for (const [what, table, ask] of requests) {
    await expect(ask(of(table, AbortSignal.abort())), what).rejects.toThrow(StoreUnavailable);
  }
  expect(calls).toEqual([]);
});

test.each(requests)("%s ends when the invocation's time runs out", async (_, table, ask) => {
  const deadline = new AbortController();
  const { table: of, faults, calls } = await dynamoDbForThisTest();
  faults.push({ kind: "delay", milliseconds: 60_000 });
  const outcome = expect(ask(of(table, deadline.signal))).rejects.toThrow(StoreUnavailable);
  await expect.poll(() => calls, { interval: 1 }).toHaveLength(1);
  deadline.abort();
  await outcome;
  expect(calls).toHaveLength(1);
});

test("what DynamoDB fails to do twice is asked for a third time, in the same words", async () => {
  const { table: of, faults, calls } = await dynamoDbForThisTest();
  const [[, throttled] = []] = outages;
  for (const [what, table, ask] of requests) {
    const before = calls.length;
    faults.push(throttled ?? "none", { kind: "drop" });
    await ask(of(table));
    const [first, second, third] = calls.slice(before).map(({ input }) => input);
    expect(first, what).toBeDefined();
    expect([second, third], what).toEqual([first, first]);
  }
});
