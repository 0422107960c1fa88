import { CreateTableCommand, DeleteTableCommand, waitUntilTableExists } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { expect, inject, onTestFinished, test } from "vitest";
import { batchGetItem } from "../../functions/authorizer/batch-get-item.ts";
import { boundSessionReader } from "../../functions/authorizer/bound-session.ts";
import type { ReadBoundSession } from "../../functions/core/authorize.ts";
import type { AccountFence } from "../../functions/core/binding.ts";
import { identityKey } from "../../functions/core/identity.ts";
import { numberOf } from "../../functions/core/login-by-phone.ts";
import { documentClient } from "../../functions/dynamodb/table.ts";
import { noon, noonInSeconds, type TableName } from "../support/dynamodb.ts";
import type { Item } from "../support/dynamodb-expressions.ts";
import { emptyTables, storesOver, tables } from "../support/fakes.ts";
import { batchGetItem as simulatedBatchGetItem } from "../support/login-simulation/authorizer-post.ts";
import { counted } from "../support/proven.ts";
import { seededNumbers } from "../support/seeded-numbers.ts";
import { sessionOf, storesForThisTest } from "../support/stores.ts";

const people = ["alice", "bob", "carol"].map((openid) => ({ appId: "wx1", openid }));
const users = ["u1", "u2"];
const names = ["zhangsan", "lisi"];
const hashes = ["h1", "h2"];

/** The adapters, and the authorizer's read, which goes without them. */
type Stores = ReturnType<typeof storesOver> & { readonly read: ReadBoundSession };

const never = new AbortController().signal;

/** One thing that the adapters can be asked, chosen by chance from a world so small that all of it meets. */
function operation(
  below: (bound: number) => number,
): [what: string, ask: (stores: Stores) => Promise<unknown>] {
  const one = <T>(of: readonly T[]): T => of[below(of.length)] ?? (of[0] as T);
  const [person, userId, username, hash] = [one(people), one(users), one(names), one(hashes)];
  const key = identityKey(person);
  const generation = below(4);
  const session = sessionOf(person, userId, below(3) + 1, generation);
  const fence: AccountFence = below(2) ? { generation } : { fence: generation };
  const identity = { appId: "wx1", identityKey: key };
  const account = { username, userId, passwordHash: hash, disabled: false, generation };
  const counter = `ip#${below(2)}`;
  const sessionKey = `K${below(3)}`;
  const ticket = below(2) ? { ticket: hash } : {};
  const phoneNumber = `+861380013800${below(2)}`;
  const byNumber = below(2) ? { byNumber: numberOf(userId, phoneNumber), phoneNumber } : {};
  const bind = { person, userId, generation, account: fence, session, ...ticket, ...byNumber };
  const now = (noonInSeconds + below(3) - 1) * 1000;
  const maybe = below(2) ? generation : undefined;
  const on = below(2) === 1;
  const [another, more, secret] = [one(hashes), below(3) - 1, Buffer.alloc(32, below(2))];
  return one<[string, (stores: Stores) => Promise<unknown>]>([
    ["find", ({ bindings }) => bindings.find(key)],
    ["fenceOf", ({ bindings }) => bindings.fenceOf(userId)],
    ["bind", ({ bindings }) => bindings.bind(bind)],
    ["bind", ({ bindings }) => bindings.bind(bind)],
    ["rememberUnionid", ({ bindings }) => bindings.rememberUnionid(key, hash)],
    ["endSessions", ({ revocations }) => revocations.endSessions(key, maybe)],
    ["unbind", ({ revocations }) => revocations.unbind(identity, userId, maybe)],
    ["fence", ({ revocations }) => revocations.fence(userId)],
    ["setAccountDisabled", ({ revocations }) => revocations.setAccountDisabled(userId, on)],
    ["enableUnbound", ({ revocations }) => revocations.enableUnbound(key)],
    ["setIdentityDisabled", ({ revocations }) => revocations.setIdentityDisabled(key, userId, on)],
    ["open", ({ sessions }) => sessions.open(session, ticket.ticket)],
    ["remove", ({ sessions }) => sessions.remove(session, maybe)],
    ["find session", ({ sessions }) => sessions.find(session)],
    ["authorize", ({ read }) => read(session)],
    ["list", ({ sessions }) => sessions.list(key)],
    ["charge", ({ counters }) => counters.charge(counter, 2, noonInSeconds)],
    ["read counter", ({ counters }) => counters.read(counter)],
    ["giveBack", ({ counters }) => counters.giveBack(counter)],
    ["create", ({ tickets }) => tickets.create(hash, person, 2, noonInSeconds)],
    ["takeAttempt", ({ tickets }) => tickets.takeAttempt(hash, now)],
    ["keep", ({ sessionKeys }) => sessionKeys.keep(key, sessionKey, noonInSeconds + generation)],
    ["replace", ({ sessionKeys }) => sessionKeys.replace(key, "K9", ["K1"])],
    ["find keys", ({ sessionKeys }) => sessionKeys.find(key)],
    ["keep number", ({ keptNumbers }) => keptNumbers.keep(key, phoneNumber, userId, generation)],
    ["allowNext", ({ numberMemory }) => numberMemory.allowNext(userId, "wx1", now / 1_000)],
    ["find by number", ({ accounts }) => accounts.findByPhoneNumber(phoneNumber)],
    ["number", ({ accounts }) => accounts.setPhoneNumber(account, on ? phoneNumber : undefined)],
    ["find numbered", ({ numberedUsers }) => numberedUsers.find(phoneNumber)],
    ["add numbered", ({ numberedUsers }) => numberedUsers.findOrAdd(phoneNumber, `u_${userId}`)],
    ["remove numbered", ({ numberedUsers }) => numberedUsers.remove(`u_${userId}`)],
    ["add", ({ accounts }) => accounts.add(on ? { ...account, phoneNumber } : account)],
    [
      "change",
      ({ accounts }) => accounts.change(account, on ? { passwordHash: hash } : { disabled: generation > 1 }),
    ],
    ["remove account", ({ accounts }) => accounts.remove(account)],
    ["find account", ({ accounts }) => accounts.find(username)],
    ["replaceHash", ({ accounts }) => accounts.replaceHash(account, hash, another)],
    ["countImported", ({ accounts }) => accounts.countImported(hash, more, secret)],
    ["importedHashes", ({ accounts }) => accounts.importedHashes()],
    ["findByUserId", ({ accounts }) => accounts.findByUserId(userId)],
    ["findAll", ({ accounts }) => accounts.findAll(names)],
    ["identitiesOf", ({ directory }) => directory.identitiesOf(userId)],
    ["describe", ({ directory }) => directory.describe(key)],
  ]);
}

/** Another engine, where `AWS_ENDPOINT_URL_DYNAMODB` names one, has none of the template's tables yet. */
async function createTables(
  client: DynamoDBDocumentClient,
  name: (table: TableName) => string,
): Promise<void> {
  const keys: Readonly<Partial<Record<TableName, readonly (readonly [string, "B" | "S"])[]>>> = {
    BINDINGS_TABLE: [["key", "B"]],
    SESSIONS_TABLE: [
      ["identity", "B"],
      ["secretHash", "B"],
    ],
    ATTEMPTS_TABLE: [["key", "S"]],
    ACCOUNTS_TABLE: [["key", "S"]],
  };
  for (const [table, attributes] of Object.entries(keys)) {
    const TableName = name(table as TableName);
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: attributes.map(([AttributeName, AttributeType]) => ({
          AttributeName,
          AttributeType,
        })),
        KeySchema: attributes.map(([AttributeName], index) => ({
          AttributeName,
          KeyType: index === 0 ? "HASH" : "RANGE",
        })),
      }),
    );
    onTestFinished(() => client.send(new DeleteTableCommand({ TableName })).then(() => {}));
    await waitUntilTableExists({ client, maxWaitTime: 60, minDelay: 1 }, { TableName });
  }
}

test("the simulated tables answer what the embedded engine answers, and hold what it holds", async () => {
  const embedded = await storesForThisTest();
  const simulated = emptyTables();
  const embeddedRead = boundSessionReader(batchGetItem(process.env, Date.now, Math.random), {
    bindings: embedded.name("BINDINGS_TABLE"),
    sessions: embedded.name("SESSIONS_TABLE"),
  });
  const simulatedRead = boundSessionReader(async (items) => simulatedBatchGetItem(simulated, items), tables);
  const sides: readonly Stores[] = [
    { ...embedded, read: (key) => embeddedRead(key, never) },
    { ...storesOver(simulated, undefined, ["wx1"]), read: (key) => simulatedRead(key, never) },
  ];
  const client = DynamoDBDocumentClient.from(documentClient());
  if (process.env.AWS_ENDPOINT_URL_DYNAMODB) await createTables(client, embedded.name);
  const seed = 20_261_126;
  const below = seededNumbers(seed);
  const told: string[] = [];
  for (const step of counted("operations", inject("storeOperations"))) {
    const [what, ask] = operation(below);
    told.push(what);
    const answers: unknown[] = [];
    for (const stores of sides) answers.push(await outcome(ask(stores)));
    expect(answers[1], `seed ${seed}, step ${step}: ${what}`).toEqual(answers[0]);
    if (step % 100 > 0) continue;
    for (const [name, variable] of Object.entries(tableNames)) {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: embedded.name(variable) }));
      expect(sorted(simulated.items(name)), `seed ${seed}, step ${step}: ${name}`).toEqual(sorted(Items));
    }
  }
  expect(new Set(told).size).toBe(41);
  expect(noon).toBe(noonInSeconds * 1000);
});

const tableNames: Readonly<Record<string, TableName>> = {
  [tables.bindings]: "BINDINGS_TABLE",
  [tables.sessions]: "SESSIONS_TABLE",
  [tables.attempts]: "ATTEMPTS_TABLE",
  [tables.accounts]: "ACCOUNTS_TABLE",
  [tables.sessionKeys]: "SESSION_KEYS_TABLE",
};

/** An answer, or the error's name, in a form that can be compared. */
async function outcome(asked: Promise<unknown>): Promise<unknown> {
  return readable(await asked.catch((error: Error) => ({ threw: error.name })));
}

function sorted(items: readonly Item[]): unknown[] {
  return items.map((item) => JSON.stringify(readable(item))).sort();
}

/** Bytes as hex, sets and maps as sorted lists, names of attributes in order. */
function readable(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (value instanceof Set || value instanceof Map)
    return [...value].map((it) => JSON.stringify(readable(it))).sort();
  if (Array.isArray(value)) return value.map((it) => JSON.stringify(readable(it))).sort();
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, each]) => [name, readable(each)]),
  );
}
