import type { PasswordQuestion } from "../../contract/account-verifier.ts";
import {
  type AccountStore,
  accountVerifier,
  type PasswordHasher,
  type PhoneNumbers,
  phoneVerifier,
} from "../../functions/core/account.ts";
import type { AccountVerifier } from "../../functions/core/account-verifier.ts";
import type { AttemptCounters, AttemptLimits } from "../../functions/core/attempts.ts";
import type { ReadBoundSession } from "../../functions/core/authorize.ts";
import type { BindTickets } from "../../functions/core/bind-ticket.ts";
import type { Binding, BindingDirectory, Bindings } from "../../functions/core/binding.ts";
import type { ExchangeCode, Exchanged } from "../../functions/core/code-exchange.ts";
import { accountKey, identityKey, type Person } from "../../functions/core/identity.ts";
import { invalidCodes } from "../../functions/core/invalid-codes.ts";
import { login } from "../../functions/core/login.ts";
import type { LoggedIn, LoginDeps, LoginRequest } from "../../functions/core/login-attempt.ts";
import { type PhoneLoginDeps, phoneLogin } from "../../functions/core/login-by-phone.ts";
import { isRefusal, type Refusal, refused } from "../../functions/core/refusal.ts";
import { type Revocations, unbindIdentity } from "../../functions/core/revocation.ts";
import type { Session, SessionList, Sessions } from "../../functions/core/session.ts";
import { keepSessionKeys, type SessionKeys } from "../../functions/core/session-key.ts";
import { normalizeUsername } from "../../functions/core/username.ts";
import { dynamoDbAccounts } from "../../functions/dynamodb/accounts.ts";
import { dynamoDbAttemptCounters, dynamoDbBindTickets } from "../../functions/dynamodb/attempts.ts";
import { dynamoDbBindingDirectory } from "../../functions/dynamodb/binding-directory.ts";
import { dynamoDbBindings } from "../../functions/dynamodb/bindings.ts";
import { readBinding } from "../../functions/dynamodb/bindings-table.ts";
import { dynamoDbKeptNumbers } from "../../functions/dynamodb/kept-numbers.ts";
import { byNumber, dynamoDbNumberMemory } from "../../functions/dynamodb/number-memory.ts";
import { dynamoDbNumberedUsers } from "../../functions/dynamodb/phone-numbers.ts";
import { dynamoDbRevocations } from "../../functions/dynamodb/revocations.ts";
import { dynamoDbSessionKeys } from "../../functions/dynamodb/session-keys.ts";
import { dynamoDbSessionList, dynamoDbSessions } from "../../functions/dynamodb/sessions.ts";
import type { Item } from "./dynamodb-expressions.ts";
import { seededRandom } from "./seeded-numbers.ts";
import {
  type SimulatedDynamoDb,
  type SimulatedDynamoDbOptions,
  simulatedDynamoDb,
} from "./simulated-dynamodb.ts";

/** Milliseconds. */
export const noon = Date.UTC(2025, 0, 15, 12);

/** Two mini-programs of one owner. */
export const shop = "wx00000000000000a1";
export const cafe = "wx00000000000000a2";

export const alice: Person = { appId: shop, openid: "oAlice0000000000000000000000" };
export const bob: Person = { appId: shop, openid: "oBob000000000000000000000000" };

export const zhangsan = { username: "zhangsan", password: "pwd123456" };
export const lisi = { username: "lisi", password: "iloveluna" };

export const sessionLifetimeSeconds = 86_400;

/** A port and its verb, like `bindings.find`. */
export type Operation =
  | "wechat.exchange"
  | "verifier.verify"
  | `bindings.${keyof Bindings}`
  | `directory.${keyof BindingDirectory}`
  | `revocations.${keyof Revocations}`
  | `sessions.${keyof (Sessions & SessionList)}`
  | `tickets.${keyof BindTickets}`
  | `counters.${keyof AttemptCounters}`
  | `sessionKeys.${keyof SessionKeys}`
  | `accounts.${keyof (AccountStore & PhoneNumbers)}`
  | "wechat.exchangePhoneCode"
  | "authorization.read";

/** Every call to a port passes here, in order. A test can break one, or let something else happen just before it. */
export interface Journal {
  readonly operations: Operation[];
  /** From now on this operation throws, having changed nothing. */
  breaks(operation: Operation, error: unknown): void;
  /** Happens while this operation is called for the next time, before it looks at anything. */
  meanwhile(operation: Operation, happening: () => unknown): void;
  /** Lets others run, as a call over a network does. */
  reach(operation: Operation): Promise<void>;
}

export function journal(): Journal {
  const operations: Operation[] = [];
  const broken = new Map<Operation, unknown>();
  const happenings = new Map<Operation, () => unknown>();
  return {
    operations,
    breaks: (operation, error) => void broken.set(operation, error),
    meanwhile: (operation, happening) => void happenings.set(operation, happening),
    async reach(operation) {
      operations.push(operation);
      await Promise.resolve();
      const happening = happenings.get(operation);
      happenings.delete(operation);
      await happening?.();
      if (broken.has(operation)) throw broken.get(operation);
    },
  };
}

/** The same port, with each of its calls in the journal. */
export function journaled<P extends object>(name: string, port: P, { reach }: Journal): P {
  return new Proxy(port, {
    get(target, verb, receiver) {
      const call: unknown = Reflect.get(target, verb, receiver);
      if (typeof call !== "function") return call;
      return async (...args: unknown[]) => {
        await reach(`${name}.${String(verb)}` as Operation);
        return Reflect.apply(call, target, args);
      };
    },
  });
}

/** WeChat as the core sees it: each code is exchanged once. */
export interface FakeWeChat {
  readonly exchange: ExchangeCode;
  /** `wx.login` on this person's phone, with the session_key that it comes to, or a code that WeChat will refuse. */
  code(answer: Person | Refusal, sessionKey?: string): string;
  exchanges: number;
}

export function fakeWeChat({ reach }: Journal): FakeWeChat {
  const codes = new Map<string, Exchanged | Refusal>();
  let issued = 0;
  const fake: FakeWeChat = {
    exchanges: 0,
    code(answer, sessionKey) {
      issued += 1;
      const code = `canary-code-${String(issued).padStart(6, "0")}`;
      codes.set(code, isRefusal(answer) ? answer : { person: answer, sessionKey });
      return code;
    },
    async exchange(appId, code) {
      await reach("wechat.exchange");
      const answer = codes.get(code);
      if (!answer || ("person" in answer && answer.person.appId !== appId)) return refused("invalid_code");
      codes.delete(code);
      fake.exchanges += 1;
      return answer;
    },
  };
  return fake;
}

/** WeChat as the core sees it when it is asked for phone numbers: each code is exchanged once. */
export function fakePhones({ reach }: Journal) {
  const codes = new Map<string, { openid: string; phoneNumber: string } | Refusal>();
  let issued = 0;
  const give = (answer: { openid: string; phoneNumber: string } | Refusal) => {
    issued += 1;
    const phoneCode = `canary-phone-code-${String(issued).padStart(6, "0")}`;
    codes.set(phoneCode, answer);
    return phoneCode;
  };
  const fake = {
    exchanges: 0,
    /** A button on this person's phone, or a code that WeChat will refuse. */
    press: ({ openid }: Person, phoneNumber: string) => give({ openid, phoneNumber }),
    code: (refusal: Refusal) => give(refusal),
    /** What is answered in the place of the next token. */
    noToken: undefined as Refusal | undefined,
    accessTokens: {
      current: async () => fake.noToken ?? { value: "a token", expiresAt: noon + 7_200_000 },
      insteadOf: async () => fake.noToken ?? { value: "another token", expiresAt: noon + 7_200_000 },
    },
    async exchange({ openid }: { readonly openid: string }, phoneCode: string) {
      await reach("wechat.exchangePhoneCode");
      fake.exchanges += 1;
      const answer = codes.get(phoneCode);
      codes.delete(phoneCode);
      if (!answer || ("openid" in answer && answer.openid !== openid)) return refused("invalid_phone_code");
      return "openid" in answer ? { phoneNumber: answer.phoneNumber } : answer;
    },
  };
  return fake;
}

/** The names of the tables in a test. */
export const tables = {
  bindings: "Bindings",
  sessions: "Sessions",
  attempts: "Attempts",
  accounts: "Accounts",
  sessionKeys: "SessionKeys",
};

export function emptyTables(before?: SimulatedDynamoDbOptions["before"]): SimulatedDynamoDb {
  return simulatedDynamoDb({
    tables: {
      [tables.bindings]: ["key"],
      [tables.sessions]: ["identity", "secretHash"],
      [tables.attempts]: ["key"],
      [tables.accounts]: ["key"],
      [tables.sessionKeys]: ["identity"],
    },
    ...(before && { before }),
  });
}

/** Every port over the functions' own adapters and the simulated tables. */
export function storesOver(
  dynamoDb: SimulatedDynamoDb,
  policy = { oneIdentityPerApp: false },
  appIds: readonly string[] = [shop, cafe],
) {
  const table = (name: string) => ({ client: dynamoDb.client as never, name, pause: async () => {} });
  return {
    bindings: dynamoDbBindings(table(tables.bindings), tables, { ...policy, byNumber }),
    directory: dynamoDbBindingDirectory(table(tables.bindings)),
    revocations: dynamoDbRevocations(table(tables.bindings)),
    numberMemory: dynamoDbNumberMemory(table(tables.bindings)),
    numberedUsers: dynamoDbNumberedUsers(table(tables.accounts)),
    keptNumbers: dynamoDbKeptNumbers(table(tables.bindings)),
    sessions: {
      ...dynamoDbSessions(table(tables.sessions), tables),
      ...dynamoDbSessionList(table(tables.sessions)),
    },
    tickets: dynamoDbBindTickets(table(tables.attempts)),
    counters: dynamoDbAttemptCounters(table(tables.attempts)),
    accounts: dynamoDbAccounts(table(tables.accounts), { bindings: tables.bindings, appIds }),
    sessionKeys: dynamoDbSessionKeys(table(tables.sessionKeys)),
  };
}

export interface FakeHasher extends PasswordHasher {
  /** The hashes that passwords were checked against, in order: each is as much work. */
  readonly checked: string[];
}

export function fakeHasher(): FakeHasher {
  const checked: string[] = [];
  return {
    checked,
    parameters: "hash",
    parametersOf: (passwordHash) => passwordHash.split(" of ")[0] ?? "",
    hash: async (password) => hashOf(password),
    decoy: (parameters) => `${parameters} of what nobody types`,
    async matches(password, passwordHash) {
      checked.push(passwordHash);
      return passwordHash.endsWith(` of <${password}>`);
    },
  };
}

export function hashOf(password: string): string {
  return `hash of <${password}>`;
}

/** The authorizer's one read, over the same tables that login writes. */
export function readOver(dynamoDb: SimulatedDynamoDb, { reach }: Journal): ReadBoundSession {
  return async ({ identityKey: identity, secretHash }) => {
    await reach("authorization.read");
    const item = dynamoDb.get(tables.bindings, { key: identity });
    const session = dynamoDb.get(tables.sessions, { identity, secretHash });
    if (typeof item?.userId !== "string" || !session) return undefined;
    const { userId, appId, openid } = item;
    return {
      identity: { appId: String(appId), openid: String(openid) },
      binding: { ...readBinding(item), userId },
      session: session as unknown as Session,
    };
  };
}

/** Zhang San is `user-1`, Li Si is `user-2`; nobody is bound. Limits are out of the way unless a test sets them. */
export function loginWorld(
  settings: {
    limits?: Partial<AttemptLimits>;
    oneIdentityPerApp?: boolean;
    verifier?: "none";
    /** People log in by phone number. */
    phone?: Partial<PhoneLoginDeps>;
    /** Whether session_keys are kept. */
    sessionKeys?: true;
    /** Before each call to DynamoDB. */
    before?: () => Promise<void>;
  } = {},
) {
  const time = { now: noon };
  const calls = journal();
  const wechat = fakeWeChat(calls);
  const dynamoDb = emptyTables(settings.before);
  const stores = storesOver(dynamoDb, { oneIdentityPerApp: settings.oneIdentityPerApp ?? false });
  const hasher = fakeHasher();
  const bindings = {
    ...journaled("bindings", stores.bindings, calls),
    /** What is known of an identity, bound to `user-1` unless said otherwise; its account lists it. */
    put(person: Person, { disabled = false, ...binding }: Partial<Binding> = { userId: "user-1" }): void {
      const key = identityKey(person);
      const { userId } = binding;
      const known = userId === undefined ? {} : { ...person, boundAt: noon };
      const generation = bindings.of(person)?.generation ?? 0;
      dynamoDb.put(tables.bindings, { key, generation, ...known, ...binding, ...(disabled && { disabled }) });
      if (userId === undefined) return;
      const listed = bindings.accountItem(userId)?.[`identities:${person.appId}`];
      const identities = new Set([...(listed instanceof Set ? listed : []), Buffer.from(key)]);
      bindings.putAccount(userId, { [`identities:${person.appId}`]: identities });
    },
    putAccount(userId: string, account: Item): void {
      const key = accountKey(userId);
      dynamoDb.put(tables.bindings, { ...bindings.accountItem(userId), key, userId, ...account });
    },
    /** As the product unbinds: the userId goes, and every session with it. */
    unbind: (person: Person, userId = "user-1") => unbindIdentity(person, userId, stores.revocations),
    of(person: Person): Binding | undefined {
      const item = dynamoDb.get(tables.bindings, { key: identityKey(person) });
      return item && readBinding(item);
    },
    accountItem: (userId: string) => dynamoDb.get(tables.bindings, { key: accountKey(userId) }),
    /** Identity items by their keys in hex. */
    get items() {
      const identities = dynamoDb.items(tables.bindings).filter(({ key }) => keyLength(key) === 16);
      return new Map(identities.map((item) => [hex(item.key as Uint8Array), item]));
    },
    /** Account items by their userId. */
    get accounts() {
      const accounts = dynamoDb.items(tables.bindings).filter(({ key }) => keyLength(key) === 32);
      return new Map(accounts.map((item) => [String(item.userId), item]));
    },
  };
  const directory = journaled("directory", stores.directory, calls);
  const revocations = journaled("revocations", stores.revocations, calls);
  const sessions = {
    ...journaled("sessions", stores.sessions, calls),
    /** What is stored, by its handle in hex. */
    get rows(): Map<string, Session> {
      const items = dynamoDb.items(tables.sessions) as unknown as (Session & { identity: Uint8Array })[];
      return new Map(
        items.map(({ identity, ...session }) => [
          hex(session.secretHash),
          { ...session, identityKey: identity },
        ]),
      );
    },
  };
  const tickets = {
    ...journaled("tickets", stores.tickets, calls),
    /** Those that nobody has consumed, by the ticket's hash. */
    get items() {
      const items = dynamoDb
        .items(tables.attempts)
        .filter(({ key, attemptsLeft }) => String(key).startsWith("ticket#") && attemptsLeft !== undefined);
      return new Map(
        items.map(({ key, attemptsLeft, expiresAt, ...person }) => [
          String(key).slice("ticket#".length),
          { person, attemptsLeft, expiresAt },
        ]),
      );
    },
  };
  const charges = journaled("counters", stores.counters, calls);
  const counters = {
    ...charges,
    /** The counters that were asked for, in order, and whether they were charged. */
    asked: [] as { counter: string; limit: number; expiresAt: number; charged: boolean }[],
    async charge(counter: string, limit: number, expiresAt: number) {
      const charged = await charges.charge(counter, limit, expiresAt);
      counters.asked.push({ counter, limit, expiresAt, charged: charged !== undefined });
      return charged;
    },
    get counts() {
      const items = dynamoDb.items(tables.attempts).filter(({ count }) => count !== undefined);
      return new Map(items.map(({ key, count }) => [String(key), Number(count)]));
    },
    /** How much is counted now against `identity`, `ip` or `username`, over all windows. */
    counted: (kind: string) =>
      [...counters.counts]
        .filter(([counter]) => counter.startsWith(`${kind}#`))
        .reduce((sum, [, count]) => sum + count, 0),
  };
  const accounts = {
    ...journaled("accounts", stores.accounts, calls),
    put(account: {
      username: string;
      password: string;
      userId: string;
      disabled?: boolean;
      passwordHash?: string;
      phoneNumber?: string;
    }): void {
      const { password, disabled = false, userId, passwordHash = hashOf(password), phoneNumber } = account;
      const username = normalizeUsername(account.username);
      const row = {
        username,
        userId,
        passwordHash,
        generation: 0,
        ...(disabled && { disabled }),
        ...(phoneNumber !== undefined && { phoneNumber }),
      };
      if (phoneNumber !== undefined) dynamoDb.put(tables.accounts, { key: `phone#${phoneNumber}`, username });
      dynamoDb.put(tables.accounts, { key: `username#${username}`, ...row });
      dynamoDb.put(tables.accounts, { key: `userId#${userId}`, username });
    },
  };
  const sessionKeys = journaled("sessionKeys", stores.sessionKeys, calls);
  accounts.put({ ...zhangsan, userId: "user-1" });
  accounts.put({ ...lisi, userId: "user-2" });

  const asked: PasswordQuestion[] = [];
  const builtIn = accountVerifier(accounts, hasher);
  const verifier: AccountVerifier = {
    async verify(question) {
      asked.push(question);
      await calls.reach("verifier.verify");
      return builtIn.verify(question);
    },
  };

  const phones = fakePhones(calls);

  const limits: AttemptLimits = {
    perIdentity: 100,
    perSourceIp: 1_000,
    perUsername: 200,
    invalidCodesPerSourceIp: 1_000,
    windowSeconds: 900,
    ...settings.limits,
  };
  const deps: LoginDeps = {
    exchangeCode: wechat.exchange,
    bindings,
    sessions,
    tickets,
    counters,
    invalidCodes: invalidCodes({ limits, counters }),
    verifier: settings.verifier === "none" ? undefined : verifier,
    limits,
    sessionLifetimeSeconds,
    ...(settings.sessionKeys && { keepSessionKey: keepSessionKeys(sessionKeys, sessionLifetimeSeconds) }),
    now: () => time.now,
    random: seededRandom("a login"),
  };

  const sourceIp = "203.0.113.7";
  const phoneDeps: PhoneLoginDeps = {
    phoneCodes: phones,
    accessTokens: phones.accessTokens,
    counters,
    phoneVerifier: phoneVerifier(accounts),
    phoneLimits: { perIdentity: 5, perDay: 1_000 },
    nextHolder: "refuse",
    keepNumber: false,
    ...settings.phone,
  };
  if (settings.phone) Object.assign(deps, { logInByPhone: phoneLogin(phoneDeps) });
  return {
    time,
    journal: calls,
    dynamoDb,
    wechat,
    bindings,
    directory,
    revocations,
    sessions,
    tickets,
    counters,
    hasher,
    accounts,
    sessionKeys,
    /** What the verifier was asked, in order. */
    asked,
    deps,
    read: readOver(dynamoDb, calls),
    login: (request: LoginRequest) => login(request, deps),

    phones,
    numberMemory: stores.numberMemory,
    /** A fresh code of this person, and of the button on their phone. */
    withPhone: (person: Person, phoneNumber: string, ticket?: string): LoginRequest => ({
      ...(ticket === undefined ? { code: wechat.code(person), appId: person.appId } : { bindTicket: ticket }),
      phoneCode: phones.press(person, phoneNumber),
      sourceIp,
    }),

    /** A fresh code of this person, and what else they send. */
    withCode: (
      person: Person,
      credentials?: { username: string; password: string },
      sessionKey?: string,
    ): LoginRequest => ({
      code: wechat.code(person, sessionKey),
      appId: person.appId,
      sourceIp,
      ...(credentials && { credentials }),
    }),
    withTicket: (bindTicket: string, credentials: { username: string; password: string }): LoginRequest => ({
      bindTicket,
      credentials,
      sourceIp,
    }),
  };
}

export type LoginWorld = ReturnType<typeof loginWorld>;

/** The success that a test expects here. */
export function loggedIn(result: LoggedIn | Refusal): LoggedIn {
  if (isRefusal(result)) throw new Error(`The login was refused: ${result.refused}`);
  return result;
}

/** What the caller is told, without the facts for the log. */
export function told(result: LoggedIn | Refusal): Omit<LoggedIn, "facts"> | Omit<Refusal, "facts"> {
  const { facts: _, ...answer } = result;
  return answer;
}

/** The ticket that this refusal must carry. */
export function ticketIn(result: LoggedIn | Refusal): string {
  if (!isRefusal(result) || result.bindTicket === undefined) throw new Error("There is no bind ticket here");
  return result.bindTicket;
}

/** The code this login must be refused with; undefined for a success. */
export function refusalOf(result: LoggedIn | Refusal): string | undefined {
  return isRefusal(result) ? result.refused : undefined;
}

function keyLength(key: unknown): number {
  return key instanceof Uint8Array ? key.length : 0;
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
