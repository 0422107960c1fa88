import { describe, expect, test } from "vitest";
import { type AttemptLimits, chargeAttempt } from "../../../functions/core/attempts.ts";
import { identityKey } from "../../../functions/core/identity.ts";
import { isRefusal, StoreUnavailable } from "../../../functions/core/refusal.ts";
import { alice, bob, loginWorld, noon } from "../../support/fakes.ts";
import { seededNumbers } from "../../support/seeded-numbers.ts";

const attempt = { identityKey: identityKey(alice), sourceIp: "203.0.113.7", username: "zhangsan" };
const limits: AttemptLimits = {
  perIdentity: 3,
  perSourceIp: 5,
  perUsername: 4,
  invalidCodesPerSourceIp: 0,
  windowSeconds: 900,
};

function counting(overrides: Partial<AttemptLimits> = {}) {
  const { counters, journal: calls } = loginWorld();
  const deps = { counters, limits: { ...limits, ...overrides } };
  const charge = async (changes: Partial<typeof attempt> = {}, now = noon) =>
    (await chargeAttempt({ ...attempt, ...changes }, deps, now, async () => {})).charge;
  const kinds = () => counters.asked.map(({ counter }) => counter.split("#")[0]);
  return { calls, counters, charge, kinds };
}

describe("an attempt", () => {
  test("is charged to the identity, then to source IP and username, each with its own limit", async () => {
    const { charge, counters, kinds } = counting();
    const result = await charge();
    expect(kinds()).toEqual(["identity", "ip", "username"]);
    expect(counters.asked.map(({ limit }) => limit)).toEqual([3, 5, 4]);
    expect(result).toEqual({ charged: counters.asked.map(({ counter }) => counter) });
  });

  test("is counted per identity, per source IP and per username, and not together", async () => {
    const { charge, counters } = counting();
    await charge();
    await charge({ identityKey: identityKey(bob) });
    await charge({ sourceIp: "203.0.113.8" });
    await charge({ username: "lisi" });
    const counts = (kind: string) =>
      [...counters.counts].filter(([counter]) => counter.startsWith(`${kind}#`)).map(([, count]) => count);
    expect(counts("identity")).toEqual([3, 1]);
    expect(counts("ip")).toEqual([3, 1]);
    expect(counts("username")).toEqual([3, 1]);
  });

  test("cannot be counted against another kind, whatever it is called", async () => {
    const { charge, counters } = counting();
    await charge({ sourceIp: "same", username: "same" });
    await charge({ sourceIp: "same", username: "ip#1#same" });
    expect(counters.counted("ip")).toBe(2);
    expect(counters.counts.size).toBe(4);
  });
});

describe("a limit", () => {
  test.each([
    ["identity", { perIdentity: 2 }, ["identity"]],
    ["ip", { perSourceIp: 2 }, ["identity", "ip", "username"]],
    ["username", { perUsername: 2 }, ["identity", "ip", "username"]],
  ])("per %s lets as many through as it says, and refuses the next", async (kind, limit, touched) => {
    const { charge, counters, kinds } = counting(limit);
    expect(isRefusal(await charge())).toBe(false);
    expect(isRefusal(await charge())).toBe(false);
    counters.asked.length = 0;
    expect(await charge()).toMatchObject({ refused: "too_many_attempts", facts: { limit: kind } });
    expect(kinds()).toEqual(touched);
    expect(counters.counted(kind)).toBe(2);
  });

  test("that refuses gives back what the other of source IP and username was charged, and no identity", async () => {
    const byUsername = counting({ perUsername: 2 });
    const byIp = counting({ perSourceIp: 2 });
    for (const { charge } of [byUsername, byIp]) for (let time = 1; time <= 3; time++) await charge();
    expect(byUsername.counters.counted("ip")).toBe(2);
    expect(byIp.counters.counted("username")).toBe(2);
    for (const { counters } of [byUsername, byIp]) expect(counters.counted("identity")).toBe(3);
  });

  test.each([
    ["identity", { perIdentity: 0 }, ["ip", "username"]],
    ["ip", { perSourceIp: 0 }, ["identity", "username"]],
    ["username", { perUsername: 0 }, ["identity", "ip"]],
  ])("per %s is switched off by 0, and only that one", async (_kind, off, left) => {
    const { charge, kinds } = counting(off);
    expect(isRefusal(await charge())).toBe(false);
    expect(kinds()).toEqual(left);
  });

  test("of 0 everywhere charges nothing and refuses nobody", async () => {
    const { charge, calls } = counting({ perIdentity: 0, perSourceIp: 0, perUsername: 0 });
    expect(await charge()).toEqual({ charged: [] });
    expect(calls.operations).toEqual([]);
  });

  test("is not exceeded by 64 attempts at once", async () => {
    const { charge, counters } = counting({ perIdentity: 3, perSourceIp: 1_000, perUsername: 1_000 });
    const results = await Promise.all(Array.from({ length: 64 }, () => charge()));
    expect(results.filter((result) => !isRefusal(result))).toHaveLength(3);
    expect(counters.counted("username")).toBe(3);
  });
});

describe("a window", () => {
  // 900 seconds divide the day, so that a window begins at noon.
  const window = 900_000;
  const end = noon + window;
  const refusedAt = async (charge: ReturnType<typeof counting>["charge"], now: number) =>
    isRefusal(await charge({}, now));

  test.each([
    ["at its first millisecond", noon, 1_800],
    ["one millisecond later", noon + 1, 1_800],
    ["one second later", noon + 1_000, 1_799],
    ["one second before its end", end - 1_000, 901],
    ["at its last millisecond", end - 1, 901],
  ])(
    "whose limit is used up %s says to come back when the next one has ended: %i, in %i s",
    async (_when, now, retryAfter) => {
      const { charge } = counting({ perIdentity: 1 });
      await charge({}, now);
      expect(await charge({}, now)).toMatchObject({ refused: "too_many_attempts", retryAfter });
    },
  );

  test("says to come back when it ends, where the one before it has used up the limit", async () => {
    const { charge } = counting({ perIdentity: 2 });
    for (const now of [noon, noon]) await charge({}, now);
    expect(await charge({}, end + 1_000)).toMatchObject({ refused: "too_many_attempts", retryAfter: 899 });
  });

  test.each([
    ["at the end of its own", end, true],
    ["one millisecond before the end of the next", end + window - 1, true],
    ["at the end of the next", end + window, false],
  ])("counts in the next one too: %s", async (_when, now, refused) => {
    const { charge } = counting({ perIdentity: 1 });
    await charge({}, noon);
    expect(await refusedAt(charge, now)).toBe(refused);
  });

  test.each([
    ["a millisecond into it", noon + 1],
    ["half-way", noon + 450_499],
    ["at its last millisecond", end - 1],
  ])("lets through whoever has waited as long as they were told: refused %s", async (_when, now) => {
    const { charge } = counting({ perIdentity: 1 });
    await charge({}, now);
    const refusal = await charge({}, now);
    const retryAfter = isRefusal(refusal) ? refusal.retryAfter : undefined;
    expect(await refusedAt(charge, now + Number(retryAfter) * 1000)).toBe(false);
  });

  test("has no edge: 64 attempts before it and 64 after it are no more than the limit", async () => {
    const { charge } = counting({ perIdentity: 20, perSourceIp: 0, perUsername: 0 });
    const around = [end - 750, end + 750].map((now) =>
      Array.from({ length: 64 }, () => refusedAt(charge, now)),
    );
    const first = await Promise.all(around.flat());
    expect(first.filter((refused) => !refused)).toHaveLength(20);
  });

  test("of any length lets no more through than the limit, and so four times that in an hour", async () => {
    const { charge } = counting({ perIdentity: 20, perSourceIp: 0, perUsername: 0 });
    const below = seededNumbers(20_250_115);
    const allowed: number[] = [];
    for (let now = noon; now < noon + 6 * 3_600_000; now += below(60_000)) {
      if (!(await refusedAt(charge, now))) allowed.push(now);
    }
    const within = (length: number) =>
      Math.max(...allowed.map((from) => allowed.filter((at) => at >= from && at < from + length).length));
    expect(within(window)).toBe(20);
    expect(within(3_600_000)).toBeLessThanOrEqual(80);
  });

  test("has counters that may be deleted when the next one ends, and not before", async () => {
    const { charge, counters } = counting();
    await charge({}, noon);
    await charge({}, end - 1);
    expect(new Set(counters.asked.map(({ expiresAt }) => expiresAt))).toEqual(
      new Set([(end + window) / 1000]),
    );
  });
});

test("a store that does not answer is thrown, and is no refusal", async () => {
  const { charge, calls } = counting();
  const outage = new StoreUnavailable("DynamoDB", new Error("throttled"));
  calls.breaks("counters.charge", outage);
  await expect(charge()).rejects.toBe(outage);
});
