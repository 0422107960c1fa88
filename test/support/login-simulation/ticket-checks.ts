import { ticketLifetimeSeconds } from "../../../functions/core/bind-ticket.ts";

/** As long as a request may be under way. */
const underWayMs = 60_000;

/** A bind ticket is good for a few minutes, whatever has or has not been deleted. */
export function ticketChecks(clocks: readonly number[], now: () => number, violated: (what: string) => void) {
  const apart = Math.max(...clocks) - Math.min(...clocks);
  const firstTold = new Map<string, number>();
  return {
    told(ticket: string): void {
      if (!firstTold.has(ticket)) firstTold.set(ticket, now());
    },
    /** It has opened a session. */
    used(ticket: string): void {
      const at = firstTold.get(ticket) ?? now();
      if (now() > at + ticketLifetimeSeconds * 1_000 + apart + underWayMs)
        violated("a ticket opens that has expired");
    },
  };
}
