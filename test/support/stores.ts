import type { Bind, BindResult } from "../../functions/core/binding.ts";
import { accountKey, identityKey, type Person } from "../../functions/core/identity.ts";
import { newSession, type Session } from "../../functions/core/session.ts";
import { dynamoDbAccounts } from "../../functions/dynamodb/accounts.ts";
import { dynamoDbAttemptCounters, dynamoDbBindTickets } from "../../functions/dynamodb/attempts.ts";
import { dynamoDbBindingDirectory } from "../../functions/dynamodb/binding-directory.ts";
import { dynamoDbBindings } from "../../functions/dynamodb/bindings.ts";
import { dynamoDbKeptNumbers } from "../../functions/dynamodb/kept-numbers.ts";
import { byNumber, dynamoDbNumberMemory } from "../../functions/dynamodb/number-memory.ts";
import { dynamoDbNumberedUsers } from "../../functions/dynamodb/phone-numbers.ts";
import { dynamoDbRevocations } from "../../functions/dynamodb/revocations.ts";
import { dynamoDbSessionKeys } from "../../functions/dynamodb/session-keys.ts";
import { dynamoDbSessionList, dynamoDbSessions } from "../../functions/dynamodb/sessions.ts";
import { base64, dynamoDbForThisTest, noon, type Stored } from "./dynamodb.ts";

/** Every adapter over the template's tables in an embedded DynamoDB of this test's own. */
export async function storesForThisTest(policy = { oneIdentityPerApp: false }) {
  const dynamoDb = await dynamoDbForThisTest({ settings: { sessionKeys: "true" } });
  const [bindings, sessions, attempts, accounts, sessionKeys] = [
    dynamoDb.table("BINDINGS_TABLE"),
    dynamoDb.table("SESSIONS_TABLE"),
    dynamoDb.table("ATTEMPTS_TABLE"),
    dynamoDb.table("ACCOUNTS_TABLE"),
    dynamoDb.table("SESSION_KEYS_TABLE"),
  ];
  const names = { sessions: sessions.name, attempts: attempts.name };
  const it = dynamoDbBindings(bindings, names, { ...policy, byNumber });
  let opened = 0;
  return {
    ...dynamoDb,
    bindings: it,
    directory: dynamoDbBindingDirectory(bindings),
    revocations: dynamoDbRevocations(bindings),
    numberMemory: dynamoDbNumberMemory(bindings),
    numberedUsers: dynamoDbNumberedUsers(accounts),
    keptNumbers: dynamoDbKeptNumbers(bindings),
    sessions: { ...dynamoDbSessions(sessions, names), ...dynamoDbSessionList(sessions) },
    tickets: dynamoDbBindTickets(attempts),
    counters: dynamoDbAttemptCounters(attempts),
    accounts: dynamoDbAccounts(accounts, { bindings: bindings.name, appIds: ["wx1"] }),
    sessionKeys: dynamoDbSessionKeys(sessionKeys),
    /** Binds with a session of its own, as one whose password was verified under `generation`. */
    bind: (person: Person, userId: string, more: Partial<Bind> = {}): Promise<BindResult> =>
      it.bind({
        person,
        userId,
        generation: 0,
        account: { generation: 0 },
        session: sessionOf(person, userId, ++opened),
        ...more,
      }),
    identityItem: async (person: Person) => find(await dynamoDb.items("BINDINGS_TABLE"), identityKey(person)),
    accountItem: async (userId = "u1") => find(await dynamoDb.items("BINDINGS_TABLE"), accountKey(userId)),
  };
}

/** A session of this person, made at noon; another one for each `filler`. */
export function sessionOf(person: Person, userId = "u1", filler = 1, generation = 0): Session {
  const random = (size: number) => Buffer.alloc(size, filler);
  return newSession(identityKey(person), { userId, generation }, noon, 86_400, random).session;
}

function find(items: readonly Stored[], key: Uint8Array): Stored | undefined {
  return items.find((item) => item.key?.B === base64(key));
}
