import { once } from "node:events";
import { expect, test } from "vitest";
import { invocation, sinceItBegan } from "../../../functions/runtime/invocation.ts";

/** A deadline of 5 s from the beginning of an invocation, asked for when so many milliseconds have passed. */
function after(passed: number): Promise<AbortSignal> {
  let time = 1_000.125;
  const deadline = new AbortController().signal;
  return invocation({ deadline, clock: () => time }, async () => {
    time += passed;
    return sinceItBegan(5_000);
  });
}

test("a deadline counts from when the invocation began, by a clock that has fractions of milliseconds", async () => {
  expect((await after(0.3)).aborted).toBe(false);
});

test.each([4_999.7, 5_000, 6_000.5])("a deadline of 5,000 ms is over after %d", async (passed) => {
  const signal = await after(passed);
  if (!signal.aborted) await once(signal, "abort");
});
