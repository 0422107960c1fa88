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
import { deployed, environments } from "./environments.ts";
import type { SimulatedFunctions } from "./functions.ts";
import { type Invocation, network } from "./network.ts";
import { cheapHash } from "./outside.ts";
import { ownersAccounts } from "./owners-verifier.ts";
import type { Schedule } from "./schedule.ts";
import { simulatedSecrets } from "./secrets.ts";
import { simulatedWeChat, type WeChatEvents } from "./simulated-wechat.ts";

export const start = Date.UTC(2026, 2, 1, 12);
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

/** A person has one in all mini-programs here. */
export function openidOf(who: number): string {
  return `openid-CANARY-${who}`;
}

export interface WorldEvents {
  readonly written: (call: SimulatedCall, by: Invocation | undefined) => void;
  readonly logged: (line: object, by: Invocation | undefined) => void;
  readonly took: (invocation: Invocation, ms: number) => void;
  readonly violated: (what: string) => void;
  readonly weChat: Omit<WeChatEvents, "violated">;
  readonly tell: (line: () => string) => void;
  readonly swept: () => void;
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
      [tables.sessionKeys]: ["identity"],
    },
    isStale: () => true,
  });
  const wechat = simulatedWeChat({ appIds, tokenSeconds: setup.tokenSeconds }, () => time.now, {
    ...events.weChat,
    violated,
  });
  const secrets = simulatedSecrets(Object.fromEntries(appIds.map((it) => [it, wechat.secretOf(it)])));
  const owners = ownersAccounts(accounts, setup.verifier === "own, with generations");
  const names = deployed(setup);
  let drawn = 0;
  const net = network({ time, below, nextFault: () => faults[drawn++] ?? "none", tell });

  if (setup.verifier === "built-in") putAccounts(dynamoDb, accounts);
  if (setup.phone) giveNumbers();

  const outside: Outside = {
    network: net,
    dynamoDb,
    secrets,
    wechat,
    written,
    now: () => time.now,
    async invokeVerifier(payload, by) {
      const answer = setup.verifier.startsWith("own") ? owners.verify(payload) : await verify(payload, by);
      if (!answer) return { FunctionError: "Unhandled", Payload: Buffer.from("{}") };
      if ("refused" in answer && answer.refused === "invalid_credentials") {
        const { username } = Object(payload);
        if (username !== undefined) events.guessedWrong(String(username));
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
    const result = await functionsCloud.invoke(names.verifier, payload, (it) => {
      if (by) it.askedBy = by;
    });
    return "answer" in result ? Object(result.answer) : undefined;
  }

  /** Each account has its first person's from the beginning. */
  function giveNumbers(): void {
    for (const [who, { username, userId }] of accounts.entries()) {
      const phoneNumber = wechat.phoneCodes.numberOf(openidOf(who));
      owners.setPhoneNumber(username, phoneNumber);
      if (setup.verifier !== "built-in") continue;
      const row = dynamoDb.get(tables.accounts, { key: `username#${username}` });
      dynamoDb.put(tables.accounts, { ...row, key: `username#${username}`, userId, phoneNumber });
      dynamoDb.put(tables.accounts, { key: `phone#${phoneNumber}`, username });
    }
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
    names,
    decide: decision(functions, outside),
    /** By which somebody is let in to this account, where the product knows it. */
    numberOfUser(userId: string): string | undefined {
      const names = dynamoDb.get(tables.accounts, { key: `userId#${userId}` });
      return names?.phoneNumber === undefined ? undefined : String(names.phoneNumber);
    },
    /** Whether the AppSecret here is not WeChat's. */
    isOutOfStep: (appId: string) => secrets.valueOf(appId) !== wechat.secretOf(appId),
    /** Deletes what has expired, by the right clock. */
    sweep() {
      for (const table of [tables.sessions, tables.attempts, tables.sessionKeys]) {
        for (const item of dynamoDb.items(table)) {
          if (Number(item.expiresAt) * 1_000 <= time.now) dynamoDb.remove(table, item);
        }
      }
      events.swept();
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
