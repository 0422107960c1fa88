import type { AccountVerifier } from "./account-verifier.ts";
import { type AttemptCounters, type AttemptLimits, allAnswered } from "./attempts.ts";
import { type BindTicketHash, type BindTickets, issueTicket, ticketAttempts } from "./bind-ticket.ts";
import type { Binding, Bindings } from "./binding.ts";
import type { ExchangeCode } from "./code-exchange.ts";
import { identityKey, type Person } from "./identity.ts";
import type { InvalidCodes } from "./invalid-codes.ts";
import { type Facts, type Refusal, refused } from "./refusal.ts";
import { newSession, type Session, type Sessions } from "./session.ts";
import type { KeepSessionKey } from "./session-key.ts";

export interface Credentials {
  readonly username: string;
  /** Byte-exact as typed. */
  readonly password: string;
}

/** With a ticket there are credentials, or a phone code; never both of them. */
export type LoginRequest = (
  | { readonly code: string; readonly appId: string }
  | { readonly bindTicket: string }
) & {
  readonly credentials?: Credentials;
  /** Of a getPhoneNumber button: the person's number at WeChat. */
  readonly phoneCode?: string;
  readonly sourceIp: string;
  /** What a person would call the device, for the list of devices. */
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

/** Whether somebody looks too risky to be bound. Undefined: let in. */
export type RiskCheck = (person: Person) => Promise<Refusal | undefined>;

export interface LoginDeps {
  readonly exchangeCode: ExchangeCode;
  readonly bindings: Bindings;
  readonly sessions: Sessions;
  readonly invalidCodes: InvalidCodes;
  readonly tickets: BindTickets;
  readonly counters: AttemptCounters;
  /** Undefined: nobody knows passwords, and the first login of an identity makes a userId for it. */
  readonly verifier: AccountVerifier | undefined;
  /** Only where people log in by phone number; then a code alone makes no account. */
  readonly logInByPhone?: LogInByPhone;
  /** Undefined: nobody is asked about anybody. Within one login it asks once, however often it is called. */
  readonly risk?: RiskCheck;
  readonly limits: AttemptLimits;
  readonly sessionLifetimeSeconds: number;
  /** Undefined: session_keys have no use here, and nobody keeps them. */
  readonly keepSessionKey?: KeepSessionKey;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: (size: number) => Uint8Array;
}

export type LogInByPhone = (
  phoneCode: string,
  request: LoginRequest,
  attempt: LoginAttempt,
) => Promise<LoggedIn | Refusal>;

/** A login whose person WeChat has vouched for. */
export interface LoginAttempt {
  readonly person: Person;
  /** Milliseconds: the login's clock at its entry. Decides when its session expires, and nothing else. */
  readonly enteredAt: number;
  readonly device: string | undefined;
  readonly deps: LoginDeps;
}

/** A session to be stored, and what its owner is told once it is. */
export function newSessionFor(
  account: { readonly userId: string; readonly generation: number },
  { person, enteredAt, device, deps }: LoginAttempt,
): { session: Session; login: Omit<LoggedIn, "newBinding"> } {
  const { sessionLifetimeSeconds, random } = deps;
  const key = identityKey(person);
  const { sessionId, session } = newSession(key, account, enteredAt, sessionLifetimeSeconds, random);
  return {
    session: { ...session, ...(device !== undefined && { device }) },
    login: { sessionId, expiresAt: session.expiresAt, userId: account.userId },
  };
}

/** A session for an identity that has its account, under the generation that was read; consumes the ticket with it. */
export async function openSession(
  { userId, generation, unionid }: Pick<Binding, "generation" | "unionid"> & { readonly userId: string },
  attempt: LoginAttempt,
  ticket?: BindTicketHash,
): Promise<LoggedIn | Refusal> {
  const { person, deps } = attempt;
  const { session, login } = newSessionFor({ userId, generation }, attempt);
  const isNewUnionid = person.unionid !== undefined && person.unionid !== unionid;
  const [opened] = await allAnswered([
    deps.sessions.open(session, ticket),
    isNewUnionid ? deps.bindings.rememberUnionid(identityKey(person), person.unionid) : undefined,
  ]);
  return opened ? { ...login, newBinding: false } : refused("invalid_ticket");
}

/** The ticket the caller has already, or, where this call spent a code, a new one with that try deducted. */
export async function ticketForAnotherTry(
  request: LoginRequest,
  { person, enteredAt, deps }: LoginAttempt,
): Promise<string> {
  if ("bindTicket" in request) return request.bindTicket;
  return issueTicket(person, ticketAttempts - 1, enteredAt, deps.tickets, deps.random);
}
