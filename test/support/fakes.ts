import { createHash } from "node:crypto";
import {
  type Account,
  type Accounts,
  accountVerifier,
  type PasswordHasher,
} from "../../functions/core/account.ts";
import type { AttemptCounters, AttemptLimits } from "../../functions/core/attempts.ts";
import type { ReadBoundSession } from "../../functions/core/authorize.ts";
import type { BindTickets } from "../../functions/core/bind-ticket.ts";
import type { Binding, Bindings } from "../../functions/core/binding.ts";
import { type Identity, identityKey, type Person } from "../../functions/core/identity.ts";
import {
  type AccountVerifier,
  type LoggedIn,
  type LoginNeeds,
  type LoginRequest,
  login,
  type WeChat,
} from "../../functions/core/login.ts";
import { isRefusal, type Refusal, refused } from "../../functions/core/refusal.ts";
import type { BoundIdentity, Revocations } from "../../functions/core/revocation.ts";
import type { Session, SessionKey, SessionList, Sessions } from "../../functions/core/session.ts";
import { normalizeUsername } from "../../functions/core/username.ts";

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

/** The same bytes in the same order for the same seed. */
export function seededRandom(seed: string): (size: number) => Buffer {
  let count = 0;
  return (size) => {
    count += 1;
    return createHash("shake256", { outputLength: size }).update(`${seed} ${count}`).digest();
  };
}

export type Operation =
  | "wechat.code2session"
  | "bindings.find"
  | "bindings.bind"
  | "bindings.rememberUnionid"
  | "revocations.endSessions"
  | "revocations.unbind"
  | "revocations.endBinds"
  | "revocations.setAccountDisabled"
  | "revocations.setIdentityDisabled"
  | "sessions.create"
  | "sessions.remove"
  | "sessions.list"
  | "tickets.create"
  | "tickets.takeAttempt"
  | "tickets.consume"
  | "counters.charge"
  | "counters.giveBack"
  | "verifier.verify"
  | "accounts.find"
  | "authorization.read";

/** Every call to a fake passes here, in order. A test can break one, or let something else happen just before it. */
export interface Journal {
  readonly operations: Operation[];
  /** From now on this operation throws, having changed nothing. */
  breaks(operation: Operation, error: unknown): void;
  /** Happens while this operation is called for the next time, before it looks at anything. */
  meanwhile(operation: Operation, happening: () => void): void;
  /** Called by the fakes: lets others run, as a call over a network does. What a fake does afterwards is atomic. */
  reach(operation: Operation): Promise<void>;
}

export function journal(): Journal {
  const operations: Operation[] = [];
  const broken = new Map<Operation, unknown>();
  const happenings = new Map<Operation, () => void>();
  return {
    operations,
    breaks: (operation, error) => void broken.set(operation, error),
    meanwhile: (operation, happening) => void happenings.set(operation, happening),
    async reach(operation) {
      operations.push(operation);
      await Promise.resolve();
      const happening = happenings.get(operation);
      happenings.delete(operation);
      happening?.();
      if (broken.has(operation)) throw broken.get(operation);
    },
  };
}

/** WeChat as the core sees it: each code is exchanged once. */
export interface FakeWeChat extends WeChat {
  /** `wx.login` on this person's phone, or a code that WeChat will refuse. */
  code(answer: Person | Refusal): string;
  exchanges: number;
}

export function fakeWeChat({ reach }: Journal): FakeWeChat {
  const codes = new Map<string, Person | Refusal>();
  let issued = 0;
  return {
    exchanges: 0,
    code(answer) {
      issued += 1;
      const code = `canary-code-${String(issued).padStart(6, "0")}`;
      codes.set(code, answer);
      return code;
    },
    async code2session(appId, code) {
      await reach("wechat.code2session");
      const answer = codes.get(code);
      if (!answer || ("appId" in answer && answer.appId !== appId)) return refused("invalid_code");
      codes.delete(code);
      this.exchanges += 1;
      return answer;
    },
  };
}

type IdentityItem = Identity & Binding;

interface AccountItem {
  /** By AppId, the identities' keys in hex. */
  readonly identities: ReadonlyMap<string, ReadonlySet<string>>;
  readonly disabled: boolean;
  readonly bindsValidFrom: number;
}

export interface FakeBindings extends Bindings {
  /** By the key in hex. */
  readonly items: Map<string, IdentityItem>;
  readonly accounts: Map<string, AccountItem>;
  /** Sets what is known of an identity, bound to `user-1` unless said otherwise. */
  put(person: Person, binding?: Partial<Binding>): void;
  putAccount(userId: string, account: Partial<AccountItem>): void;
  /** As the product unbinds: the userId goes, and every session and login that began before goes with it. */
  unbind(person: Person, now: number): void;
  of(person: Person): Binding | undefined;
}

export function fakeBindings({ reach }: Journal, policy = { oneIdentityPerApp: false }): FakeBindings {
  const items = new Map<string, IdentityItem>();
  const accounts = new Map<string, AccountItem>();
  const noAccount: AccountItem = { identities: new Map(), disabled: false, bindsValidFrom: 0 };
  const identityIn = ({ appId, openid }: Identity) => ({ appId, openid });

  return {
    items,
    accounts,

    put(person, binding = { userId: "user-1" }) {
      items.set(hex(identityKey(person)), {
        ...identityIn(person),
        disabled: false,
        sessionsValidFrom: 0,
        ...binding,
      });
    },

    putAccount(userId, account) {
      accounts.set(userId, { ...noAccount, ...account });
    },

    unbind(person, now) {
      const id = hex(identityKey(person));
      const item = items.get(id);
      if (item) items.set(id, unboundFrom(item, now + 1));
    },

    of: (person) => items.get(hex(identityKey(person))),

    async find(key) {
      await reach("bindings.find");
      const item = items.get(hex(key));
      if (!item) return undefined;
      const { appId: _, openid: __, ...binding } = item;
      return binding;
    },

    async bind(person, userId, enteredAt) {
      await reach("bindings.bind");
      const id = hex(identityKey(person));
      const item = items.get(id);
      if (item?.userId !== undefined && item.userId !== userId) return "already_bound";
      if (item && item.sessionsValidFrom > enteredAt) return "superseded";
      const account = accounts.get(userId) ?? noAccount;
      if (account.disabled) return "account_disabled";
      if (account.bindsValidFrom > enteredAt) return "superseded";
      const ofThisApp = account.identities.get(person.appId) ?? new Set();
      if (policy.oneIdentityPerApp && [...ofThisApp].some((other) => other !== id)) {
        return "account_already_bound";
      }
      items.set(id, {
        disabled: false,
        sessionsValidFrom: 0,
        ...item,
        ...identityIn(person),
        userId,
        ...(person.unionid !== undefined && { unionid: person.unionid }),
      });
      accounts.set(userId, {
        ...account,
        identities: new Map([...account.identities, [person.appId, new Set([...ofThisApp, id])]]),
      });
      return "bound";
    },

    async rememberUnionid(key, unionid) {
      await reach("bindings.rememberUnionid");
      const item = items.get(hex(key));
      if (item?.userId !== undefined) items.set(hex(key), { ...item, unionid });
    },
  };
}

/** The item stays, without its account and whatever was said of that. */
function unboundFrom({ userId: _, ...item }: IdentityItem, validFrom: number): IdentityItem {
  return { ...item, disabled: false, sessionsValidFrom: Math.max(item.sessionsValidFrom, validFrom) };
}

/** Over the same items that login binds. */
export function fakeRevocations(
  { reach }: Journal,
  { items, accounts, putAccount }: FakeBindings,
): Revocations {
  const identitiesOf = (userId: string): BoundIdentity[] =>
    [...(accounts.get(userId)?.identities ?? [])].flatMap(([appId, keys]) =>
      [...keys].map((key) => ({ appId, identityKey: Buffer.from(key, "hex") })),
    );
  return {
    async endSessions(key, validFrom) {
      await reach("revocations.endSessions");
      const item = items.get(hex(key));
      if (!item) return;
      items.set(hex(key), { ...item, sessionsValidFrom: Math.max(item.sessionsValidFrom, validFrom) });
    },

    async unbind({ appId, identityKey }, userId, validFrom) {
      await reach("revocations.unbind");
      const id = hex(identityKey);
      const item = items.get(id);
      if (item?.userId !== userId) return;
      items.set(id, unboundFrom(item, validFrom));
      const account = accounts.get(userId);
      const others = [...(account?.identities.get(appId) ?? [])].filter((other) => other !== id);
      putAccount(userId, {
        ...account,
        identities: new Map([...(account?.identities ?? []), [appId, new Set(others)]]),
      });
    },

    async endBinds(userId, validFrom) {
      await reach("revocations.endBinds");
      const account = accounts.get(userId);
      putAccount(userId, { ...account, bindsValidFrom: Math.max(account?.bindsValidFrom ?? 0, validFrom) });
      return identitiesOf(userId);
    },

    async setAccountDisabled(userId, disabled) {
      await reach("revocations.setAccountDisabled");
      putAccount(userId, { ...accounts.get(userId), disabled });
    },

    async setIdentityDisabled(key, userId, disabled, validFrom) {
      await reach("revocations.setIdentityDisabled");
      const item = items.get(hex(key));
      if (item?.userId !== userId) return;
      items.set(hex(key), {
        ...item,
        disabled,
        sessionsValidFrom: Math.max(item.sessionsValidFrom, validFrom),
      });
    },
  };
}

export interface FakeSessions extends Sessions, SessionList {
  readonly rows: Map<string, Session>;
}

export function fakeSessions({ reach }: Journal): FakeSessions {
  const rows = new Map<string, Session>();
  const id = ({ identityKey, secretHash }: SessionKey) => `${hex(identityKey)} ${hex(secretHash)}`;
  return {
    rows,
    async create(session) {
      await reach("sessions.create");
      rows.set(id(session), session);
    },
    async remove(key) {
      await reach("sessions.remove");
      rows.delete(id(key));
    },
    async list(identityKey) {
      await reach("sessions.list");
      return [...rows.values()].filter((session) => hex(session.identityKey) === hex(identityKey));
    },
  };
}

interface TicketItem {
  readonly person: Person;
  readonly attemptsLeft: number;
  /** Seconds. */
  readonly expiresAt: number;
}

export interface FakeTickets extends BindTickets {
  readonly items: Map<string, TicketItem>;
}

export function fakeTickets({ reach }: Journal): FakeTickets {
  const items = new Map<string, TicketItem>();
  return {
    items,
    async create(hash, person, attemptsLeft, expiresAt) {
      await reach("tickets.create");
      items.set(hash, { person, attemptsLeft, expiresAt });
    },
    async takeAttempt(hash, now) {
      await reach("tickets.takeAttempt");
      const item = items.get(hash);
      if (!item || item.attemptsLeft <= 0 || item.expiresAt * 1000 <= now) return undefined;
      items.set(hash, { ...item, attemptsLeft: item.attemptsLeft - 1 });
      return item.person;
    },
    async consume(hash) {
      await reach("tickets.consume");
      return items.delete(hash);
    },
  };
}

export interface FakeCounters extends AttemptCounters {
  readonly counts: Map<string, number>;
  /** The counters that were asked for, in order, and whether they were charged. */
  readonly asked: { counter: string; limit: number; expiresAt: number; charged: boolean }[];
  /** How much is counted now against `identity`, `ip` or `username`, over all windows. */
  counted(kind: string): number;
}

export function fakeCounters({ reach }: Journal): FakeCounters {
  const counts = new Map<string, number>();
  const asked: FakeCounters["asked"] = [];
  return {
    counts,
    asked,
    counted: (kind) =>
      [...counts]
        .filter(([counter]) => counter.startsWith(`${kind}#`))
        .reduce((sum, [, count]) => sum + count, 0),
    async charge(counter, limit, expiresAt) {
      await reach("counters.charge");
      const count = counts.get(counter) ?? 0;
      const charged = count < limit;
      if (charged) counts.set(counter, count + 1);
      asked.push({ counter, limit, expiresAt, charged });
      return charged;
    },
    async giveBack(counter) {
      await reach("counters.giveBack");
      const count = counts.get(counter) ?? 0;
      if (count > 0) counts.set(counter, count - 1);
    },
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
    decoy: "hash of what nobody types",
    async matches(password, passwordHash) {
      checked.push(passwordHash);
      return passwordHash === hashOf(password);
    },
  };
}

export function hashOf(password: string): string {
  return `hash of <${password}>`;
}

export interface FakeAccounts extends Accounts {
  readonly rows: Map<string, Account>;
  put(account: { username: string; password: string; userId: string; disabled?: boolean }): void;
}

export function fakeAccounts({ reach }: Journal): FakeAccounts {
  const rows = new Map<string, Account>();
  return {
    rows,
    put({ username, password, userId, disabled = false }) {
      const key = normalizeUsername(username);
      rows.set(key, { username: key, userId, passwordHash: hashOf(password), disabled });
    },
    async find(username) {
      await reach("accounts.find");
      return rows.get(username);
    },
  };
}

/** The authorizer's one read, over the same rows that login writes. */
export function fakeReadBoundSession(
  { reach }: Journal,
  bindings: FakeBindings,
  sessions: FakeSessions,
): ReadBoundSession {
  return async ({ identityKey, secretHash }) => {
    await reach("authorization.read");
    const item = bindings.items.get(hex(identityKey));
    const session = sessions.rows.get(`${hex(identityKey)} ${hex(secretHash)}`);
    if (item?.userId === undefined || !session) return undefined;
    const { appId, openid, userId, ...binding } = item;
    return {
      identity: { appId, openid },
      binding: { ...binding, userId, generation: 0 },
      session: { ...session, generation: 0 },
    };
  };
}

/** Zhang San is `user-1`, Li Si is `user-2`; nobody is bound. Limits are out of the way unless a test sets them. */
export function loginWorld(
  settings: { limits?: Partial<AttemptLimits>; oneIdentityPerApp?: boolean; verifier?: "none" } = {},
) {
  const time = { now: noon };
  const calls = journal();
  const wechat = fakeWeChat(calls);
  const bindings = fakeBindings(calls, { oneIdentityPerApp: settings.oneIdentityPerApp ?? false });
  const sessions = fakeSessions(calls);
  const tickets = fakeTickets(calls);
  const counters = fakeCounters(calls);
  const hasher = fakeHasher();
  const accounts = fakeAccounts(calls);
  accounts.put({ ...zhangsan, userId: "user-1" });
  accounts.put({ ...lisi, userId: "user-2" });

  const asked: Parameters<AccountVerifier["verify"]>[0][] = [];
  const builtIn = accountVerifier(accounts, hasher);
  const verifier: AccountVerifier = {
    async verify(credentials) {
      asked.push(credentials);
      await calls.reach("verifier.verify");
      return builtIn.verify(credentials);
    },
  };

  const needs: LoginNeeds = {
    wechat,
    bindings,
    sessions,
    tickets,
    counters,
    verifier: settings.verifier ?? verifier,
    limits: {
      perIdentity: 100,
      perSourceIp: 1_000,
      perUsername: 200,
      windowSeconds: 900,
      ...settings.limits,
    },
    sessionLifetimeSeconds,
    now: () => time.now,
    random: seededRandom("a login"),
  };

  const sourceIp = "203.0.113.7";
  return {
    time,
    journal: calls,
    wechat,
    bindings,
    sessions,
    tickets,
    counters,
    revocations: fakeRevocations(calls, bindings),
    hasher,
    accounts,
    /** What the verifier was asked, in order. */
    asked,
    needs,
    read: fakeReadBoundSession(calls, bindings, sessions),
    login: (request: LoginRequest) => login(request, needs),
    /** A fresh code of this person, and what else they send. */
    withCode: (person: Person, credentials?: { username: string; password: string }): LoginRequest => ({
      code: wechat.code(person),
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

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
