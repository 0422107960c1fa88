import { describe, expect, test } from "vitest";
import { dynamoDbAttemptCounters, dynamoDbBindTickets } from "../../../functions/dynamodb/attempts.ts";
import { dynamoDbForThisTest, noon, noonInSeconds } from "../../support/dynamodb.ts";

const person = { appId: "wx1", openid: "o-alice", unionid: "u-alice" };

describe("counters", () => {
  async function counters() {
    const dynamoDb = await dynamoDbForThisTest();
    return { ...dynamoDb, counters: dynamoDbAttemptCounters(dynamoDb.table("ATTEMPTS_TABLE")) };
  }

  test("a counter is charged up to its limit and no further", async () => {
    const { counters: it, items } = await counters();
    const charged = [];
    for (let attempt = 1; attempt <= 4; attempt++)
      charged.push(await it.charge("identity#1#a", 3, noonInSeconds));
    expect(charged).toEqual([1, 2, 3, undefined]);
    expect(await items("ATTEMPTS_TABLE")).toEqual([
      { key: { S: "identity#1#a" }, count: { N: "3" }, expiresAt: { N: String(noonInSeconds) } },
    ]);
  });

  test("counters do not know each other", async () => {
    const { counters: it } = await counters();
    expect(await it.charge("identity#1#a", 1, noonInSeconds)).toBe(1);
    expect(await it.charge("identity#1#b", 1, noonInSeconds)).toBe(1);
    expect(await it.charge("identity#2#a", 1, noonInSeconds)).toBe(1);
  });

  test("64 charges at once never exceed the limit", async () => {
    const { counters: it, items } = await counters();
    const charges = Array.from({ length: 64 }, () => it.charge("username#1#zhangsan", 20, noonInSeconds));
    const charged = await Promise.all(charges);
    expect(charged.filter(Boolean)).toHaveLength(20);
    expect(await items("ATTEMPTS_TABLE")).toMatchObject([{ count: { N: "20" } }]);
  });

  test("what is given back can be charged again", async () => {
    const { counters: it } = await counters();
    await it.charge("ip#1#10.0.0.1", 1, noonInSeconds);
    await it.giveBack("ip#1#10.0.0.1");
    expect(await it.charge("ip#1#10.0.0.1", 1, noonInSeconds)).toBe(1);
    expect(await it.charge("ip#1#10.0.0.1", 1, noonInSeconds)).toBeUndefined();
  });

  test("a counter is read as it is, and as 0 where there is none", async () => {
    const { counters: it } = await counters();
    expect(await it.read("ip#1#10.0.0.1")).toBe(0);
    await it.charge("ip#1#10.0.0.1", 5, noonInSeconds);
    await it.charge("ip#1#10.0.0.1", 5, noonInSeconds);
    expect(await it.read("ip#1#10.0.0.1")).toBe(2);
  });

  test("giving back never goes below zero, and never makes a counter", async () => {
    const { counters: it, items } = await counters();
    await it.giveBack("ip#1#10.0.0.1");
    expect(await items("ATTEMPTS_TABLE")).toEqual([]);
    await it.charge("ip#1#10.0.0.1", 5, noonInSeconds);
    await Promise.all(Array.from({ length: 8 }, () => it.giveBack("ip#1#10.0.0.1")));
    expect(await items("ATTEMPTS_TABLE")).toMatchObject([{ count: { N: "0" } }]);
  });
});

describe("bind tickets", () => {
  const expiresAt = noonInSeconds + 600;

  async function tickets() {
    const dynamoDb = await dynamoDbForThisTest();
    return { ...dynamoDb, tickets: dynamoDbBindTickets(dynamoDb.table("ATTEMPTS_TABLE")) };
  }

  test("a ticket is kept under its hash, with its budget and its end", async () => {
    const { tickets: it, items } = await tickets();
    await it.create("a-hash", person, 5, expiresAt);
    expect(await items("ATTEMPTS_TABLE")).toEqual([
      {
        key: { S: "ticket#a-hash" },
        appId: { S: "wx1" },
        openid: { S: "o-alice" },
        unionid: { S: "u-alice" },
        attemptsLeft: { N: "5" },
        expiresAt: { N: String(expiresAt) },
      },
    ]);
  });

  test.each([person, { appId: "wx1", openid: "o-bob" }])(
    "a ticket stands for its person: %j",
    async (who) => {
      const { tickets: it } = await tickets();
      await it.create("a-hash", who, 5, expiresAt);
      expect(await it.takeAttempt("a-hash", noon)).toStrictEqual(who);
    },
  );

  test("a ticket is good for its budget of attempts", async () => {
    const { tickets: it } = await tickets();
    await it.create("a-hash", person, 2, expiresAt);
    expect(await it.takeAttempt("a-hash", noon)).toEqual(person);
    expect(await it.takeAttempt("a-hash", noon)).toEqual(person);
    expect(await it.takeAttempt("a-hash", noon)).toBeUndefined();
  });

  test("64 attempts at once get no more than the budget", async () => {
    const { tickets: it } = await tickets();
    await it.create("a-hash", person, 5, expiresAt);
    const taken = await Promise.all(Array.from({ length: 64 }, () => it.takeAttempt("a-hash", noon)));
    expect(taken.filter((who) => who !== undefined)).toHaveLength(5);
  });

  test.each([
    ["a second before", expiresAt * 1000 - 1_000, person],
    ["a millisecond before", expiresAt * 1000 - 1, person],
    ["at", expiresAt * 1000, undefined],
    ["a millisecond after", expiresAt * 1000 + 1, undefined],
  ])("%s its end, whatever TTL has deleted, the clock decides", async (_, now, expected) => {
    const { tickets: it } = await tickets();
    await it.create("a-hash", person, 5, expiresAt);
    expect(await it.takeAttempt("a-hash", now)).toEqual(expected);
  });

  test("a creation that arrives once more brings back no attempts", async () => {
    const { tickets: it } = await tickets();
    for (let attempt = 1; attempt <= 2; attempt++) {
      await it.create("a-hash", person, 1, expiresAt);
      expect(await it.takeAttempt("a-hash", noon)).toEqual(attempt === 1 ? person : undefined);
    }
  });

  test("an unknown ticket has no attempts, and asking for one makes no ticket", async () => {
    const { tickets: it, items } = await tickets();
    expect(await it.takeAttempt("a-hash", noon)).toBeUndefined();
    expect(await items("ATTEMPTS_TABLE")).toEqual([]);
  });

  test.each([
    ["no appId", { openid: { S: "o-alice" } }],
    ["an openid that is none", { appId: { S: "wx1" }, openid: { N: "1" } }],
  ])("a ticket with %s stands for nobody", async (_, who) => {
    const { tickets: it, put } = await tickets();
    const budget = { attemptsLeft: { N: "5" }, expiresAt: { N: String(expiresAt) } };
    await put("ATTEMPTS_TABLE", { key: { S: "ticket#a-hash" }, ...who, ...budget });
    expect(await it.takeAttempt("a-hash", noon)).toBeUndefined();
  });

  test("an answer without the ticket stands for nobody", async () => {
    const { tickets: it, faults } = await tickets();
    faults.push({ kind: "answer", output: {} });
    expect(await it.takeAttempt("a-hash", noon)).toBeUndefined();
  });

  test("a counter is no ticket, whatever it is called", async () => {
    const { tickets: it, put, items } = await tickets();
    const counter = { key: { S: "ticket#a-hash" }, count: { N: "9" }, expiresAt: { N: String(expiresAt) } };
    await put("ATTEMPTS_TABLE", counter);
    expect(await it.takeAttempt("a-hash", noon)).toBeUndefined();
    expect(await items("ATTEMPTS_TABLE")).toEqual([counter]);
  });
});
