import { newUserId } from "./account.ts";
import { type AttemptCounters, type AttemptLimits, chargeAttempt } from "./attempts.ts";
import { type BindTickets, issueTicket, ticketAttempts, ticketHash } from "./bind-ticket.ts";
import type { Binding, Bindings, BindResult } from "./binding.ts";
import { identityKey, type Person } from "./identity.ts";
import { type Facts, isRefusal, type Refusal, refused } from "./refusal.ts";
import { newSession, type Sessions } from "./session.ts";
import { normalizeUsername } from "./username.ts";

export interface Credentials {
  readonly username: string;
  /** Byte-exact as typed. */
  readonly password: string;
}

export type LoginRequest = (
  | { readonly code: string; readonly appId: string; readonly credentials?: Credentials }
  | { readonly bindTicket: string; readonly credentials: Credentials }
) & {
  readonly sourceIp: string;
  /** For the list of devices; see device.ts. */
  readonly device?: string;
};

export interface LoggedIn {
  readonly sessionId: string;
  /** Seconds since 1970. */
  readonly expiresAt: number;
  readonly userId: string;
  readonly newBinding: boolean;
  readonly facts?: Facts;
}

export interface WeChat {
  /** Exchanges a code. Whatever it answers, the code is to be taken as spent. */
  code2session(appId: string, code: string): Promise<Person | Refusal>;
}

/** Whoever knows usernames and passwords: the product's own Accounts, or the owner's Lambda. */
export interface AccountVerifier {
  verify(
    credentials: Credentials & { appId: string },
  ): Promise<{ userId: string } | { refused: "invalid_credentials" | "account_disabled" }>;
}

export interface LoginNeeds {
  readonly wechat: WeChat;
  readonly bindings: Bindings;
  readonly sessions: Sessions;
  readonly tickets: BindTickets;
  readonly counters: AttemptCounters;
  /** `none`: nobody knows passwords, and the first login of an identity makes a userId for it. */
  readonly verifier: AccountVerifier | "none";
  readonly limits: AttemptLimits;
  readonly sessionLifetimeSeconds: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: (size: number) => Uint8Array;
}

/**
 * Logs a person in: by a code alone when their identity is bound, by username and password when it is not.
 * Throws StoreUnavailable when a store did not answer; at worst a session that nobody knows of stays until it expires.
 */
export async function login(request: LoginRequest, needs: LoginNeeds): Promise<LoggedIn | Refusal> {
  // Taken before WeChat is asked: whatever ends this identity's sessions from here on ends this login too.
  const enteredAt = needs.now();
  const person = await whoIsIt(request, enteredAt, needs);
  if (isRefusal(person)) {
    return { ...person, facts: { ...person.facts, ...("code" in request && { appId: request.appId }) } };
  }
  const attempt: Attempt = { person, enteredAt, device: request.device, needs };
  const result = request.credentials
    ? await loginWithPassword({ ...request, credentials: request.credentials }, attempt)
    : await loginSilently(attempt);
  const identity = Buffer.from(identityKey(person)).toString("base64url");
  return { ...result, facts: { ...result.facts, appId: person.appId, identity } };
}

/** What every step of one login shares. */
interface Attempt {
  readonly person: Person;
  /** Milliseconds. */
  readonly enteredAt: number;
  readonly device: string | undefined;
  readonly needs: LoginNeeds;
}

async function whoIsIt(request: LoginRequest, now: number, needs: LoginNeeds): Promise<Person | Refusal> {
  if ("code" in request) return needs.wechat.code2session(request.appId, request.code);
  return (await needs.tickets.takeAttempt(ticketHash(request.bindTicket), now)) ?? refused("invalid_ticket");
}

async function loginSilently(attempt: Attempt): Promise<LoggedIn | Refusal> {
  const { person, enteredAt, needs } = attempt;
  const binding = await needs.bindings.find(identityKey(person));
  if (binding?.userId !== undefined) return openSession(binding, binding.userId, attempt);
  // Unbound while this login was under way.
  if (binding && binding.sessionsValidFrom > enteredAt) return refuseBind("superseded");
  if (binding?.disabled) return refused("account_disabled");
  if (needs.verifier === "none") return loginWithNewAccount(attempt);
  const bindTicket = await issueTicket(person, ticketAttempts, enteredAt, needs.tickets, needs.random);
  return refused("binding_required", { bindTicket });
}

async function loginWithNewAccount(attempt: Attempt): Promise<LoggedIn | Refusal> {
  const { person, enteredAt, needs } = attempt;
  const userId = newUserId(needs.random);
  const result = await needs.bindings.bind(person, userId, enteredAt);
  if (result === "bound") return createSession(userId, true, attempt);
  if (result !== "already_bound") return refuseBind(result);
  // The same person's other login was faster, and made the account that both share.
  const binding = await needs.bindings.find(identityKey(person));
  return binding?.userId === undefined
    ? refuseBind("superseded")
    : openSession(binding, binding.userId, attempt);
}

async function loginWithPassword(
  request: LoginRequest & { credentials: Credentials },
  attempt: Attempt,
): Promise<LoggedIn | Refusal> {
  const { person, enteredAt, needs } = attempt;
  const { credentials } = request;
  if (needs.verifier === "none") return refused("invalid_credentials");
  const key = identityKey(person);
  const who = {
    identityKey: key,
    sourceIp: request.sourceIp,
    username: normalizeUsername(credentials.username),
  };
  const charge = await chargeAttempt(who, needs.limits, needs.counters, enteredAt);
  if (isRefusal(charge)) return charge;

  const account = await needs.verifier.verify({ ...credentials, appId: person.appId });
  if ("refused" in account) {
    if (account.refused === "account_disabled") return refused("account_disabled");
    return refused("invalid_credentials", { bindTicket: await ticketForAnotherTry(request, attempt) });
  }

  // Read only now, so that the password decides even where the identity is bound.
  const givingBack = charge.charged.map((counter) => needs.counters.giveBack(counter));
  const reading = needs.bindings.find(key);
  // Both are waited for even if one fails: what goes on behind a Lambda's answer may never end.
  await Promise.allSettled([reading, ...givingBack]);
  const [binding] = await Promise.all([reading, ...givingBack]);
  if (binding?.userId !== undefined && binding.userId !== account.userId) return refused("already_bound");
  if (binding?.disabled) return refused("account_disabled");
  const newBinding = binding?.userId === undefined;
  if (newBinding) {
    const result = await needs.bindings.bind(person, account.userId, enteredAt);
    if (result !== "bound") return refuseBind(result);
  }
  if ("bindTicket" in request && !(await needs.tickets.consume(ticketHash(request.bindTicket)))) {
    return refused("invalid_ticket");
  }
  return newBinding
    ? createSession(account.userId, true, attempt)
    : openSession(binding, account.userId, attempt);
}

function refuseBind(result: Exclude<BindResult, "bound">): Refusal {
  return refused(result === "superseded" ? "access_changed" : result);
}

/** The ticket the caller has already, or, where this call spent a code, a new one with that guess deducted. */
async function ticketForAnotherTry(request: LoginRequest, { person, enteredAt, needs }: Attempt) {
  if ("bindTicket" in request) return request.bindTicket;
  return issueTicket(person, ticketAttempts - 1, enteredAt, needs.tickets, needs.random);
}

async function openSession(binding: Binding, userId: string, attempt: Attempt): Promise<LoggedIn | Refusal> {
  const { person, enteredAt, needs } = attempt;
  if (binding.disabled) return refused("account_disabled");
  if (binding.sessionsValidFrom > enteredAt) return refuseBind("superseded");
  if (person.unionid !== undefined && person.unionid !== binding.unionid) {
    await needs.bindings.rememberUnionid(identityKey(person), person.unionid);
  }
  return createSession(userId, false, attempt);
}

async function createSession(userId: string, newBinding: boolean, attempt: Attempt): Promise<LoggedIn> {
  const { person, enteredAt, device, needs } = attempt;
  const { sessionId, session } = newSession(
    identityKey(person),
    userId,
    enteredAt,
    needs.sessionLifetimeSeconds,
    needs.random,
  );
  await needs.sessions.create({ ...session, ...(device !== undefined && { device }) });
  return { sessionId, expiresAt: session.expiresAt, userId, newBinding };
}
