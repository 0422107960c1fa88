import { describe, expect, test } from "vitest";
import { invalidCodes } from "../../../functions/core/invalid-codes.ts";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";
import { alice, bob, loggedIn, loginWorld, noon, refusalOf, shop } from "../../support/fakes.ts";

const sourceIp = "198.51.100.9";
const invented = (number: number, from = sourceIp) => ({
  code: `invented ${number}`,
  appId: shop,
  sourceIp: from,
});

/** Alice is bound; so many invented codes have been sent from one address. */
async function afterInvented(count: number, invalidCodesPerSourceIp = 3) {
  const world = loginWorld({ limits: { invalidCodesPerSourceIp } });
  world.bindings.put(alice);
  for (let number = 1; number <= count; number++) await world.login(invented(number));
  const asked = () => world.journal.operations.filter((it) => it === "wechat.exchange").length;
  return { ...world, asked };
}

describe("codes that WeChat calls invalid", () => {
  test("are asked about up to the limit of their address, and then refused before WeChat is asked", async () => {
    const { login, asked } = await afterInvented(1_000);
    expect(asked()).toBe(3);
    expect(await login(invented(1_001))).toMatchObject({
      refused: "too_many_attempts",
      retryAfter: expect.any(Number),
      facts: { limit: "code" },
    });
    expect(asked()).toBe(3);
  });

  test("count against their own address alone", async () => {
    const { login, asked, withCode } = await afterInvented(10);
    expect(refusalOf(await login(invented(11, "198.51.100.10")))).toBe("invalid_code");
    loggedIn(await login(withCode(alice)));
    expect(asked()).toBe(5);
  });

  test("are told apart from every other answer: only they count", async () => {
    const { login, withCode, counters } = await afterInvented(0);
    await login(withCode(alice));
    await login(withCode(bob));
    await login({ bindTicket: "A".repeat(43), credentials: { username: "u", password: "p" }, sourceIp });
    expect(counters.asked).toEqual([]);
  });

  test("are let through again once whoever sent them has waited as long as they were told", async () => {
    const { login, time, withCode } = await afterInvented(4);
    const refusal = await login({ ...withCode(alice), sourceIp });
    expect(refusal).toMatchObject({ refused: "too_many_attempts" });
    time.now += Number("retryAfter" in refusal && refusal.retryAfter) * 1_000;
    loggedIn(await login({ ...withCode(alice), sourceIp }));
  });

  test("of 0 per address are not counted", async () => {
    const { asked, counters } = await afterInvented(10, 0);
    expect(asked()).toBe(10);
    expect(counters.counts.size).toBe(0);
  });

  test("cost silent login nothing: WeChat, a read and a write as ever", async () => {
    const { login, withCode, journal } = await afterInvented(2);
    journal.operations.length = 0;
    loggedIn(await login({ ...withCode(alice), sourceIp }));
    expect(journal.operations).toEqual(["wechat.exchange", "bindings.find", "sessions.open"]);
  });

  test("stay invalid codes where they cannot be counted", async () => {
    const { login, journal } = await afterInvented(0);
    journal.breaks("counters.charge", new StoreUnavailable("DynamoDB", new Error("throttled")));
    expect(await login(invented(1))).toMatchObject({ refused: "invalid_code", facts: { notCounted: true } });
  });

  test("are counted by all instances together, and each finds out at its first one", async () => {
    const { deps } = await afterInvented(3);
    const other = invalidCodes(deps);
    expect(other.refusalFor(sourceIp, noon)).toBeUndefined();
    await other.count(sourceIp, noon);
    expect(other.refusalFor(sourceIp, noon)).toMatchObject({ refused: "too_many_attempts" });
  });
});

test("an instance remembers no more than 10,000 addresses, those that were over their limit last", async () => {
  const { deps } = loginWorld();
  let counted: number | undefined;
  const counters = { ...deps.counters, charge: async () => counted, read: async () => 0 };
  const codes = invalidCodes({ limits: { invalidCodesPerSourceIp: 5, windowSeconds: 900 }, counters });
  const isRemembered = (number: number) => codes.refusalFor(`address ${number}`, noon) !== undefined;
  for (let number = 0; number < 10_000; number++) await codes.count(`address ${number}`, noon);
  await codes.count("address 0", noon);
  await codes.count("address 10000", noon);
  expect([0, 1, 2, 10_000].map(isRemembered)).toEqual([true, false, true, true]);
  counted = 1;
  await codes.count("below its limit", noon);
  expect(isRemembered(2)).toBe(true);
});

test("an address is let in again by the millisecond, and told the seconds until then", async () => {
  const windowSeconds = 900;
  let counts = 0;
  const counters = { charge: async () => ++counts, read: async () => 0, giveBack: async () => {} };
  const codes = invalidCodes({ limits: { invalidCodesPerSourceIp: 2, windowSeconds }, counters });
  await codes.count(sourceIp, noon);
  expect(codes.refusalFor(sourceIp, noon)).toBeUndefined();
  await codes.count(sourceIp, noon + 500);
  const seconds = Math.ceil(2 * windowSeconds - 0.5);
  const until = noon + 500 + seconds * 1000;
  expect(codes.refusalFor(sourceIp, noon + 500)).toMatchObject({
    refused: "too_many_attempts",
    retryAfter: seconds,
  });
  expect(codes.refusalFor(sourceIp, until - 1)).toMatchObject({ retryAfter: 1 });
  expect(codes.refusalFor(sourceIp, until)).toBeUndefined();
  expect(codes.refusalFor(sourceIp, until - 1)).toBeUndefined();
});

test("what is no outage of the store is no reason to go on", async () => {
  const broken = async () => {
    throw new TypeError("a bug");
  };
  const counters = { charge: broken, read: broken, giveBack: broken };
  const codes = invalidCodes({ limits: { invalidCodesPerSourceIp: 2, windowSeconds: 900 }, counters });
  await expect(codes.count(sourceIp, noon)).rejects.toThrow("a bug");
});
