import { DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { describe, expect, onTestFinished, test } from "vitest";
import { openDynamoDb } from "../../../local/aws/dynamodb.ts";
import { dynamoDbService } from "../../../local/aws/dynamodb-service.ts";
import { startAwsEndpoint } from "../../../local/aws/endpoint.ts";
import { checkSignature, readAuthorization, signatureOf } from "../../../local/aws/signature.ts";
import { awsForThisTest, refusal, region, secretAccessKey } from "../../support/aws.ts";
import { signed } from "../../support/signed.ts";

describe("a signature", () => {
  // Of AWS's test suite for Signature Version 4.
  const scope = "20150830/us-east-1/service/aws4_request";
  const headers = { host: "example.amazonaws.com", "x-amz-date": "20150830T123600Z" };
  const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

  test.each([
    ["/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"],
    ["/?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"],
  ])("of GET %s is AWS's own", (path, expected) => {
    const request = { method: "GET", path, headers, body: Buffer.alloc(0) };
    const signedHeaders = ["host", "x-amz-date"];
    expect(signatureOf(request, { scope, signedHeaders }, secret)).toBe(expected);
  });

  const url = "http://127.0.0.1:3002/";
  const now = Date.UTC(2026, 2, 1, 12);
  const target = { "x-amz-target": "DynamoDB_20120810.GetItem" };
  const request = (given: Record<string, string>, body = "{}") => ({
    method: "POST",
    path: "/",
    headers: given,
    body: Buffer.from(body),
  });
  const check = (given: Record<string, string>, body?: string) => () =>
    checkSignature(request(given, body), readAuthorization(given.authorization), secretAccessKey, now);
  const good = signed(url, target, "{}", { at: now });
  const mismatch = "The request signature we calculated does not match";

  test("is good for what was signed", () => {
    expect(check(good)).not.toThrow();
  });

  test.each<[string, () => void]>([
    ["another body", check(good, "{ }")],
    ["another operation", check({ ...good, "x-amz-target": "DynamoDB_20120810.Scan" })],
    ["another host", check({ ...good, host: "localhost:3002" })],
    ["another header of AWS's", check({ ...good, "x-amz-security-token": "t" })],
    ["another secret", check(signed(url, target, "{}", { at: now, secretAccessKey: "laptop" }))],
    ["another time", check({ ...good, "x-amz-date": "20260301T120001Z" })],
    [
      "no signature",
      check({ ...good, authorization: good.authorization?.replace(/Signature=\w+/, "") ?? "" }),
    ],
    ["a short one", check({ ...good, authorization: good.authorization?.slice(0, -1) ?? "" })],
  ])("is not good for %s", (_what, checked) => {
    expect(checked).toThrow(mismatch);
  });

  test.each([
    ["five minutes and seconds old", -305_000, undefined],
    ["older", -306_000, "Signature expired: 20260301T115454Z is earlier"],
    ["five minutes and seconds ahead", 305_000, undefined],
    ["further ahead", 306_000, "Signature not yet current: 20260301T120506Z is later"],
  ])("that is %s", (_what, offset, message) => {
    const checked = check(signed(url, target, "{}", { at: now + offset }));
    if (message === undefined) expect(checked).not.toThrow();
    else expect(checked).toThrow(message);
  });

  test.each([
    [undefined],
    ["Bearer token"],
    ["AWS4-HMAC-SHA256 Credential=OWNER"],
    ["AWS4-HMAC-SHA256 Credential=OWNER/20260301/us-east-1/dynamodb"],
  ])("is missing from %s", (header) => {
    expect(() => readAuthorization(header)).toThrow("Request is missing Authentication Token");
  });
});

describe("the endpoint", () => {
  const get = new GetItemCommand({ TableName: "People", Key: { name: { S: "a" } } });

  test("refuses an access key that is known with any signature but its own", async () => {
    const { url } = await awsForThisTest();
    const body = JSON.stringify({ TableName: "People", Key: { name: { S: "a" } } });
    const target = { "x-amz-target": "DynamoDB_20120810.GetItem" };
    const post = (headers: Record<string, string>) => fetch(url, { method: "POST", headers, body });
    expect((await post(signed(url, target, body))).status).toBe(200);
    const { authorization = "", ...headers } = signed(url, target, body);
    const forged = authorization.replace(/Signature=.+/, `Signature=${"0".repeat(64)}`);
    const refused = await post({ ...headers, authorization: forged });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      __type: "com.amazon.coral.service#InvalidSignatureException",
    });
  });

  test("refuses an SDK whose clock is an hour off, which then corrects its clock by the answer", async () => {
    const table = dynamoDbService(await openDynamoDb());
    const principal = { arn: "arn:aws:iam::000000000000:role/r", policy: [] };
    const endpoint = await startAwsEndpoint({
      services: [table],
      accessKeys: () => ({ secretAccessKey, principal }),
      clock: () => Date.now() + 3_600_000,
    });
    const clientOf = (maxAttempts: number) =>
      new DynamoDBClient({
        endpoint: endpoint.url,
        region,
        maxAttempts,
        credentials: { accessKeyId: "ANY", secretAccessKey },
      });
    const [hasty, patient] = [clientOf(1), clientOf(2)];
    onTestFinished(async () => {
      hasty.destroy();
      patient.destroy();
      await endpoint.close();
    });
    expect((await refusal(hasty.send(get))).name).toBe("InvalidSignatureException");
    // Known now, and not allowed anything.
    expect((await refusal(patient.send(get))).name).toBe("AccessDeniedException");
  });
});
