import { isRefusal, type Refusal, refused } from "./refusal.ts";

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

/** The names of the counters that were charged. */
export interface Charge {
  readonly charged: readonly string[];
}

interface Limit {
  readonly kind: "identity" | "ip" | "username";
  readonly who: string;
  readonly limit: number;
}

/**
 * Charges the identity first, because that costs a stranger nothing but their own budget; then source IP and username at
 * the same time, and `beside` with them. Where one of these two refuses, the other is given back.
 * A counter belongs to one window of the clock (its number is part of the name), so that counting needs one conditional
 * write and never a reset.
 */
export async function chargeAttempt<T>(
  { identityKey, sourceIp, username }: Attempt,
  { limits, counters }: { readonly limits: AttemptLimits; readonly counters: AttemptCounters },
  now: number,
  beside: () => Promise<T>,
): Promise<{ charge: Charge; beside: T } | { charge: Refusal; beside?: never }> {
  const { perIdentity, perSourceIp, perUsername, windowSeconds } = limits;
  const who = Buffer.from(identityKey).toString("base64url");
  const identity: Limit[] = [{ kind: "identity", who, limit: perIdentity }];
  const first = await chargeEach(identity, windowSeconds, counters, now);
  if (isRefusal(first)) return { charge: first };
  const ipAndUsername: Limit[] = [
    { kind: "ip", who: sourceIp, limit: perSourceIp },
    { kind: "username", who: username, limit: perUsername },
  ];
  const [second, found] = await allAnswered([
    chargeEach(ipAndUsername, windowSeconds, counters, now),
    beside(),
  ]);
  if (isRefusal(second)) return { charge: second };
  return { charge: { charged: [...first.charged, ...second.charged] }, beside: found };
}

/** All at the same time, and all or none. */
async function chargeEach(
  toCharge: readonly Limit[],
  windowSeconds: number,
  counters: AttemptCounters,
  now: number,
): Promise<Charge | Refusal> {
  const window = Math.floor(now / 1000 / windowSeconds);
  const expiresAt = (window + 1) * windowSeconds;
  const limited = toCharge
    .filter(({ limit }) => limit > 0)
    .map((each) => ({ ...each, counter: `${each.kind}#${window}#${each.who}` }));
  const holds = await allAnswered(
    limited.map(({ counter, limit }) => counters.charge(counter, limit, expiresAt)),
  );
  const charged = limited.filter((_, index) => holds[index]).map(({ counter }) => counter);
  const exhausted = limited.find((_, index) => !holds[index]);
  if (!exhausted) return { charged };
  await allAnswered(charged.map((counter) => counters.giveBack(counter)));
  const retryAfter = Math.max(1, Math.ceil(expiresAt - now / 1000));
  return refused("too_many_attempts", { retryAfter, facts: { limit: exhausted.kind } });
}

/** Waits for all even if one fails, because what goes on behind a function's answer may never end; then throws. */
export async function allAnswered<const T extends readonly (Promise<unknown> | undefined)[]>(
  calls: T,
): Promise<{ -readonly [I in keyof T]: Awaited<T[I]> }> {
  await Promise.allSettled(calls);
  return Promise.all(calls);
}
