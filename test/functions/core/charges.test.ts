import { expect, test } from "vitest";
import { type AttemptCounters, chargeCountedAs, chargeEach } from "../../../functions/core/attempts.ts";
import { noon } from "../../support/fakes.ts";

const windowSeconds = 900;
const limit = { kind: "ip", who: "203.0.113.7", limit: 2 } as const;

/** Counters that hold so many in this window and the one before; undefined: this one is exhausted. */
function counting(count: number | undefined, before = 0) {
  const givenBack: string[] = [];
  const counters: AttemptCounters = {
    charge: async () => count,
    read: async () => before,
    giveBack: async (counter) => void givenBack.push(counter),
  };
  return { counters, givenBack };
}

// Noon is the first second of a window.
test.each<[string, number | undefined, number, object]>([
  ["the first", 1, 0, {}],
  ["the last that this window lets through", 2, 0, { fullFor: 1_800 }],
  ["the last, because of the window before", 1, 1, { fullFor: 900 }],
  ["one too many, because of the window before", 1, 2, { refused: "too_many_attempts", retryAfter: 900 }],
  [
    "one too many in this window, beside the window before",
    2,
    1,
    { refused: "too_many_attempts", retryAfter: 900 },
  ],
  ["one too many in this window", undefined, 0, { refused: "too_many_attempts", retryAfter: 1_800 }],
])("%s", async (_, count, before, expected) => {
  const { counters, givenBack } = counting(count, before);
  const charge = await chargeEach([limit], windowSeconds, counters, noon);
  const counter = `ip#${noon / 1000 / windowSeconds}#203.0.113.7`;
  const isRefused = "refused" in charge;
  expect(charge).toStrictEqual(
    isRefused ? { ...expected, facts: { limit: "ip" } } : { charged: [counter], ...expected },
  );
  expect(givenBack).toEqual(isRefused && count !== undefined ? [counter] : []);
});

const limits = {
  perIdentity: 5,
  perSourceIp: 5,
  perUsername: 5,
  invalidCodesPerSourceIp: 5,
  windowSeconds,
};

test("what a spelling counts as too often costs nobody but its identity", async () => {
  const { counters, givenBack } = counting(undefined);
  const charge = { charged: ["identity#1#a", "ip#1#b", "username#1#c"] };
  const attempt = { username: "josé" };
  const counted = await chargeCountedAs("jose", charge, attempt as never, { limits, counters }, noon);
  expect(counted).toMatchObject({ refused: "too_many_attempts" });
  expect(givenBack).toEqual(["ip#1#b", "username#1#c"]);
});

test("what a name counts as is not counted twice where that is the name", async () => {
  const { counters } = counting(undefined);
  const charge = { charged: ["username#1#jose"] };
  const attempt = { username: "jose" };
  expect(await chargeCountedAs("JOSÉ", charge, attempt as never, { limits, counters }, noon)).toBe(charge);
});
