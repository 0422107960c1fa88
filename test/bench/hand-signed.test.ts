import { BatchGetItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type BatchGetItemClient, handSignedClient } from "../../bench/rivals/hand-signed-client.ts";
import { type Credentials, signer } from "../../bench/rivals/signature.ts";
import { answer, scriptedServer } from "../support/scripted-server.ts";

const longTerm: Credentials = {
  accessKeyId: "AKIATEST",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
};
const ofARole: Credentials = {
  ...longTerm,
  accessKeyId: "ASIATEST",
  sessionToken: `${"IQoJ/+b3Jp".repeat(90)}==`,
};
const noon = Date.UTC(2026, 2, 1, 12);
const lastOfTheYear = Date.UTC(2026, 11, 31, 23, 59, 59, 999);

const keys = [new Uint8Array(16), Buffer.alloc(16, 255), Buffer.from("0123456789abcdef")];
const input = (key: Uint8Array) => ({
  RequestItems: {
    Bindings: { Keys: [{ key: { B: key } }], ConsistentRead: true },
    "Sessions.2_b-c": {
      Keys: [{ identity: { B: key }, secretHash: { B: Buffer.alloc(32, 7) } }],
      ConsistentRead: true,
    },
  },
});

beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"] }));
afterEach(() => void vi.useRealTimers());

/** The same read by both clients, at the same time by the clock, as the server received it. */
async function byBoth(credentials: Credentials, key: Uint8Array, now: number) {
  vi.setSystemTime(now);
  const { endpoint, received } = await scriptedServer(answer({}));
  const region = "cn-northwest-1";
  const sdk = new DynamoDBClient({ endpoint, region, credentials });
  const handSigned: BatchGetItemClient = handSignedClient({
    endpoint,
    region,
    credentials,
    now: Date.now,
    random: () => 0,
  });
  await sdk.send(new BatchGetItemCommand(input(key)));
  await handSigned.send({ input: input(key) });
  sdk.destroy();
  const [theirs, ours] = received;
  if (!theirs || !ours) throw new Error("Both should have asked.");
  return { theirs, ours, sign: signer(region, "dynamodb", credentials) };
}

const cases = [longTerm, ofARole].flatMap((credentials) =>
  keys.flatMap((key) => [noon, lastOfTheYear].map((now) => ({ credentials, key, now }))),
);

describe.each(cases)("signed for $credentials.accessKeyId at $now", ({ credentials, key, now }) => {
  test("the SDK's own request gets the SDK's own signature", async () => {
    const { theirs, sign } = await byBoth(credentials, key, now);
    const authorization = theirs.headers.authorization ?? "";
    const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(";") ?? [];
    // In the wrong order: sorting them is part of signing.
    const headers = Object.fromEntries(
      names.toReversed().map((name) => [name, String(theirs.headers[name])]),
    );
    const date = headers["x-amz-date"] ?? "";
    expect(names).toContain("x-amz-target");
    expect(sign({ method: "POST", path: "/", headers, body: theirs.body, date })).toBe(authorization);
  });

  test("the request is the SDK's, byte by byte, but for what describes the SDK itself", async () => {
    const { theirs, ours } = await byBoth(credentials, key, now);
    expect(ours.body).toBe(theirs.body);
    const {
      "amz-sdk-invocation-id": _id,
      "amz-sdk-request": _attempt,
      "x-amz-user-agent": _product,
      "user-agent": _name,
      authorization: theirAuthorization,
      ...rest
    } = theirs.headers;
    const { authorization, ...headers } = ours.headers;
    expect(headers).toEqual(rest);
    const scope = (value = "") => /Credential=[^,]+/.exec(value)?.[0];
    expect(scope(authorization)).toBe(scope(theirAuthorization));
  });
});

test("a key is made anew when the day changes, and again when the clock goes back", () => {
  const request = (date: string) => ({
    method: "POST",
    path: "/",
    headers: { host: "localhost", "x-amz-date": date },
    body: "{}",
    date,
  });
  const one = signer("us-east-1", "dynamodb", longTerm);
  for (const date of ["20260301T235959Z", "20260302T000000Z", "20260301T120000Z"]) {
    const another = signer("us-east-1", "dynamodb", longTerm);
    expect(one(request(date))).toBe(another(request(date)));
    expect(one(request(date))).toContain(`/${date.slice(0, 8)}/us-east-1/dynamodb/aws4_request`);
  }
});
