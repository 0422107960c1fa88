import { describe, expect, test } from "vitest";
import type { AuthorizerEvent } from "../../../functions/authorizer/formats.ts";
import { authorizerHandler } from "../../../functions/authorizer/handler.ts";
import type { BoundSession, ReadBoundSession } from "../../../functions/core/authorize.ts";
import { type Facts, StoreUnavailable } from "../../../functions/core/refusal.ts";
import { sessionHandle } from "../../../functions/core/session.ts";
import { alice, noon } from "../../support/fakes.ts";
import { quietShell } from "../../support/quiet-shell.ts";
import { seededRandom } from "../../support/seeded-numbers.ts";
import { type Headers, methodArn, restApiEvent } from "./events.ts";
import { openSession } from "./open-session.ts";

const random = seededRandom("the authorizer of REST APIs");
const alices = openSession(alice, "user-1", noon, random);
const { sessionId, key: sessionKey, found: alicesSession } = alices;
const bearer = `Bearer ${sessionId}`;
const another = `Bearer ${openSession(alice, "user-1", noon, random).sessionId}`;

const wholeStage = "arn:aws:execute-api:eu-west-1:123456789012:abcdef123/prod/*";

/** As API Gateway tells of headers: the last of several values, and all of them. */
const sent = (...headers: readonly (readonly [name: string, value: string])[]): Headers => ({
  headers: Object.fromEntries(headers),
  multiValueHeaders: Object.fromEntries(
    headers.map(([name]) => [name, headers.filter(([it]) => it === name).map(([, value]) => value)]),
  ),
});

function authorizing(answer: ReadBoundSession = async () => alicesSession, now = () => noon) {
  const logged: Facts[] = [];
  let reads = 0;
  const read: ReadBoundSession = (key) => {
    reads++;
    return answer(key);
  };
  const run = quietShell(authorizerHandler({ read, now }), logged);
  const handler = async (event: AuthorizerEvent) => {
    const response = await run(event);
    if (!("policyDocument" in response)) throw new Error("This is no policy.");
    return response;
  };
  return { handler, logged, reads: () => reads };
}

const statement = (Effect: "Allow" | "Deny", Resource = wholeStage) => ({
  Version: "2012-10-17",
  Statement: [{ Action: "execute-api:Invoke", Effect, Resource }],
});
const refusal = { principalId: "nobody", policyDocument: statement("Deny") };

describe("a live session", () => {
  test("is allowed at every route of the stage, and its Lambda is told whose it is", async () => {
    const { handler, reads, logged } = authorizing();
    expect(await handler(restApiEvent(sent(["Authorization", bearer])))).toStrictEqual({
      principalId: "user-1",
      policyDocument: statement("Allow"),
      context: {
        userId: "user-1",
        appId: alice.appId,
        openid: alice.openid,
        sessionHandle: sessionHandle(sessionKey.secretHash),
        generation: 7,
        createdAt: "2025-01-15T12:00:00.000Z",
        expiresAt: "2025-01-16T12:00:00.000Z",
      },
    });
    expect(reads()).toBe(1);
    expect(logged).toEqual([{ event: "authorize", outcome: "allowed", requestId: "request-1" }]);
  });

  test("is told in texts and numbers, which is what a REST API passes on, and with the unionid where it is known", async () => {
    const binding = { ...alicesSession.binding, unionid: "uAlice" };
    const { handler } = authorizing(async () => ({ ...alicesSession, binding }));
    const { context } = await handler(restApiEvent(sent(["Authorization", bearer])));
    expect(context).toMatchObject({ unionid: "uAlice" });
    for (const value of Object.values(context ?? {})) expect(["string", "number"]).toContain(typeof value);
  });

  test("is told without the SessionId and its secret", async () => {
    const { handler, logged } = authorizing();
    const told = JSON.stringify([await handler(restApiEvent(sent(["Authorization", bearer]))), logged]);
    expect(told).not.toContain(sessionId);
    expect(told).not.toContain(Buffer.from(sessionId, "base64url").subarray(16).toString("base64url"));
  });

  test.each<[string, Partial<Headers>]>([
    ["Authorization", sent(["Authorization", bearer])],
    ["authorization, as HTTP/2 has it", sent(["authorization", bearer])],
    ["AUTHORIZATION", sent(["AUTHORIZATION", bearer])],
    ["among others", sent(["Host", "x"], ["Authorization", bearer], ["X-Authorization", another])],
    ["in headers only", { headers: { Authorization: bearer } }],
    ["in multiValueHeaders only", { multiValueHeaders: { authorization: [bearer] } }],
    ["beside headers that are absent", { headers: { "X-Absent": undefined, Authorization: bearer } }],
  ])("may come in a header that is %s", async (_how, headers) => {
    const { principalId, policyDocument } = await authorizing().handler(restApiEvent(headers));
    expect({ principalId, policyDocument }).toEqual({
      principalId: "user-1",
      policyDocument: statement("Allow"),
    });
  });

  test.each([
    [
      "arn:aws-cn:execute-api:cn-north-1:123456789012:abc/live/POST/a/b",
      "arn:aws-cn:execute-api:cn-north-1:123456789012:abc/live/*",
    ],
    [
      "arn:aws-us-gov:execute-api:us-gov-west-1:1:abc/v1/GET/",
      "arn:aws-us-gov:execute-api:us-gov-west-1:1:abc/v1/*",
    ],
    [
      "arn:aws:execute-api:us-east-1:1:abc/$default/GET/request",
      "arn:aws:execute-api:us-east-1:1:abc/$default/*",
    ],
    [
      "arn:aws:execute-api:us-east-1:1:abc/prod/GET/../../other/*/x:y",
      "arn:aws:execute-api:us-east-1:1:abc/prod/*",
    ],
  ])("asked about %s, is allowed for %s", async (asked, resource) => {
    const answer = await authorizing().handler(
      restApiEvent(sent(["Authorization", bearer]), { methodArn: asked }),
    );
    expect(answer.policyDocument).toEqual(statement("Allow", resource));
  });

  test("gets the same policy whichever route is asked for, so that one that is kept is right for all", async () => {
    const { handler } = authorizing();
    const answers = await Promise.all(
      ["GET/orders", "POST/orders", "DELETE/orders/7", "GET/"].map((route) =>
        handler(
          restApiEvent(sent(["Authorization", bearer]), {
            methodArn: methodArn.replace("GET/orders", route),
          }),
        ),
      ),
    );
    for (const answer of answers) expect(answer).toEqual(answers[0]);
  });
});

test.each([
  "arn:aws:execute-api:eu-west-1:123456789012:abcdef123/prod",
  "arn:aws:execute-api:eu-west-1:123456789012:abcdef123",
])("a methodArn without a stage and a route is nobody's: %s", async (methodArn) => {
  const { handler } = authorizing();
  const event = restApiEvent(sent(["Authorization", bearer]), { methodArn });
  await expect(handler(event)).rejects.toThrow("The methodArn names no stage.");
});

test("a header that has no value is none", async () => {
  const { handler } = authorizing();
  const headers = { ...sent(["Authorization", bearer]).headers, authorization: undefined };
  expect(await handler(restApiEvent({ headers }))).toMatchObject({ principalId: "user-1" });
});

describe("what is no session is refused at every route, without a read", () => {
  test.each<[string, Partial<Headers>]>([
    ["no headers", {}],
    ["no Authorization", sent(["Host", "x"])],
    ["an empty one", sent(["Authorization", ""])],
    ["no scheme", sent(["Authorization", sessionId])],
    ["Basic", sent(["Authorization", `Basic ${sessionId}`])],
    ["a comma list", sent(["Authorization", `${bearer},${another}`])],
    ["a comma list with a space", sent(["Authorization", `${bearer}, ${bearer}`])],
    ["a doubled header", sent(["Authorization", another], ["Authorization", bearer])],
    ["the same twice", sent(["Authorization", bearer], ["Authorization", bearer])],
    ["one with nothing, and one", sent(["Authorization", ""], ["Authorization", bearer])],
    ["two spellings", sent(["Authorization", another], ["authorization", bearer])],
    ["two spellings of the same", sent(["Authorization", bearer], ["authorization", bearer])],
    ["two spellings, in headers only", { headers: { Authorization: bearer, authorization: bearer } }],
    [
      "one in headers, and another in multiValueHeaders",
      { headers: { Authorization: bearer }, multiValueHeaders: { Authorization: [another] } },
    ],
    ["no value in multiValueHeaders", { multiValueHeaders: { Authorization: [] } }],
    ["a cookie", sent(["Cookie", `authorization=${bearer}`])],
    ["another header", sent(["X-Authorization", bearer], ["Proxy-Authorization", bearer])],
    ["a header that is as long", sent(["Authorizatiom", bearer])],
    ["one character too few", sent(["Authorization", bearer.slice(0, -1)])],
    ["a session's handle", sent(["Authorization", `Bearer ${sessionHandle(sessionKey.secretHash)}`])],
  ])("%s", async (_what, headers) => {
    const { handler, reads, logged } = authorizing();
    expect(await handler(restApiEvent(headers))).toStrictEqual(refusal);
    expect(reads()).toBe(0);
    expect(logged).toEqual([{ event: "authorize", outcome: "refused", requestId: "request-1" }]);
  });

  test("a SessionId in query or path", async () => {
    const { handler, reads } = authorizing();
    const elsewhere = restApiEvent(
      {},
      {
        queryStringParameters: { authorization: bearer, Authorization: bearer },
        multiValueQueryStringParameters: { authorization: [bearer] },
        pathParameters: { authorization: bearer },
      },
    );
    expect(await handler(elsewhere)).toStrictEqual(refusal);
    expect(reads()).toBe(0);
  });

  test("the question of a TOKEN authorizer, which cannot tell a doubled header", async () => {
    const { handler, reads, logged } = authorizing();
    expect(await handler({ type: "TOKEN", methodArn, authorizationToken: bearer })).toStrictEqual(refusal);
    expect(reads()).toBe(0);
    expect(logged).toEqual([{ event: "authorize", outcome: "refused", requestId: "unknown" }]);
  });
});

test.each<[string, BoundSession | undefined, number]>([
  ["unknown", undefined, noon],
  ["at its end", alicesSession, alicesSession.session.expiresAt * 1000],
  ["disabled", { ...alicesSession, binding: { ...alicesSession.binding, disabled: true } }, noon],
  ["ended", { ...alicesSession, binding: { ...alicesSession.binding, generation: 8 } }, noon],
])("a session that is %s is refused at every route, without a context", async (_why, found, now) => {
  const { handler, reads } = authorizing(
    async () => found,
    () => now,
  );
  expect(await handler(restApiEvent(sent(["Authorization", bearer])))).toStrictEqual(refusal);
  expect(reads()).toBe(1);
});

test("a table that cannot be read is thrown, and never as the error that a REST API takes for a refusal", async () => {
  const { handler, logged } = authorizing(() => Promise.reject(new StoreUnavailable("DynamoDB", "Timeout")));
  const thrown = await handler(restApiEvent(sent(["Authorization", bearer]))).catch(
    (error: unknown) => error,
  );
  expect(thrown).toBeInstanceOf(StoreUnavailable);
  expect(String(thrown)).not.toMatch(/Unauthorized/i);
  expect(logged).toMatchObject([{ event: "authorize", outcome: "failed", requestId: "request-1" }]);
});
