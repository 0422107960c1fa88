import { createCipheriv } from "node:crypto";
import { describe, expect, test } from "vitest";
import { identityKey } from "../../../functions/core/identity.ts";
import { type Facts, StoreUnavailable } from "../../../functions/core/refusal.ts";
import { openDataHandler } from "../../../functions/open-data/handler.ts";
import { bodyOf, jsonEvent } from "../../support/api-event.ts";
import { alice, loginWorld, noon } from "../../support/fakes.ts";
import { vectors } from "../../support/published-vectors.ts";
import { quietShell } from "../../support/quiet-shell.ts";

const { sessionKey } = vectors.encryptedData;
const iv = vectors.encryptedData.iv;
const lambda = {
  ...alice,
  userId: "user-1",
  sessionHandle: "handle",
  createdAt: "2025-01-15T12:00:00.000Z",
  expiresAt: "2025-01-16T12:00:00.000Z",
};

function encrypted(data: object): { encryptedData: string; iv: string } {
  const cipher = createCipheriv("aes-128-cbc", Buffer.from(sessionKey, "base64"), Buffer.from(iv, "base64"));
  const text = JSON.stringify({ ...data, watermark: { timestamp: noon / 1000, appid: alice.appId } });
  return { encryptedData: Buffer.concat([cipher.update(text), cipher.final()]).toString("base64"), iv };
}

/** The function over the simulated tables, with a session_key of Alice's. */
async function deployed(keys: readonly string[] = [sessionKey]) {
  const { sessionKeys, journal } = loginWorld();
  for (const key of keys) await sessionKeys.keep(identityKey(alice), key, noon / 1000);
  journal.operations.length = 0;
  const logged: Facts[] = [];
  const handler = quietShell(openDataHandler({ sessionKeys, now: () => noon }), logged);
  const call = (body: unknown, request = {}) => {
    const event = jsonEvent(body, { path: "/open-data", ...request });
    return handler({
      ...event,
      requestContext: { ...event.requestContext, authorizer: { lambda } },
    } as never);
  };
  return { call, logged, journal };
}

test("the data are answered, and nothing of them or of the key is logged", async () => {
  const { call, logged } = await deployed();
  const answer = await call(encrypted({ openGId: "tGcanary" }));
  expect(answer).toMatchObject({ statusCode: 200, headers: { "cache-control": "no-store" } });
  expect(bodyOf(answer)).toEqual({
    data: { openGId: "tGcanary", watermark: { timestamp: noon / 1000, appid: alice.appId } },
  });
  const identity = Buffer.from(identityKey(alice)).toString("base64url");
  expect(logged).toEqual([
    expect.objectContaining({
      event: "openData",
      outcome: "opened",
      status: 200,
      userId: "user-1",
      identity,
    }),
  ]);
  expect(JSON.stringify(logged)).not.toMatch(/canary|watermark|session_?key/i);
});

test("what is signed is answered as an object too", async () => {
  const { rawData, sessionKey: key, signature } = vectors.rawDataSignature;
  const { call } = await deployed([sessionKey, key]);
  expect(bodyOf(await call({ rawData, signature }))).toEqual({ data: JSON.parse(rawData) });
});

test("a month of WeRun steps is far below the body's limit", async () => {
  const { call } = await deployed();
  const stepInfoList = Array.from({ length: 31 }, (_, day) => ({
    timestamp: 1_764_028_800 + day * 86_400,
    step: 123_456,
  }));
  const body = encrypted({ stepInfoList });
  expect(JSON.stringify(body).length).toBeLessThan(2_048);
  expect(bodyOf(await call(body))).toMatchObject({ data: { stepInfoList } });
});

test("a key that does not fit is session_key_stale, which asks for a new code", async () => {
  const { call, logged } = await deployed(["HyVFkGl5F5OQWJZZaNzBBg=="]);
  const answer = await call(encrypted({ secret: "canary" }));
  expect(answer.statusCode).toBe(409);
  expect(bodyOf(answer)).toEqual({
    type: "urn:weapp-login:error:session_key_stale",
    title: "The session_key is not the latest any more",
    status: 409,
    code: "session_key_stale",
    action: "new_code",
    requestId: "request-1",
  });
  expect(logged).toEqual([expect.objectContaining({ outcome: "session_key_stale", status: 409 })]);
});

test("a table that does not answer is an outage that asks for another try", async () => {
  const { call, journal, logged } = await deployed();
  journal.breaks("sessionKeys.find", new StoreUnavailable("DynamoDB", new Error("TimeoutError")));
  const answer = await call(encrypted({}));
  expect(bodyOf(answer)).toMatchObject({ status: 503, code: "store_unavailable", action: "retry" });
  expect(logged).toEqual([expect.objectContaining({ outcome: "store_unavailable", status: 503 })]);
});

describe("a request that cannot be read names its fields, and reads no table:", () => {
  const { encryptedData } = encrypted({});
  const signature = "0".repeat(40);
  const notBlocks = "The field encryptedData must be base64 of whole blocks of 16 bytes.";
  const notVector = "The field iv must be base64 of 16 bytes.";
  const notDigits = "The field signature must be 40 hexadecimal digits.";
  const together = "encryptedData and iv go together.";
  const both = "Send either encryptedData and iv, or rawData and signature.";

  test.each<[unknown, string, string[]]>([
    [{}, together, ["encryptedData", "iv"]],
    [{ code: "a" }, together, ["encryptedData", "iv"]],
    [{ encryptedData }, together, ["iv"]],
    [{ iv }, together, ["encryptedData"]],
    [{ encryptedData: "", iv }, notBlocks, ["encryptedData"]],
    [{ encryptedData: "AAAA", iv }, notBlocks, ["encryptedData"]],
    [{ encryptedData: `${encryptedData}AAAA`, iv }, notBlocks, ["encryptedData"]],
    [{ encryptedData: encryptedData.replace(/.$/, "-"), iv }, notBlocks, ["encryptedData"]],
    [{ encryptedData: 5, iv }, notBlocks, ["encryptedData"]],
    [{ encryptedData: [encryptedData], iv }, notBlocks, ["encryptedData"]],
    [{ encryptedData: null, iv }, notBlocks, ["encryptedData"]],
    [{ encryptedData, iv: "" }, notVector, ["iv"]],
    [{ encryptedData, iv: "r7BXXKkLb8qrSNn05n0qiA" }, notVector, ["iv"]],
    [{ encryptedData, iv: `${encryptedData}` }, notVector, ["iv"]],
    [{ encryptedData, iv: {} }, notVector, ["iv"]],
    [{ rawData: "{}" }, "rawData and signature go together.", ["signature"]],
    [{ signature }, "rawData and signature go together.", ["rawData"]],
    [{ rawData: "{}", signature: "0".repeat(39) }, notDigits, ["signature"]],
    [{ rawData: "{}", signature: "g".repeat(40) }, notDigits, ["signature"]],
    [{ rawData: "{}", signature: 5 }, notDigits, ["signature"]],
    [{ rawData: {}, signature }, "The field rawData must be a string.", ["rawData"]],
    [
      '{"rawData":"\\ud800","signature":""}',
      "The field rawData holds characters that are not allowed.",
      ["rawData"],
    ],
    [{ encryptedData, iv, rawData: "{}", signature }, both, ["encryptedData", "iv", "rawData", "signature"]],
    [{ encryptedData, signature }, both, ["encryptedData", "signature"]],
    [[], 'The body must be a JSON object, like {"code": "…"}.', []],
  ])("%j", async (body, detail, fields) => {
    const { call, journal } = await deployed();
    const { fields: named = [], ...answer } = bodyOf(await call(body));
    expect(answer).toMatchObject({ status: 400, code: "invalid_request", action: "fix_request", detail });
    expect(named).toEqual(fields);
    expect(journal.operations).toEqual([]);
  });

  test("more than 4 KiB, and another content type", async () => {
    const { call, journal } = await deployed();
    expect(bodyOf(await call({ rawData: "x".repeat(4_096), signature }))).toMatchObject({
      code: "payload_too_large",
    });
    const headers = { "content-type": "text/plain" };
    expect(bodyOf(await call({ encryptedData, iv }, { headers }))).toMatchObject({
      code: "unsupported_media_type",
    });
    expect(journal.operations).toEqual([]);
  });
});

test("an event that is not from behind the authorizer is broken, and opens nothing", async () => {
  const { sessionKeys } = loginWorld();
  const handler = quietShell(openDataHandler({ sessionKeys, now: () => noon }));
  const answer = await handler(
    jsonEvent(encrypted({}), { path: "/open-data", headers: { openid: alice.openid } }),
  );
  expect(bodyOf(answer)).toMatchObject({ status: 500, code: "internal_error", action: "retry" });
});
