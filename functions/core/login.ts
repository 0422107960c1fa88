import { type AttemptCounters, type AttemptLimits, chargeAttempt } from "./attempts.ts";
import { type BindTickets, issueTicket, ticketAttempts, ticketHash } from "./bind-ticket.ts";
import type { Binding, Bindings } from "./binding.ts";
import { identityKey, type Person } from "./identity.ts";
import { isRefusal, type Refusal, refused } from "./refusal.ts";
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
) & { readonly sourceIp: string };

export interface LoggedIn {
  readonly sessionId: string;
  /** Seconds since 1970. */
  readonly expiresAt: number;
  readonly userId: string;
  readonly newBinding: boolean;
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
  readonly verifier: AccountVerifier;
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
  if (isRefusal(person)) return person;
  return request.credentials
    ? loginWithPassword(person, { ...request, credentials: request.credentials }, enteredAt, needs)
    : loginSilently(person, enteredAt, needs);
}

async function whoIsIt(request: LoginRequest, now: number, needs: LoginNeeds): Promise<Person | Refusal> {
  if ("code" in request) return needs.wechat.code2session(request.appId, request.code);
  return (await needs.tickets.takeAttempt(ticketHash(request.bindTicket), now)) ?? refused("invalid_ticket");
}

async function loginSilently(person: Person, enteredAt: number, needs: LoginNeeds) {
  const binding = await needs.bindings.find(identityKey(person));
  if (binding?.userId === undefined) {
    const bindTicket = await issueTicket(person, ticketAttempts, enteredAt, needs.tickets, needs.random);
    return refused("binding_required", { bindTicket });
  }
  return openSession(person, binding, binding.userId, enteredAt, needs);
}

async function loginWithPassword(
  person: Person,
  request: LoginRequest & { credentials: Credentials },
  enteredAt: number,
  needs: LoginNeeds,
): Promise<LoggedIn | Refusal> {
  const { credentials } = request;
  const key = identityKey(person);
  const attempt = {
    identityKey: key,
    sourceIp: request.sourceIp,
    username: normalizeUsername(credentials.username),
  };
  const charge = await chargeAttempt(attempt, needs.limits, needs.counters, enteredAt);
  if (isRefusal(charge)) return charge;

  const account = await needs.verifier.verify({ ...credentials, appId: person.appId });
  if ("refused" in account) {
    if (account.refused === "account_disabled") return refused("account_disabled");
    return refused("invalid_credentials", {
      bindTicket: await ticketForAnotherTry(person, request, enteredAt, needs),
    });
  }

  // Read only now, so that the password decides even where the identity is bound.
  const [binding] = await Promise.all([
    needs.bindings.find(key),
    ...charge.charged.map((counter) => needs.counters.giveBack(counter)),
  ]);
  if (binding?.userId !== undefined && binding.userId !== account.userId) return refused("already_bound");
  const newBinding = binding?.userId === undefined;
  if (newBinding) {
    const result = await needs.bindings.bind(person, account.userId, enteredAt);
    if (result === "superseded") return refused("invalid_code", { facts: { superseded: true } });
    if (result !== "bound") return refused(result);
  }
  if ("bindTicket" in request && !(await needs.tickets.consume(ticketHash(request.bindTicket)))) {
    return refused("invalid_ticket");
  }
  return newBinding
    ? createSession(person, account.userId, true, enteredAt, needs)
    : openSession(person, binding, account.userId, enteredAt, needs);
}

/** The ticket the caller has already, or, where this call spent a code, a new one with that guess deducted. */
async function ticketForAnotherTry(person: Person, request: LoginRequest, now: number, needs: LoginNeeds) {
  if ("bindTicket" in request) return request.bindTicket;
  return issueTicket(person, ticketAttempts - 1, now, needs.tickets, needs.random);
}

async function openSession(
  person: Person,
  binding: Binding,
  userId: string,
  enteredAt: number,
  needs: LoginNeeds,
): Promise<LoggedIn | Refusal> {
  if (binding.disabled) return refused("account_disabled");
  if (binding.sessionsValidFrom > enteredAt) return refused("invalid_code", { facts: { superseded: true } });
  if (person.unionid !== undefined && person.unionid !== binding.unionid) {
    await needs.bindings.rememberUnionid(identityKey(person), person.unionid);
  }
  return createSession(person, userId, false, enteredAt, needs);
}

async function createSession(
  person: Person,
  userId: string,
  newBinding: boolean,
  createdAt: number,
  needs: LoginNeeds,
): Promise<LoggedIn> {
  const { sessionId, session } = newSession(
    identityKey(person),
    createdAt,
    needs.sessionLifetimeSeconds,
    needs.random,
  );
  await needs.sessions.create(session);
  return { sessionId, expiresAt: session.expiresAt, userId, newBinding };
}
