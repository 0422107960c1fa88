import { afterEach, describe, expect, test, vi } from "vitest";
import { handSignedClient } from "../../bench/rivals/hand-signed-client.ts";
import { dynamoDbClient } from "../../functions/aws/clients.ts";
import { readBoundSession } from "../../functions/dynamodb/authorization.ts";
import { answer, half, hangUp, nothing, type Reply, scriptedServer } from "../support/scripted-server.ts";

const tables = { bindings: "Bindings", sessions: "Sessions" };
const key = { identityKey: Buffer.alloc(16, 1), secretHash: Buffer.alloc(32, 2) };
const binding = { appId: { S: "wx1" }, openid: { S: "o-alice" }, userId: { S: "u1" } };
const session = { userId: { S: "u1" }, createdAt: { N: "1772366400000" }, expiresAt: { N: "1772452800" } };
const both = { Responses: { Bindings: [binding], Sessions: [session] }, UnprocessedKeys: {} };
const whole = {
  identity: { appId: "wx1", openid: "o-alice" },
  binding: { userId: "u1", disabled: false, sessionsValidFrom: 0 },
  session: { userId: "u1", createdAt: 1772366400000, expiresAt: 1772452800 },
};
const askAgain = {
  Bindings: { Keys: [{ key: { B: "AQEBAQEBAQEBAQEBAQEBAQ==" } }], ConsistentRead: true },
  Sessions: { Keys: [{ identity: { B: "AQEBAQEBAQEBAQEBAQEBAQ==" }, secretHash: { B: "AgI=" } }] },
};

const refused = (type: string, status = 400): Reply =>
  answer({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: "No" }, status);
const found = answer(both);
const throttled = refused("ProvisionedThroughputExceededException");
const broken = refused("InternalServerError", 500);
const withBinding = (fields: object) =>
  answer({ ...both, Responses: { ...both.Responses, Bindings: [{ ...binding, ...fields }] } });
const withSession = (fields: object) =>
  answer({ ...both, Responses: { ...both.Responses, Sessions: [{ ...session, ...fields }] } });

/** What each client must make of what DynamoDB does: what comes of the read, after so many requests. */
const faults: [
  what: string,
  script: [Reply, ...Reply[]],
  outcome: object | undefined | "thrown",
  requests: number,
][] = [
  ["nothing special", [found], whole, 1],
  ["throttles once", [throttled, found], whole, 2],
  ["throttles twice", [throttled, throttled, found], whole, 3],
  ["throttles on and on", [throttled], "thrown", 3],
  ["throttles by status alone", [answer("", 429), found], whole, 2],
  [
    "throttles the account",
    [refused("RequestLimitExceeded"), refused("ThrottlingException"), found],
    whole,
    3,
  ],
  ["breaks twice", [broken, broken, found], whole, 3],
  ["breaks on and on", [broken], "thrown", 3],
  ["is behind a broken proxy", [answer("<html>Bad gateway</html>", 502), answer("", 503), found], whole, 3],
  ["answers 501", [answer("", 501), found], "thrown", 1],
  ["hangs up once", [hangUp, found], whole, 2],
  ["hangs up on and on", [hangUp], "thrown", 3],
  ["loses the second half", [half(both), found], whole, 2],
  ["loses it on and on", [half(both)], "thrown", 3],
  ["sends JSON that ends too early", [answer(JSON.stringify(both).slice(0, -9)), found], "thrown", 1],
  ["sends HTML", [answer("<html></html>"), found], "thrown", 1],
  ["does not allow it", [refused("AccessDeniedException"), found], "thrown", 1],
  ["knows no such table", [refused("ResourceNotFoundException"), found], "thrown", 1],
  ["finds the request wrong", [refused("ValidationException"), found], "thrown", 1],
  ["does not know the key", [refused("UnrecognizedClientException"), found], "thrown", 1],
  ["finds nothing", [answer({ Responses: {}, UnprocessedKeys: {} })], undefined, 1],
  ["finds nothing and says nothing", [answer({})], undefined, 1],
  [
    "leaves all keys unprocessed once",
    [answer({ Responses: {}, UnprocessedKeys: askAgain }), found],
    whole,
    2,
  ],
  [
    "leaves the session unprocessed once",
    [
      answer({
        Responses: { Bindings: [binding], Sessions: [] },
        UnprocessedKeys: { Sessions: askAgain.Sessions },
      }),
      answer({ Responses: { Sessions: [session] }, UnprocessedKeys: {} }),
    ],
    whole,
    2,
  ],
  ["leaves keys unprocessed twice", [answer({ Responses: {}, UnprocessedKeys: askAgain })], "thrown", 2],
  ["has a userId of another type", [withBinding({ userId: { N: "1" } })], undefined, 1],
  ["has an empty userId", [withBinding({ userId: { S: "" } })], undefined, 1],
  ["has an openid of another type", [withBinding({ openid: { B: "AAAA" } })], undefined, 1],
  ["has disabled as text", [withBinding({ disabled: { S: "false" } })], undefined, 1],
  ["has sessionsValidFrom as text", [withBinding({ sessionsValidFrom: { S: "0" } })], undefined, 1],
  ["has a session's time as text", [withSession({ createdAt: { S: "1" } })], undefined, 1],
  ["has a session without an end", [withSession({ expiresAt: { NULL: true } })], undefined, 1],
];

const clients = {
  shipped: () => dynamoDbClient(),
  "hand-signed": () =>
    handSignedClient({
      endpoint: process.env.AWS_ENDPOINT_URL ?? "",
      region: "us-east-1",
      credentials: { accessKeyId: "ATEST", secretAccessKey: "not verified" },
      now: Date.now,
      random: Math.random,
    }),
};

afterEach(() => void vi.useRealTimers());

describe.each(Object.entries(clients))("with the %s client, when DynamoDB", (_, client) => {
  test.each(faults)("%s", async (_, script, outcome, requests) => {
    const { received } = await scriptedServer(...script);
    const reading = readBoundSession(client(), tables)(key);
    if (outcome === "thrown") await expect(reading).rejects.toThrow();
    else expect(await reading).toEqual(outcome);
    expect(received).toHaveLength(requests);
    expect(
      received.every(({ headers }) => headers["x-amz-target"] === "DynamoDB_20120810.BatchGetItem"),
    ).toBe(true);
  });

  test("has closed the connection since the last read: asked once more on another", async () => {
    const { received } = await scriptedServer(found, hangUp, found);
    const read = readBoundSession(client(), tables);
    expect(await read(key)).toEqual(whole);
    expect(await read(key)).toEqual(whole);
    expect(received).toHaveLength(3);
    expect(received[2]?.body).toBe(received[1]?.body);
  });

  test("does not answer within a second: asked once more", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { received, asked } = await scriptedServer(nothing, found);
    const hasAsked = asked();
    const reading = readBoundSession(client(), tables)(key);
    await hasAsked;
    await vi.advanceTimersByTimeAsync(999);
    expect(received).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    // Goes on with the clock meanwhile: the wait between two tries is a timer too.
    await vi.waitFor(() => expect(received).toHaveLength(2));
    expect(await reading).toEqual(whole);
  });

  test("is down for long: it is asked less and less often", async () => {
    const { received } = await scriptedServer(broken);
    const read = readBoundSession(client(), tables);
    for (let call = 0; call < 20; call++) await expect(read(key)).rejects.toThrow();
    // 17 reads of three tries each, then the budget of 500 is used up but for one more.
    expect(received).toHaveLength(17 * 3 + 2 + 2);
  });

  test("tells another time, and refuses the signature: asked once more by its clock", async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const skewed = answer(
      { __type: "InvalidSignatureException", message: "Signature not yet current" },
      400,
      {
        date,
      },
    );
    const { received } = await scriptedServer(skewed, found);
    expect(await readBoundSession(client(), tables)(key)).toEqual(whole);
    const [first = 0, second = 0] = received.map(({ headers }) => timeOf(String(headers["x-amz-date"])));
    // Whole seconds on either side, and however long the machine took in between.
    expect(second - first).toBeGreaterThanOrEqual(3_599_000);
    expect(second - first).toBeLessThan(3_660_000);
  });
});

/** `20261122T120000Z` in milliseconds. */
function timeOf(date: string): number {
  return Date.parse(date.replace(/^(....)(..)(..T..)(..)/, "$1-$2-$3:$4:"));
}
