import type { AccountVerifier } from "./account-verifier.ts";
import type { AttemptCounters, AttemptLimits } from "./attempts.ts";
import type { BindTickets } from "./bind-ticket.ts";
import type { Bindings } from "./binding.ts";
import type { ExchangeCode } from "./code-exchange.ts";
import { identityKey, type Person } from "./identity.ts";
import type { Facts } from "./refusal.ts";
import { newSession, type Session, type Sessions } from "./session.ts";

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

export interface LoginDeps {
  readonly exchangeCode: ExchangeCode;
  readonly bindings: Bindings;
  readonly sessions: Sessions;
  readonly tickets: BindTickets;
  readonly counters: AttemptCounters;
  /** Undefined: nobody knows passwords, and the first login of an identity makes a userId for it. */
  readonly verifier: AccountVerifier | undefined;
  readonly limits: AttemptLimits;
  readonly sessionLifetimeSeconds: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: (size: number) => Uint8Array;
}

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
