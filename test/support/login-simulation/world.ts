import { none } from "../../../contract/environment.ts";
import { argon2idParameters } from "../../../functions/passwords/argon2id.ts";
import { formatArgon2id } from "../../../functions/passwords/phc-string.ts";
import { httpApiEvent } from "../../functions/authorizer/events.ts";
import { tables } from "../fakes.ts";
import { seededNumbers } from "../seeded-numbers.ts";
import { type SimulatedCall, type SimulatedDynamoDb, simulatedDynamoDb } from "../simulated-dynamodb.ts";
import { virtualTime } from "../virtual-time.ts";
import { batchGetItem } from "./authorizer-post.ts";
import { cloud } from "./cloud.ts";
import type { Outside } from "./current.ts";
import type { SimulatedFunctions } from "./functions.ts";
import { type Invocation, network } from "./network.ts";
import { cheapHash } from "./outside.ts";
import { ownersAccounts } from "./owners-verifier.ts";
import type { Schedule, Setup } from "./schedule.ts";
import { simulatedSecrets } from "./secrets.ts";
import { simulatedWeChat } from "./simulated-wechat.ts";

export const start = Date.UTC(2026, 2, 1, 12);
export const lifetimeSeconds = 86_400;
/** Of the limits on attempts. */
export const windowSeconds = 900;
export const shop = "wx00000000000000a1";
export const cafe = "wx00000000000000a2";

export interface SimulatedAccount {
  readonly username: string;
  readonly userId: string;
  readonly password: string;
}

export function accountNumber(number: number): SimulatedAccount {
  return { username: `user-canary-${number}`, userId: `u_${number}`, password: passwordOf(number, 0) };
}

export function passwordOf(account: number, version: number): string {
  return `password-CANARY-${account}-${version}`;
}

export interface WorldEvents {
  readonly written: (call: SimulatedCall, by: Invocation | undefined) => void;
  readonly logged: (line: object, by: Invocation | undefined) => void;
  readonly took: (invocation: Invocation, ms: number) => void;
  readonly violated: (what: string) => void;
  readonly tell: (line: () => string) => void;
  /** The verifier has said no to a password. */
  readonly guessedWrong: (username: string) => void;
}

/** Everything that a schedule happens in: the functions, and simulations of all that they ask. */
export function world(functions: SimulatedFunctions, schedule: Schedule, events: WorldEvents) {
  const { setup, faults, timing } = schedule;
  const { tell, violated, written } = events;
  const time = virtualTime(start, () => new Promise(setImmediate));
  const seeded = seededNumbers(timing);
  const below = timing === 0 ? () => 0 : seeded;
  const appIds = setup.apps === 2 ? [shop, cafe] : [shop];
  const accounts = Array.from({ length: setup.accounts }, (_, number) => accountNumber(number));
  const dynamoDb = simulatedDynamoDb({
    tables: {
      [tables.bindings]: ["key"],
      [tables.sessions]: ["identity", "secretHash"],
      [tables.attempts]: ["key"],
      [tables.accounts]: ["key"],
    },
    isStale: () => true,
  });
  const wechat = simulatedWeChat(appIds, () => time.now, violated);
  const secrets = simulatedSecrets(Object.fromEntries(appIds.map((it) => [it, wechat.secretOf(it)])));
  const owners = ownersAccounts(accounts, setup.verifier === "own, with generations");
  let drawn = 0;
  const net = network({ time, below, nextFault: () => faults[drawn++] ?? "none", tell });

  if (setup.verifier === "built-in") putAccounts(dynamoDb, accounts);

  const outside: Outside = {
    network: net,
    dynamoDb,
    secrets,
    wechat,
    written,
    now: () => time.now,
    async invokeVerifier(payload, by) {
      const answer = setup.verifier === "built-in" ? await verify(payload, by) : owners.verify(payload);
      if (!answer) return { FunctionError: "Unhandled", Payload: Buffer.from("{}") };
      if ("refused" in answer && answer.refused === "invalid_credentials") {
        events.guessedWrong(String(Object(payload).username));
      }
      return { Payload: Buffer.from(JSON.stringify(answer)) };
    },
  };
  const functionsCloud = cloud({
    time,
    functions,
    environments: environments(setup, appIds),
    clocks: setup.clocks,
    below,
    outside: () => outside,
    log: events.logged,
    took: events.took,
  });

  /** By the product's own verifier; undefined where it fails. */
  async function verify(payload: unknown, by: Invocation | undefined): Promise<object | undefined> {
    const result = await functionsCloud.invoke("verifier", payload, (it) => {
      if (by) it.askedBy = by;
    });
    return "answer" in result ? Object(result.answer) : undefined;
  }

  return {
    time,
    dynamoDb,
    wechat,
    owners,
    network: net,
    appIds,
    accounts,
    cloud: functionsCloud,
    decide: decision(functions, outside),
    /** Whether the AppSecret here is not WeChat's. */
    isOutOfStep: (appId: string) => secrets.valueOf(appId) !== wechat.secretOf(appId),
    /** Deletes what has expired, by the right clock. */
    sweep() {
      for (const table of [tables.sessions, tables.attempts]) {
        for (const item of dynamoDb.items(table)) {
          if (Number(item.expiresAt) * 1_000 <= time.now) dynamoDb.remove(table, item);
        }
      }
    },
  };
}

export type World = ReturnType<typeof world>;

/** What the authorizer says to a session as the tables are, by the right clock. */
function decision(functions: SimulatedFunctions, outside: Outside) {
  const { authorizerHandler, boundSessionReader } = functions.decision;
  const read = boundSessionReader(async (items) => batchGetItem(outside.dynamoDb, items), tables);
  const signal = new AbortController().signal;
  const { handle } = authorizerHandler({ read: (key) => read(key, signal), now: outside.now });
  return async (sessionId: string): Promise<boolean> => {
    const { answer } = await handle(httpApiEvent({ authorization: `Bearer ${sessionId}` }));
    return "isAuthorized" in answer && answer.isAuthorized;
  };
}

function putAccounts(dynamoDb: SimulatedDynamoDb, accounts: readonly SimulatedAccount[]): void {
  for (const { username, userId, password } of accounts) {
    const row = { username, userId, passwordHash: hashOf(password), generation: 0 };
    dynamoDb.put(tables.accounts, { key: `username#${username}`, ...row });
    dynamoDb.put(tables.accounts, { key: `userId#${userId}`, username });
  }
}

/** As the functions hash, with a salt of its own. */
function hashOf(password: string): string {
  const salt = Buffer.alloc(16, 7);
  const { memory, passes } = argon2idParameters;
  const tag = cheapHash(`${memory} ${passes}`, password, salt, 32);
  return formatArgon2id({ parameters: argon2idParameters, salt, tag });
}

/** On attempts; 0 is none. */
export function limitOf({ limits }: Pick<Setup, "limits">): string {
  return { off: "0", tight: "3", generous: "60" }[limits];
}

function environments(setup: Setup, appIds: readonly string[]) {
  const { verifier, oneIdentityPerApp } = setup;
  const limit = limitOf(setup);
  const tableNames = {
    BINDINGS_TABLE: tables.bindings,
    SESSIONS_TABLE: tables.sessions,
    ATTEMPTS_TABLE: tables.attempts,
    ACCOUNTS_TABLE: verifier === "built-in" ? tables.accounts : none,
    // For doctor, which nobody calls here.
    LOGIN_FUNCTION: "login",
    SESSION_FUNCTION: "session",
    AUTHORIZER_FUNCTION: "authorizer",
  };
  const all = {
    ...tableNames,
    AWS_REGION: "eu-west-1",
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
    APP_SECRETS: JSON.stringify(Object.fromEntries(appIds.map((appId) => [appId, appId]))),
    WECHAT_BASE_URL: "https://api.weixin.qq.com",
    VERIFIER_FUNCTION: verifier === "none" ? none : "verifier",
    ...(verifier.startsWith("own") && { VERIFIER_IS_OWNERS: "true" }),
    IDENTITIES_PER_ACCOUNT: oneIdentityPerApp ? "one-per-app" : "any",
    SESSION_LIFETIME_SECONDS: String(lifetimeSeconds),
    ATTEMPTS_PER_IDENTITY: limit,
    ATTEMPTS_PER_SOURCE_IP: limit,
    ATTEMPTS_PER_USERNAME: limit,
    INVALID_CODES_PER_SOURCE_IP: limit,
    ATTEMPTS_WINDOW_SECONDS: String(windowSeconds),
  };
  return { login: all, session: all, authorizer: all, verifier: all, admin: all };
}
