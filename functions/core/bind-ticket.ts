import { type Person, sha256 } from "./identity.ts";

const ticketPattern = /^[A-Za-z0-9_-]{43}$/;

/** Long enough to find and type a password, short enough not to matter if it is seen. */
export const ticketLifetimeSeconds = 600;
/** Password guesses one exchanged code is good for. */
export const ticketAttempts = 5;

/** The ticket's hash: what the table is keyed by. */
export type BindTicketHash = string;

/** What consumes a ticket is the bind, or the opening of the session: see Bindings and Sessions. */
export interface BindTickets {
  create(hash: BindTicketHash, person: Person, attempts: number, expiresAt: number): Promise<void>;
  /** Takes one attempt, by condition; undefined when the ticket is unknown, used up or expired at `now` (ms). */
  takeAttempt(hash: BindTicketHash, now: number): Promise<Person | undefined>;
}

export function looksLikeTicket(value: string): boolean {
  return ticketPattern.test(value);
}

export function ticketHash(ticket: string): BindTicketHash {
  return Buffer.from(sha256(ticket)).toString("base64url");
}

/** Issues a ticket for a person whose code has been spent. `now` in milliseconds. */
export async function issueTicket(
  person: Person,
  attempts: number,
  now: number,
  tickets: BindTickets,
  random: (size: number) => Uint8Array,
): Promise<string> {
  const ticket = Buffer.from(random(32)).toString("base64url");
  await tickets.create(ticketHash(ticket), person, attempts, Math.floor(now / 1000) + ticketLifetimeSeconds);
  return ticket;
}
