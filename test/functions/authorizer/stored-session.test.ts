import { describe, expect, test } from "vitest";
import { batchGetItem } from "../../../functions/authorizer/batch-get-item.ts";
import { boundSessionReader } from "../../../functions/authorizer/bound-session.ts";
import { accountKey, identityKey } from "../../../functions/core/identity.ts";
import {
  base64,
  dynamoDbForThisTest,
  noon,
  noonInSeconds,
  outages,
  type Stored,
} from "../../support/dynamodb.ts";

const identity = { appId: "wx1", openid: "o-alice" };
const key = { identityKey: identityKey(identity), secretHash: Buffer.alloc(32, 2) };
const bindingKey: Stored = { key: { B: base64(key.identityKey) } };
const sessionKey: Stored = {
  identity: { B: base64(key.identityKey) },
  secretHash: { B: base64(key.secretHash) },
};
const bindingItem: Stored = {
  ...bindingKey,
  appId: { S: identity.appId },
  openid: { S: identity.openid },
  userId: { S: "u1" },
  generation: { N: "7" },
};
const sessionItem: Stored = {
  ...sessionKey,
  userId: { S: "u1" },
  generation: { N: "7" },
  createdAt: { N: String(noon) },
  expiresAt: { N: String(noonInSeconds + 86_400) },
};
const whole = {
  identity,
  binding: { userId: "u1", disabled: false, generation: 7 },
  session: { userId: "u1", generation: 7, createdAt: noon, expiresAt: noonInSeconds + 86_400 },
};

/** The whole read, over the template's tables in the embedded DynamoDB. */
async function reading(binding: Stored = bindingItem, session: Stored = sessionItem) {
  const dynamoDb = await dynamoDbForThisTest();
  await dynamoDb.put("BINDINGS_TABLE", binding);
  await dynamoDb.put("SESSIONS_TABLE", session);
  const [bindings, sessions] = [dynamoDb.name("BINDINGS_TABLE"), dynamoDb.name("SESSIONS_TABLE")];
  const read = boundSessionReader(batchGetItem(process.env, Date.now, Math.random), { bindings, sessions });
  return { ...dynamoDb, bindings, sessions, read: () => read(key, new AbortController().signal) };
}

test("binding and session are found by one strongly consistent BatchGetItem", async () => {
  const { read, calls, bindings, sessions } = await reading();
  expect(await read()).toEqual(whole);
  expect(calls.map(({ action, input }) => [action, input])).toEqual([
    [
      "dynamodb:BatchGetItem",
      {
        RequestItems: {
          [bindings]: { Keys: [bindingKey], ConsistentRead: true },
          [sessions]: { Keys: [sessionKey], ConsistentRead: true },
        },
      },
    ],
  ]);
});

describe("are not found", () => {
  test("under another secret", async () => {
    const other = { ...sessionItem, secretHash: { B: base64(Buffer.alloc(32, 3)) } };
    const { read, put } = await reading(bindingItem, other);
    expect(await read()).toBeUndefined();
    await put("SESSIONS_TABLE", sessionItem);
    expect(await read()).toEqual(whole);
  });

  test("without a binding, also where the account is there", async () => {
    const { read, put } = await reading({ ...bindingItem, key: { B: base64(accountKey("u1")) } });
    expect(await read()).toBeUndefined();
    await put("BINDINGS_TABLE", bindingItem);
    expect(await read()).toEqual(whole);
  });
});

test("the key that is left unprocessed is found by a second request, for it alone", async () => {
  const { read, faults, calls, bindings, sessions } = await reading();
  const RequestItems = { [sessions]: { Keys: [sessionKey], ConsistentRead: true } };
  const Responses = { [bindings]: [bindingItem], [sessions]: [] };
  faults.push({ kind: "answer", output: { Responses, UnprocessedKeys: RequestItems } });
  expect(await read()).toEqual(whole);
  expect(calls[1]?.input).toEqual({ RequestItems });
});

test.each(outages)("a table that cannot be read is thrown: when DynamoDB %s", async (_, fault) => {
  const { read, faults, calls } = await reading();
  faults.push(fault, fault, fault);
  await expect(read()).rejects.toMatchObject({ name: "StoreUnavailable" });
  expect(calls.length).toBeGreaterThan(0);
});
