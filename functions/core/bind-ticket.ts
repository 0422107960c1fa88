import { type Person, sha256 } from "./identity.ts";

const ticketPattern = /^[A-Za-z0-9_-]{43}$/;

/** Long enough to find and type a password, short enough not to matter if it is seen. */
export const ticketLifetimeSeconds = 600;
/** Password guesses one exchanged code is good for. */
export const ticketAttempts = 5;

/** The ticket's hash: what the table is keyed by. */
export type TicketHash = string;

export interface BindTickets {
  create(hash: TicketHash, person: Person, attempts: number, expiresAt: number): Promise<void>;
  /** Takes one attempt, by condition; undefined when the ticket is unknown, used up or expired at `now` (ms). */
  takeAttempt(hash: TicketHash, now: number): Promise<Person | undefined>;
  /** True for exactly one caller, however many try. */
  consume(hash: TicketHash): Promise<boolean>;
}

export function looksLikeTicket(value: string): boolean {
  return ticketPattern.test(value);
}

export function ticketHash(ticket: string): TicketHash {
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
