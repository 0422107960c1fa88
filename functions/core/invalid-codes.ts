import { type AttemptCounters, type AttemptLimits, chargeEach } from "./attempts.ts";
import { type Facts, isRefusal, type Refusal, refused, StoreUnavailable } from "./refusal.ts";

/** Keeps invented codes away from WeChat, by the address that sends them. */
export interface InvalidCodes {
  /** Without asking anybody: undefined unless this address is known to be over its limit. `now` in milliseconds. */
  refusalFor(sourceIp: string, now: number): Refusal | undefined;
  /** Counts a code that WeChat has called invalid. */
  count(sourceIp: string, now: number): Promise<Facts>;
}

/** An instance of the function remembers no more than this. */
const mostAddresses = 10_000;

/**
 * The count is everybody's; that an address is over its limit each instance finds out by itself, from the first invalid
 * code that it counts there, and remembers: so silent login asks no store about it. In a window each instance sends WeChat
 * one code of such an address that it need not have sent.
 */
export function invalidCodes({
  limits,
  counters,
}: {
  readonly limits: Pick<AttemptLimits, "invalidCodesPerSourceIp" | "windowSeconds">;
  readonly counters: AttemptCounters;
}): InvalidCodes {
  /** Until when each is over its limit, in milliseconds; the oldest first. */
  const overUntil = new Map<string, number>();

  function remember(sourceIp: string, until: number): void {
    overUntil.delete(sourceIp);
    overUntil.set(sourceIp, until);
    const [oldest] = overUntil.keys();
    if (overUntil.size > mostAddresses && oldest !== undefined) overUntil.delete(oldest);
  }

  return {
    refusalFor(sourceIp, now) {
      const until = overUntil.get(sourceIp) ?? 0;
      if (now < until) return overLimit(Math.ceil((until - now) / 1000));
      overUntil.delete(sourceIp);
      return undefined;
    },

    async count(sourceIp, now) {
      const limit = { kind: "code", who: sourceIp, limit: limits.invalidCodesPerSourceIp } as const;
      try {
        const charge = await chargeEach([limit], limits.windowSeconds, counters, now);
        const seconds = isRefusal(charge) ? charge.retryAfter : charge.fullFor;
        if (seconds !== undefined) remember(sourceIp, now + seconds * 1000);
        return {};
      } catch (error) {
        // WeChat has answered: that this one goes uncounted is no reason to say anything else.
        if (!(error instanceof StoreUnavailable)) throw error;
        return { notCounted: true };
      }
    },
  };
}

function overLimit(retryAfter: number): Refusal {
  return refused("too_many_attempts", { retryAfter, facts: { limit: "code" } });
}
