import { type Refusal, refused } from "./refusal.ts";

/** Password attempts allowed in one window; 0 switches a limit off. */
export interface AttemptLimits {
  readonly perIdentity: number;
  /** Generous: a mobile carrier puts thousands of people behind one address. */
  readonly perSourceIp: number;
  readonly perUsername: number;
  readonly windowSeconds: number;
}

/** What an attempt is counted against. */
export interface Attempt {
  readonly identityKey: Uint8Array;
  readonly sourceIp: string;
  /** Normalised. */
  readonly username: string;
}

export interface AttemptCounters {
  /** Adds one if fewer than `limit` are counted, atomically; says whether it did. `expiresAt` in seconds. */
  charge(counter: string, limit: number, expiresAt: number): Promise<boolean>;
  giveBack(counter: string): Promise<void>;
}

/**
 * Charges identity, source IP and username, in this order, and stops at the first that is exhausted.
 * A counter belongs to one window of the clock (its number is part of the name), so that counting needs one
 * conditional write and never a reset.
 */
export async function chargeAttempt(
  attempt: Attempt,
  limits: AttemptLimits,
  counters: AttemptCounters,
  now: number,
): Promise<{ charged: string[] } | Refusal> {
  const window = Math.floor(now / 1000 / limits.windowSeconds);
  const expiresAt = (window + 1) * limits.windowSeconds;
  const identity = Buffer.from(attempt.identityKey).toString("base64url");
  const toCharge: [kind: string, who: string, limit: number][] = [
    ["identity", identity, limits.perIdentity],
    ["ip", attempt.sourceIp, limits.perSourceIp],
    ["username", attempt.username, limits.perUsername],
  ];
  const charged: string[] = [];
  for (const [kind, who, limit] of toCharge) {
    if (limit === 0) continue;
    const counter = `${kind}#${window}#${who}`;
    if (!(await counters.charge(counter, limit, expiresAt))) {
      const retryAfter = Math.max(1, Math.ceil(expiresAt - now / 1000));
      return refused("too_many_attempts", { retryAfter, facts: { limit: kind } });
    }
    charged.push(counter);
  }
  return { charged };
}
