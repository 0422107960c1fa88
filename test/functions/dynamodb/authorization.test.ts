import { describe, expect, test } from "vitest";
import { accountKey, identityKey } from "../../../functions/core/identity.ts";
import { readBoundSession } from "../../../functions/dynamodb/authorization.ts";
import { dynamoDbClient } from "../../../functions/aws/clients.ts";
import type { Fault } from "../../../local/aws/endpoint.ts";
import {
  base64,
  type DynamoDbForThisTest,
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
};
const sessionItem: Stored = {
  ...sessionKey,
  userId: { S: "u1" },
  createdAt: { N: String(noon) },
  expiresAt: { N: String(noonInSeconds + 86_400) },
};
const whole = {
  identity,
  binding: { userId: "u1", disabled: false, sessionsValidFrom: 0 },
  session: { userId: "u1", createdAt: noon, expiresAt: noonInSeconds + 86_400 },
};

async function reading(binding: Stored | undefined = bindingItem, session: Stored | undefined = sessionItem) {
  const dynamoDb = await dynamoDbForThisTest();
  if (binding) await dynamoDb.put("BINDINGS_TABLE", binding);
  if (session) await dynamoDb.put("SESSIONS_TABLE", session);
  const [bindings, sessions] = [dynamoDb.name("BINDINGS_TABLE"), dynamoDb.name("SESSIONS_TABLE")];
  const read = readBoundSession(dynamoDbClient(), { bindings, sessions });
  return { ...dynamoDb, bindings, sessions, read: () => read(key) };
}

test("binding and session are one strongly consistent read", async () => {
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

test("what else is known of the binding comes along", async () => {
  const { read } = await reading({
    ...bindingItem,
    unionid: { S: "u-alice" },
    sessionsValidFrom: { N: String(noon + 1) },
    disabled: { BOOL: true },
  });
  expect((await read())?.binding).toEqual({
    userId: "u1",
    unionid: "u-alice",
    disabled: true,
    sessionsValidFrom: noon + 1,
  });
});

test("the account of the session and that of the binding are told apart", async () => {
  const { read } = await reading(bindingItem, { ...sessionItem, userId: { S: "u2" } });
  expect(await read()).toMatchObject({ binding: { userId: "u1" }, session: { userId: "u2" } });
});

describe("is nothing", () => {
  const without = (item: Stored, name: string): Stored =>
    Object.fromEntries(Object.entries(item).filter(([other]) => other !== name));

  test("without a session", async () => {
    const { read, put } = await reading(bindingItem, {
      ...sessionItem,
      secretHash: { B: base64(Buffer.alloc(32, 3)) },
    });
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

  test.each(["userId", "appId", "openid"])("without the binding's %s", async (name) => {
    const { read } = await reading(without(bindingItem, name));
    expect(await read()).toBeUndefined();
  });

  test.each(["userId", "createdAt", "expiresAt"])("without the session's %s", async (name) => {
    const { read } = await reading(bindingItem, without(sessionItem, name));
    expect(await read()).toBeUndefined();
  });

  test.each<[string, Stored[string]]>([
    ["userId", { N: "1" }],
    ["userId", { S: "" }],
    ["appId", { N: "1" }],
    ["openid", { B: "AAAA" }],
    ["sessionsValidFrom", { S: "0" }],
    ["sessionsValidFrom", { BOOL: false }],
    ["disabled", { S: "false" }],
    ["disabled", { N: "0" }],
  ])("with the binding's %s as %j", async (name, value) => {
    const { read } = await reading({ ...bindingItem, [name]: value });
    expect(await read()).toBeUndefined();
  });

  test.each<[string, Stored[string]]>([
    ["userId", { N: "1" }],
    ["userId", { S: "" }],
    ["createdAt", { S: String(noon) }],
    ["createdAt", { BOOL: true }],
    ["expiresAt", { S: String(noonInSeconds + 86_400) }],
    ["expiresAt", { B: "AAAA" }],
  ])("with the session's %s as %j", async (name, value) => {
    const { read } = await reading(bindingItem, { ...sessionItem, [name]: value });
    expect(await read()).toBeUndefined();
  });
});

describe("keys that DynamoDB leaves unprocessed", () => {
  const request = { Keys: [sessionKey], ConsistentRead: true };
  const found = { Keys: [bindingKey], ConsistentRead: true };
  const inputs = ({ calls }: DynamoDbForThisTest) => calls.map(({ input }) => input);

  test("both: asked for once more", async () => {
    const it = await reading();
    const RequestItems = { [it.bindings]: found, [it.sessions]: request };
    it.faults.push({ kind: "answer", output: { Responses: {}, UnprocessedKeys: RequestItems } });
    expect(await it.read()).toEqual(whole);
    expect(inputs(it)).toEqual([{ RequestItems }, { RequestItems }]);
  });

  test("the session: only it is asked for once more, and the binding is remembered", async () => {
    const it = await reading();
    const RequestItems = { [it.sessions]: request };
    it.faults.push({
      kind: "answer",
      output: {
        Responses: { [it.bindings]: [bindingItem], [it.sessions]: [] },
        UnprocessedKeys: RequestItems,
      },
    });
    expect(await it.read()).toEqual(whole);
    expect(inputs(it)[1]).toEqual({ RequestItems });
  });

  test("the binding: an empty list in the second answer does not hide the session of the first", async () => {
    const it = await reading();
    const RequestItems = { [it.bindings]: found };
    it.faults.push(
      {
        kind: "answer",
        output: { Responses: { [it.sessions]: [sessionItem] }, UnprocessedKeys: RequestItems },
      },
      {
        kind: "answer",
        output: { Responses: { [it.bindings]: [bindingItem], [it.sessions]: [] }, UnprocessedKeys: {} },
      },
    );
    expect(await it.read()).toEqual(whole);
    expect(inputs(it)[1]).toEqual({ RequestItems });
  });

  test.each(["both", "one"])(
    "twice, %s of them: thrown, because it does not mean not found",
    async (which) => {
      const it = await reading();
      const UnprocessedKeys = { ...(which === "both" && { [it.bindings]: found }), [it.sessions]: request };
      const unprocessed: Fault = {
        kind: "answer",
        output: { Responses: { [it.bindings]: [bindingItem] }, UnprocessedKeys },
      };
      it.faults.push(unprocessed, unprocessed);
      await expect(it.read()).rejects.toMatchObject({ name: "StoreUnavailable", cause: "UnprocessedKeys" });
      expect(it.calls).toHaveLength(2);
    },
  );
});

test.each(outages)("a table that cannot be read is thrown: when DynamoDB %s", async (_, fault) => {
  const { read, faults, calls } = await reading();
  faults.push(fault, fault, fault);
  await expect(read()).rejects.toThrow();
  expect(calls.length).toBeGreaterThan(0);
});
