import { randomBytes } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { inject, onTestFinished } from "vitest";
import { boundSessionReader } from "../../functions/authorizer/bound-session.ts";
import { authorize, type ReadBoundSession } from "../../functions/core/authorize.ts";
import { identityKey } from "../../functions/core/identity.ts";
import { invalidCodes } from "../../functions/core/invalid-codes.ts";
import { login } from "../../functions/core/login.ts";
import type { LoggedIn, LoginDeps, LoginRequest } from "../../functions/core/login-attempt.ts";
import type { Refusal } from "../../functions/core/refusal.ts";
import { dynamoDbAttemptCounters, dynamoDbBindTickets } from "../../functions/dynamodb/attempts.ts";
import { dynamoDbBindingDirectory } from "../../functions/dynamodb/binding-directory.ts";
import { dynamoDbBindings } from "../../functions/dynamodb/bindings.ts";
import { dynamoDbRevocations } from "../../functions/dynamodb/revocations.ts";
import { dynamoDbSessions } from "../../functions/dynamodb/sessions.ts";
import { documentClient } from "../../functions/dynamodb/table.ts";
import { dynamoDbForThisTest, type TableName } from "./dynamodb.ts";
import { dynamoDbClientInProcess } from "./dynamodb-in-process.ts";
import { counted } from "./proven.ts";
import { seededNumbers } from "./seeded-numbers.ts";

export const racers = 64;
export const appId = "wx0123456789abcdef";

/**
 * The functions' own core and adapters on the template's tables; a code is whose it is, a password is whose it is. Without
 * `attempts` nothing is counted.
 */
export async function racingLogins(options: { oneIdentityPerApp?: boolean; attempts?: number } = {}) {
  const { oneIdentityPerApp = false, attempts = 0 } = options;
  const dynamoDb = await dynamoDbForThisTest();
  const below = seededNumbers(0);
  // Without the functions' time limits: 64 racers in one process may wait for one another longer than a Lambda would.
  const client = documentClient(dynamoDbClientInProcess(dynamoDb.engine));
  onTestFinished(() => client.destroy());
  /** Who has met others often lets more of them go first: 64 that all come again at once would mostly meet again. */
  const pause = async (repetition: number) => {
    for (let turns = below(2 ** Math.min(repetition + 5, 9)); turns >= 0; turns--) await setImmediate();
  };
  const table = (name: TableName) => ({ ...dynamoDb.table(name), client, pause });
  const bindings = table("BINDINGS_TABLE");
  const sessions = table("SESSIONS_TABLE");
  const names = { sessions: sessions.name, attempts: table("ATTEMPTS_TABLE").name };
  let verified = 0;
  const counters = dynamoDbAttemptCounters(table("ATTEMPTS_TABLE"));
  const limits = {
    perIdentity: attempts,
    perSourceIp: 0,
    perUsername: attempts,
    invalidCodesPerSourceIp: 0,
    // One window for all of time: no round straddles two.
    windowSeconds: 100_000_000_000,
  };
  const deps: LoginDeps = {
    exchangeCode: async (_, openid) => ({ person: { appId, openid } }),
    bindings: dynamoDbBindings(bindings, names, { oneIdentityPerApp }),
    sessions: dynamoDbSessions(sessions, names),
    tickets: dynamoDbBindTickets(table("ATTEMPTS_TABLE")),
    counters,
    invalidCodes: invalidCodes({ limits, counters }),
    verifier: {
      async verify({ username, password }) {
        verified++;
        return password === `password of ${username}`
          ? { userId: `u_${username}`, generation: 0 }
          : { refused: "invalid_credentials" };
      },
    },
    limits,
    sessionLifetimeSeconds: 86_400,
    now: Date.now,
    random: randomBytes,
  };
  const readWithin = boundSessionReader(
    (RequestItems) => dynamoDb.engine.call("BatchGetItem", { RequestItems }),
    {
      bindings: bindings.name,
      sessions: sessions.name,
    },
  );
  const read: ReadBoundSession = (key) => readWithin(key, new AbortController().signal);
  return {
    dynamoDb,
    deps,
    revocations: dynamoDbRevocations(bindings),
    directory: dynamoDbBindingDirectory(bindings),
    verified: () => verified,
    logIn: (
      request: Omit<LoginRequest, "sourceIp" | "appId"> & ({ code: string } | { bindTicket: string }),
    ) => login({ ...request, appId, sourceIp: "203.0.113.1" } as LoginRequest, deps),
    /** The userId that the authorizer would pass on, or undefined. */
    userOf: async (sessionId: string) => (await authorize(sessionId, read, Date.now))?.binding.userId,
    bindingOf: (openid: string) => deps.bindings.find(identityKey({ appId, openid })),
  };
}

export function credentialsOf(username: string) {
  return { username, password: `password of ${username}` };
}

/** Runs `race` for each round; a failure names the round's seed. Racers start a seeded number of turns apart. */
export async function eachRound(
  race: (round: number, start: <T>(racer: () => Promise<T>) => Promise<T>) => Promise<void>,
  rounds = inject("rounds"),
): Promise<void> {
  for (const round of counted(`rounds of ${racers}`, rounds)) {
    const below = seededNumbers(round);
    const start = async <T>(racer: () => Promise<T>) => {
      for (let turns = below(8); turns > 0; turns--) await setImmediate();
      return racer();
    };
    try {
      await race(round, start);
    } catch (error) {
      throw new Error(`Round with seed ${round}`, { cause: error });
    }
  }
}

export function isLoggedIn(result: LoggedIn | Refusal): result is LoggedIn {
  return "sessionId" in result;
}

export function count<T>(values: readonly T[], matches: (value: T) => boolean): number {
  return values.filter(matches).length;
}
