import { createHash } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { expect, test } from "vitest";
import type { Credentials } from "../../../../functions/adapters/aws/environment-credentials.ts";
import { type RequestToSign, type Sign, signer } from "../../../../functions/adapters/aws/signature.ts";

const noon = Date.UTC(2026, 2, 1, 12);
const region = "eu-west-1";
const role: Credentials = {
  accessKeyId: "ASIA1",
  secretAccessKey: "secret/1+",
  sessionToken: "token".repeat(200),
};
const user: Credentials = { accessKeyId: "AKIA2", secretAccessKey: "secret 2" };

const read: RequestToSign = {
  method: "POST",
  path: "/",
  headers: { host: "dynamodb.eu-west-1.amazonaws.com", "content-type": "application/x-amz-json-1.0" },
  body: '{"TableName":"T","Key":{"k":{"S":"中文"}}}',
};
const invoke: RequestToSign = {
  method: "POST",
  path: "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A1%3Afunction%3Av/invocations",
  headers: { host: "127.0.0.1:3002", "amz-sdk-request": "attempt=2; max=3" },
  body: new Uint8Array([0, 255, 10]),
};

/** The SDK names the body's hash in a header of its own; who names it first gets the same signature without that. */
function withBodyHash(request: RequestToSign): RequestToSign {
  const hash = createHash("sha256").update(request.body).digest("hex");
  return { ...request, headers: { ...request.headers, "x-amz-content-sha256": hash } };
}

async function signedBySdk(request: RequestToSign, credentials: Credentials, now: number) {
  const client = new DynamoDBClient({ region, credentials });
  const theirs = await client.config.signer({
    name: "sigv4",
    signingName: "dynamodb",
    signingRegion: region,
    properties: {},
  });
  const { headers } = await theirs.sign(
    { ...request, headers: { ...request.headers }, protocol: "https:", hostname: "", query: {} },
    { signingDate: new Date(now) },
  );
  return headers;
}

test.each<[string, RequestToSign, Credentials, number]>([
  ["a role's read", read, role, noon],
  ["a user's read, without a session token", read, user, noon],
  ["no body", { ...read, body: "" }, role, noon],
  ["a path to be encoded twice, and bytes", invoke, role, noon],
  ["the last millisecond of a day", read, role, Date.UTC(2026, 11, 31, 23, 59, 59, 999)],
  ["the first of the next", read, role, Date.UTC(2027, 0, 1)],
])("is the SDK's: %s", async (_, request, credentials, now) => {
  const sign = signer(region, "dynamodb");
  const whole = withBodyHash(request);
  expect(sign(whole, credentials, now)).toEqual(await signedBySdk(whole, credentials, now));
});

test("stays the SDK's when day and credentials change under the same signer, and change back", async () => {
  const sign: Sign = signer(region, "dynamodb");
  const whole = withBodyHash(read);
  const day = 86_400_000;
  for (const [credentials, now] of [
    [role, noon],
    [role, noon + 1_000],
    [role, noon + day],
    [user, noon + day],
    [{ ...role, sessionToken: "another" }, noon + day],
    [{ ...role, secretAccessKey: "rotated" }, noon + day],
    [role, noon],
  ] as const) {
    expect(sign(whole, credentials, now)).toEqual(await signedBySdk(whole, credentials, now));
  }
});

test("leaves the request as it was, so that it can be signed anew for another try", () => {
  const sign = signer(region, "dynamodb");
  const before = structuredClone(read);
  const first = sign(read, role, noon);
  expect(read).toEqual(before);
  expect(sign(read, role, noon)).toEqual(first);
  expect(sign(read, role, noon + 1_000).authorization).not.toBe(first.authorization);
});
