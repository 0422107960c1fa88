import { afterEach, describe, expect, test, vi } from "vitest";
import { batchGetItem as sdkBatchGetItem } from "../../../bench/rivals/sdk-batch-get-item.ts";
import {
  type BatchGetItem,
  batchGetItem,
  type RequestItems,
} from "../../../functions/authorizer/batch-get-item.ts";
import { refusal } from "../../../functions/authorizer/retry.ts";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";
import { answer, half, hangUp, nothing, type Reply, scriptedServer } from "../../support/scripted-server.ts";

const items: RequestItems = {
  Bindings: { Keys: [{ key: { B: "AQEBAQEBAQEBAQEBAQEBAQ==" } }], ConsistentRead: true },
  Sessions: {
    Keys: [{ identity: { B: "AQEBAQEBAQEBAQEBAQEBAQ==" }, secretHash: { B: "AgI=" } }],
    ConsistentRead: true,
  },
};
const output = {
  Responses: { Bindings: [{ userId: { S: "中文" }, disabled: { BOOL: false } }], Sessions: [] },
  UnprocessedKeys: {},
};

const refused = (type: string, status = 400, headers = {}, message = "No"): Reply =>
  answer({ __type: `com.amazonaws.dynamodb.v20120810#${type}`, message }, status, headers);
const found = answer(output);
const throttled = refused("ProvisionedThroughputExceededException");
const broken = refused("InternalServerError", 500);
const inMinutes = (minutes: number) => ({ date: new Date(Date.now() + minutes * 60_000).toUTCString() });

/** What DynamoDB does, and what must come of it after so many requests. */
const faults: [what: string, script: [Reply, ...Reply[]], outcome: "output" | "thrown", requests: number][] =
  [
    ["does nothing special", [found], "output", 1],
    ["throttles once", [throttled, found], "output", 2],
    ["throttles twice", [throttled, throttled, found], "output", 3],
    ["throttles on and on", [throttled], "thrown", 3],
    ["throttles by status alone", [answer("", 429), found], "output", 2],
    [
      "throttles the account",
      [refused("RequestLimitExceeded"), refused("ThrottlingException"), found],
      "output",
      3,
    ],
    ["has too much to do at once", [refused("LimitExceededException"), found], "output", 2],
    ["breaks twice", [broken, broken, found], "output", 3],
    ["breaks on and on", [broken], "thrown", 3],
    ["is not available", [refused("ServiceUnavailable", 503), found], "output", 2],
    [
      "is behind a broken proxy",
      [answer("<html>Bad gateway</html>", 502), answer("", 504), found],
      "output",
      3,
    ],
    ["answers 501", [answer("", 501), found], "thrown", 1],
    ["redirects", [answer("", 307, { location: "http://localhost/" }), found], "thrown", 1],
    ["hangs up once", [hangUp, found], "output", 2],
    ["hangs up on and on", [hangUp], "thrown", 3],
    ["loses the second half", [half(output), found], "output", 2],
    ["loses it on and on", [half(output)], "thrown", 3],
    ["sends JSON that ends too early", [answer(JSON.stringify(output).slice(0, -9)), found], "thrown", 1],
    ["sends HTML", [answer("<html></html>"), found], "thrown", 1],
    ["does not allow it", [refused("AccessDeniedException"), found], "thrown", 1],
    ["knows no such table", [refused("ResourceNotFoundException"), found], "thrown", 1],
    ["finds the request wrong", [refused("ValidationException"), found], "thrown", 1],
    ["does not know the key", [refused("UnrecognizedClientException"), found], "thrown", 1],
    ["finds the credentials expired", [refused("ExpiredTokenException"), found], "thrown", 1],
    ["does not take the signature", [refused("InvalidSignatureException"), found], "thrown", 1],
    [
      "got the request too late",
      [refused("InvalidSignatureException", 400, {}, "Signature expired: 1 is now earlier than 2"), found],
      "output",
      2,
    ],
    ["is an hour ahead", [refused("InvalidSignatureException", 400, inMinutes(60)), found], "output", 2],
    ["is an hour behind", [refused("InvalidSignatureException", 400, inMinutes(-60)), found], "output", 2],
    [
      "is an hour ahead, and denies",
      [refused("AccessDeniedException", 400, inMinutes(60)), found],
      "output",
      2,
    ],
    ["is five minutes ahead", [refused("InvalidSignatureException", 400, inMinutes(5)), found], "output", 2],
    ["is three minutes ahead", [refused("InvalidSignatureException", 400, inMinutes(3)), found], "thrown", 1],
    [
      "is answered for by a cache, an hour later",
      [refused("InvalidSignatureException", 400, { ...inMinutes(-60), age: "3600" }), found],
      "thrown",
      1,
    ],
    ["tells no time", [refused("InvalidSignatureException", 400, { date: "yesterday" }), found], "thrown", 1],
  ];

const clients: Record<string, () => BatchGetItem> = {
  "the SDK's client": sdkBatchGetItem,
  "the authorizer": () => batchGetItem(process.env, Date.now, Math.random),
};
const never = new AbortController().signal;

afterEach(() => void vi.useRealTimers());

describe.each(Object.entries(clients))("%s, when DynamoDB", (_, client) => {
  test.each(faults)("%s", async (_, script, outcome, requests) => {
    const { received } = await scriptedServer(...script);
    const reading = client()(items, never);
    if (outcome === "output") expect(await reading).toEqual(output);
    else await expect(reading).rejects.toThrow();
    expect(received).toHaveLength(requests);
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
    expect(new Set(received.map(({ headers }) => headers["x-amz-target"])).size).toBe(1);
  });

  test("has closed the connection since the last read: asked once more on another", async () => {
    const { received } = await scriptedServer(found, hangUp, found);
    const read = client();
    for (let reads = 1; reads <= 2; reads++) expect(await read(items, never)).toEqual(output);
    expect(received).toHaveLength(3);
  });

  test("does not answer within a second: asked once more", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const { received, asked } = await scriptedServer(nothing, found);
    const hasAsked = asked();
    const reading = client()(items, never);
    await hasAsked;
    await vi.advanceTimersByTimeAsync(999);
    expect(received).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    // Goes on with the clock meanwhile: the wait between two attempts is a timer too.
    await vi.waitFor(() => expect(received).toHaveLength(2));
    expect(await reading).toEqual(output);
  });

  test.each([
    // So many reads of three attempts each, then the budget of 500 is used up but for one more, or for none.
    ["is down", broken, 17, 17 * 3 + 2 + 1],
    ["throttles", throttled, 50, 50 * 3 + 1 + 1],
  ])("%s for long: it is asked less and less often", async (_what, reply, reads, requests) => {
    const { received } = await scriptedServer(reply);
    const read = client();
    for (let count = 1; count <= reads + 2; count++) await expect(read(items, never)).rejects.toThrow();
    expect(received).toHaveLength(requests);
  });

  test("is up again: what retries cost is given back", async () => {
    const { received } = await scriptedServer(
      ...(Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? broken : found)) as [
        Reply,
        ...Reply[],
      ]),
    );
    const read = client();
    for (let reads = 1; reads <= 100; reads++) expect(await read(items, never)).toEqual(output);
    expect(received).toHaveLength(200);
  });

  test("has another time: asked once more by its clock, and by that from then on", async () => {
    const skewed = refused("InvalidSignatureException", 400, inMinutes(60));
    const ahead = answer(output, 200, inMinutes(60));
    const { received } = await scriptedServer(skewed, ahead);
    const read = client();
    for (let reads = 1; reads <= 2; reads++) expect(await read(items, never)).toEqual(output);
    const [first = 0, ...later] = received.map(({ headers }) => timeOf(String(headers["x-amz-date"])));
    expect(later).toHaveLength(2);
    for (const time of later) {
      // Whole seconds on either side, and however long the machine took in between.
      expect(time - first).toBeGreaterThanOrEqual(3_599_000);
      expect(time - first).toBeLessThan(3_660_000);
    }
  });

  test.each<[hint: string, headers: Record<string, string>, leastMs: number, mostMs: number]>([
    ["for one second and a half", { "retry-after": "1.5" }, 1_400, 1_500],
    ["for milliseconds", { "x-amz-retry-after": "321" }, 221, 321],
    ["until a time", { "retry-after": new Date(Date.now() + 20_000).toUTCString() }, 4_900, 5_000],
    ["for longer than is good", { "retry-after": "3600" }, 4_900, 5_000],
    ["since a time that has passed", { "retry-after": new Date(Date.now() - 20_000).toUTCString() }, 0, 1],
    ["in words that nobody knows", { "retry-after": "a while" }, 0, 1],
  ])("asks to wait %s", async (_hint, headers, leastMs, mostMs) => {
    const { received } = await scriptedServer(answer("", 503, headers), found);
    const read = client();
    const waits = shortWaits();
    expect(await read(items, never)).toEqual(output);
    expect(received).toHaveLength(2);
    expect(waits.filter((ms) => ms >= leastMs && ms <= mostMs)).toHaveLength(1);
  });

  test.each([
    ["breaks", broken, [22, 45]],
    ["throttles", throttled, [900, 1_800]],
  ] as const)(
    "%s: the waits double, by chance a part of what they may be",
    async (_what, reply, expected) => {
      await scriptedServer(reply);
      vi.mocked(Math.random).mockReturnValue(0.9);
      const waits = shortWaits();
      await expect(client()(items, never)).rejects.toThrow();
      expect(waits).toEqual(expect.arrayContaining([...expected]));
    },
  );
});

describe("the authorizer", () => {
  const read = () => batchGetItem(process.env, Date.now, Math.random);

  test("gives up at its deadline, in the middle of an attempt", async () => {
    const { received, asked } = await scriptedServer(nothing);
    const deadline = new AbortController();
    const hasAsked = asked();
    const reading = read()(items, deadline.signal);
    const thrown = expect(reading).rejects.toMatchObject({ name: "StoreUnavailable", cause: "ETIMEDOUT" });
    await hasAsked;
    deadline.abort();
    await thrown;
    expect(received).toHaveLength(1);
  });

  test("gives up at its deadline, in the middle of a wait", async () => {
    const { received } = await scriptedServer(answer("", 503, { "retry-after": "3600" }), found);
    const deadline = new AbortController();
    const { setTimeout } = globalThis;
    vi.spyOn(globalThis, "setTimeout").mockImplementation(((run: () => void, ms = 0) => {
      if (ms === 5_000) deadline.abort();
      return setTimeout(run, ms);
    }) as typeof setTimeout);
    await expect(read()(items, deadline.signal)).rejects.toMatchObject({ cause: "HTTP 503" });
    expect(received).toHaveLength(1);
  });

  /** Waits of five seconds, which is how long it waits at most, are held. */
  function heldWaits(atOnce: () => void = () => {}) {
    const held: (() => void)[] = [];
    const { setTimeout } = globalThis;
    vi.spyOn(globalThis, "setTimeout").mockImplementation(((run: () => void, ms = 0) => {
      if (ms !== 5_000) return setTimeout(run, ms);
      held.push(run);
      atOnce();
      return undefined;
    }) as typeof setTimeout);
    return held;
  }
  const later = answer("", 503, { "retry-after": "3600" });

  test("waits for its time before it asks again", async () => {
    const { received } = await scriptedServer(later, found);
    const held = heldWaits();
    const reading = read()(items, never);
    await vi.waitFor(() => expect(held).toHaveLength(1), { interval: 1 });
    await new Promise(setImmediate);
    expect(received).toHaveLength(1);
    held[0]?.();
    expect(await reading).toEqual(output);
  });

  test.each(["at once", "after a while"])(
    "ends a wait %s when its deadline comes, and not when the wait is over",
    { timeout: 5_000 },
    async (when) => {
      await scriptedServer(later, found);
      const deadline = new AbortController();
      const held = heldWaits(when === "at once" ? () => deadline.abort() : undefined);
      const thrown = expect(read()(items, deadline.signal)).rejects.toMatchObject({ cause: "HTTP 503" });
      await vi.waitFor(() => expect(held).toHaveLength(1), { interval: 1 });
      await new Promise(setImmediate);
      deadline.abort();
      await thrown;
    },
  );

  test.each([
    ["four minutes ahead", 240, 2],
    ["a second less than that", 239, 1],
    ["four minutes behind", -240, 2],
    ["a second less than that, behind", -239, 1],
  ])("takes a clock that is %s for another time, or does not", async (_, seconds, requests) => {
    const now = Date.UTC(2026, 2, 1, 12);
    const date = new Date(now + seconds * 1_000).toUTCString();
    const { received } = await scriptedServer(refused("AccessDeniedException", 400, { date }), found);
    await batchGetItem(process.env, () => now, Math.random)(items, never).catch(() => {});
    expect(received).toHaveLength(requests);
  });

  test("sets its clock once: a refusal by the same time is one", async () => {
    const denied = refused("AccessDeniedException", 400, inMinutes(60));
    const { received } = await scriptedServer(denied, found, denied, found);
    const reader = read();
    expect(await reader(items, never)).toEqual(output);
    await expect(reader(items, never)).rejects.toMatchObject({ cause: "AccessDeniedException" });
    expect(received).toHaveLength(3);
  });

  test("saves no retries: after a hundred good reads an outage is asked about as often as ever", async () => {
    const good = Array.from({ length: 99 }, () => found);
    const { received } = await scriptedServer(found, ...good, broken);
    const reader = read();
    for (let reads = 1; reads <= 100; reads++) await reader(items, never);
    for (let reads = 1; reads <= 19; reads++) await expect(reader(items, never)).rejects.toThrow();
    expect(received).toHaveLength(100 + 17 * 3 + 2 + 1);
  });

  test.each<[what: string, body: object, retry: boolean]>([
    ["a name without its namespace", { __type: "ThrottlingException" }, true],
    [
      "an expired signature that is not what it is refused for",
      { __type: "a#AccessDeniedException", message: "Signature expired" },
      false,
    ],
  ])("reads %s", (_, body, retry) => {
    const { retry: found } = refusal({ status: 400, headers: {}, body: JSON.stringify(body) }, 0);
    expect(found !== undefined).toBe(retry);
  });

  test("asks nothing after its deadline", async () => {
    const { received } = await scriptedServer(throttled, found);
    await expect(read()(items, AbortSignal.abort())).rejects.toMatchObject({ cause: "ETIMEDOUT" });
    expect(received).toHaveLength(0);
  });

  test.each<[what: string, reply: Reply, cause: string]>([
    ["is throttled", throttled, "ProvisionedThroughputExceededException"],
    ["is not allowed to read", refused("AccessDeniedException"), "AccessDeniedException"],
    ["loses the connection", hangUp, "ECONNRESET"],
    ["meets a broken proxy", answer("<html>secret</html>", 502), "HTTP 502"],
    ["meets something that is not DynamoDB", answer('{"__type":"<script>"}', 400), "HTTP 400"],
    ["is sent HTML", answer("<html>secret</html>"), "invalid JSON"],
  ])("that %s says so by a name, and never in upstream's words", async (_what, reply, cause) => {
    await scriptedServer(reply);
    const thrown = await read()(items, never).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(StoreUnavailable);
    expect(thrown).toMatchObject({ message: "DynamoDB did not answer", cause });
  });
});

/** Lets all waits but an attempt's own second end at once, and returns how long they would have been. */
function shortWaits(): number[] {
  const waits: number[] = [];
  const { setTimeout } = globalThis;
  vi.spyOn(globalThis, "setTimeout").mockImplementation(((run: () => void, ms = 0) => {
    waits.push(ms);
    return setTimeout(run, ms === 1_000 ? ms : 0);
  }) as typeof setTimeout);
  return waits;
}

/** `20261122T120000Z` in milliseconds. */
function timeOf(date: string): number {
  return Date.parse(date.replace(/^(....)(..)(..T..)(..)/, "$1-$2-$3:$4:"));
}
