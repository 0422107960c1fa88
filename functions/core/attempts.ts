import { isRefusal, type Refusal, refused } from "./refusal.ts";
import { countedName } from "./username.ts";

/** Attempts allowed in one window; 0 switches a limit off. */
export interface AttemptLimits {
  readonly perIdentity: number;
  /** Generous: a mobile carrier puts thousands of people behind one address. */
  readonly perSourceIp: number;
  readonly perUsername: number;
  /** Codes that WeChat calls invalid. More generous still: beyond it nobody behind the address logs in. */
  readonly invalidCodesPerSourceIp: number;
  readonly windowSeconds: number;
}

/** What an attempt is counted against. */
export interface Attempt {
  readonly identityKey: Uint8Array;
  readonly sourceIp: string;
  /** As countedName gives it. */
  readonly username: string;
}

export interface AttemptCounters {
  /**
   * Adds one if fewer than `limit` are counted, atomically, and says how many are counted with it; undefined: it did not.
   * `expiresAt` in seconds.
   */
  charge(counter: string, limit: number, expiresAt: number): Promise<number | undefined>;
  giveBack(counter: string): Promise<void>;
  /** How many are counted; strongly consistent. */
  read(counter: string): Promise<number>;
}

/** The names of the counters that were charged. */
export interface Charge {
  readonly charged: readonly string[];
  /** Where it was the last that a limit lets through: seconds until the next may come. */
  readonly fullFor?: number;
}

interface Limit {
  readonly kind: "identity" | "ip" | "username" | "code";
  readonly who: string;
  readonly limit: number;
}

/**
 * Charges the identity first, because that costs a stranger nothing but their own budget; then source IP and username at
 * the same time, and `beside` with them. Where one of these two refuses, the other is given back.
 * A counter belongs to one window of the clock (its number is part of the name), so that counting needs one conditional
 * write and never a reset. What the window before it has counted is read beside that, and counts as well: in no time of
 * a window's length, wherever it begins, are there more attempts than the limit. Whoever has used it up waits for one to
 * two windows.
 *
 *   window before ── this window ── next window
 *   └──── counts together ─────┘
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

/**
 * What the verifier says a spelling counts as is counted too, after its answer: whoever goes through all spellings of a
 * name is refused at its limit, also with the right password, and is not told which it was. Then what this attempt was
 * charged is given back, but for the identity's.
 */
export async function chargeCountedAs(
  name: string,
  charge: Charge,
  { username }: Attempt,
  { limits, counters }: { readonly limits: AttemptLimits; readonly counters: AttemptCounters },
  now: number,
): Promise<Charge | Refusal> {
  const who = countedName(name);
  if (who === username) return charge;
  const limit: Limit = { kind: "username", who, limit: limits.perUsername };
  const more = await chargeEach([limit], limits.windowSeconds, counters, now);
  if (!isRefusal(more)) return { charged: [...charge.charged, ...more.charged] };
  const others = charge.charged.filter((counter) => !counter.startsWith("identity#"));
  await allAnswered(others.map((counter) => counters.giveBack(counter)));
  return more;
}

/** All at the same time, and all or none. */
export async function chargeEach(
  toCharge: readonly Limit[],
  windowSeconds: number,
  counters: AttemptCounters,
  now: number,
): Promise<Charge | Refusal> {
  const window = Math.floor(now / 1000 / windowSeconds);
  const counterOf = ({ kind, who }: Limit, number: number) => `${kind}#${number}#${who}`;
  // It counts for the next window too.
  const expiresAt = (window + 2) * windowSeconds;
  const counted = await allAnswered(
    toCharge
      .filter(({ limit }) => limit > 0)
      .map(async (each) => {
        const counter = counterOf(each, window);
        const [count, before] = await allAnswered([
          counters.charge(counter, each.limit, expiresAt),
          counters.read(counterOf(each, window - 1)),
        ]);
        return { ...each, counter, count, before };
      }),
  );
  const charged = counted.filter(({ count }) => count !== undefined).map(({ counter }) => counter);
  /** Seconds until a window that lets another one through, where so many are counted in this one. */
  const wait = (count: number, limit: number) =>
    Math.max(1, Math.ceil((window + (count < limit ? 1 : 2)) * windowSeconds - now / 1000));

  const exhausted = counted.find(({ count, before, limit }) => count === undefined || count + before > limit);
  if (!exhausted) {
    const full = counted.find(({ count = 0, before, limit }) => count + before === limit);
    return { charged, ...(full && { fullFor: wait(full.count ?? full.limit, full.limit) }) };
  }
  await allAnswered(charged.map((counter) => counters.giveBack(counter)));
  const { kind, count, limit } = exhausted;
  const retryAfter = wait(count === undefined ? limit : count - 1, limit);
  return refused("too_many_attempts", { retryAfter, facts: { limit: kind } });
}

/** Waits for all even if one fails, because what goes on behind a function's answer may never end; then throws. */
export async function allAnswered<const T extends readonly (Promise<unknown> | undefined)[]>(
  calls: T,
): Promise<{ -readonly [I in keyof T]: Awaited<T[I]> }> {
  await Promise.allSettled(calls);
  return Promise.all(calls);
}
