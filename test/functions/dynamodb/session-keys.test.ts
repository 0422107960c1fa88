import { expect, test } from "vitest";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";
import { dynamoDbSessionKeys } from "../../../functions/dynamodb/session-keys.ts";
import { dynamoDbForThisTest, noonInSeconds, outages } from "../../support/dynamodb.ts";

const alice = new Uint8Array(16).fill(1);

async function stored() {
  const dynamoDb = await dynamoDbForThisTest({ settings: { sessionKeys: "true" } });
  return { ...dynamoDb, keys: dynamoDbSessionKeys(dynamoDb.table("SESSION_KEYS_TABLE")) };
}

test.each([
  [["K1"], ["K1"]],
  [["K1", "K1"], ["K1"]],
  [
    ["K1", "K2"],
    ["K2", "K1"],
  ],
  [
    ["K1", "K2", "K2"],
    ["K2", "K1"],
  ],
  [
    ["K1", "K2", "K1"],
    ["K1", "K2"],
  ],
  [
    ["K1", "K2", "K3"],
    ["K3", "K2"],
  ],
  [
    ["K1", "K2", "K2", "K1", "K1", "K2"],
    ["K2", "K1"],
  ],
])("of %j, one after the other, %j are kept", async (kept, expected) => {
  const { keys } = await stored();
  for (const key of kept) await keys.keep(alice, key, noonInSeconds);
  expect(await keys.find(alice)).toEqual(expected);
  expect(await keys.find(new Uint8Array(16))).toEqual([]);
});

test("an item is of the latest login's lifetime, and has nothing but the keys", async () => {
  const { keys, items } = await stored();
  for (const [key, seconds] of [
    ["K1", 10],
    ["K2", 20],
    ["K2", 30],
  ] as const) {
    await keys.keep(alice, key, noonInSeconds + seconds);
  }
  expect(await items("SESSION_KEYS_TABLE")).toEqual([
    {
      identity: { B: "AQEBAQEBAQEBAQEBAQEBAQ==" },
      latest: { S: "K2" },
      previous: { S: "K1" },
      expiresAt: { N: String(noonInSeconds + 30) },
    },
  ]);
});

test("another one than the latest is one write", async () => {
  const { keys, calls } = await stored();
  await keys.keep(alice, "K1", noonInSeconds);
  await keys.keep(alice, "K2", noonInSeconds);
  expect(calls).toHaveLength(2);
});

test("a write whose answer was lost is sent again and pushes nothing out", async () => {
  const { keys, faults } = await stored();
  await keys.keep(alice, "K1", noonInSeconds);
  faults.push({ kind: "lose-reply" });
  await keys.keep(alice, "K2", noonInSeconds);
  expect(await keys.find(alice)).toEqual(["K2", "K1"]);
});

test("another one is put in the place of all, for as long as there is something", async () => {
  const { keys, items } = await stored();
  await keys.replace(alice, "K0", ["K"]);
  expect(await items("SESSION_KEYS_TABLE")).toEqual([]);
  await keys.keep(alice, "K1", noonInSeconds);
  await keys.keep(alice, "K2", noonInSeconds);
  await keys.replace(alice, "K3", ["K2", "K1"]);
  expect(await keys.find(alice)).toEqual(["K3"]);
  expect((await items("SESSION_KEYS_TABLE"))[0]?.expiresAt).toEqual({ N: String(noonInSeconds) });
});

test("what was dropped is not kept again by a login that comes late, and is not there to be read", async () => {
  const { keys, items } = await stored();
  await keys.keep(alice, "K1", noonInSeconds);
  await keys.replace(alice, "K2", ["K1"]);
  await keys.keep(alice, "K1", noonInSeconds + 10);
  expect(await keys.find(alice)).toEqual(["K2"]);
  await keys.replace(alice, "K3", ["K2"]);
  await keys.keep(alice, "K1", noonInSeconds + 10);
  await keys.keep(alice, "K2", noonInSeconds + 10);
  await keys.keep(alice, "K4", noonInSeconds + 10);
  expect(await keys.find(alice)).toEqual(["K4", "K3"]);
  await keys.replace(alice, "K2", ["K1"]);
  expect(await keys.find(alice)).toEqual(["K4", "K3"]);
  expect(JSON.stringify(await items("SESSION_KEYS_TABLE"))).not.toMatch(/"K[12]"/);
});

test.each(outages)("a table that %s is an outage, and never no key", async (_, fault) => {
  const { keys, faults } = await stored();
  const troubled = async (call: () => Promise<unknown>) => {
    faults.push(fault, fault, fault);
    await expect(call()).rejects.toThrow(StoreUnavailable);
    faults.length = 0;
  };
  await troubled(() => keys.find(alice));
  await troubled(() => keys.keep(alice, "K1", noonInSeconds));
  await troubled(() => keys.replace(alice, "K1", ["K0"]));
});
