import { expect, test } from "vitest";
import type { Facts } from "../../../functions/core/refusal.ts";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";
import { invocation, outside, sinceItBegan } from "../../../functions/runtime/invocation.ts";
import { type LambdaFunction, shell } from "../../../functions/runtime/shell.ts";

type Fn = LambdaFunction<string, string>;

function inShell(fn: Partial<Fn> & Pick<Fn, "handle">) {
  const lines: Facts[] = [];
  const clock = { ms: 1_000 };
  const handler = shell(
    { deadlineMs: 5_000, about: (event) => ({ event }), ...fn },
    { write: (line) => lines.push(line), clock: () => clock.ms },
  );
  const takes = (name: string, ms: number) =>
    outside(name, async () => {
      clock.ms += ms;
    });
  return { handler, lines, clock, takes };
}

test("the line has the facts, the whole duration and what each kind of call took in all", async () => {
  const { handler, lines, clock, takes } = inShell({
    async handle() {
      await takes("wechat", 41.26);
      await takes("bindings", 3);
      await takes("bindings", 4);
      clock.ms += 1;
      return { answer: "done", line: { outcome: "logged_in" } };
    },
  });
  expect(await handler("login")).toBe("done");
  expect(lines).toEqual([
    {
      event: "login",
      outcome: "logged_in",
      wechatMs: 41.3,
      bindingsMs: 7,
      durationMs: 49.3,
      coldStart: true,
    },
  ]);
});

test("a call that fails is timed too; what was thrown is named in the line, and thrown on", async () => {
  const outage = new StoreUnavailable("DynamoDB", new Error("a secret"));
  const { handler, lines, clock } = inShell({
    handle: () =>
      outside("sessions", async () => {
        clock.ms += 3_000;
        throw outage;
      }),
  });
  await expect(handler("authorize")).rejects.toBe(outage);
  expect(lines).toEqual([
    {
      event: "authorize",
      outcome: "failed",
      why: "DynamoDB did not answer",
      error: "Error",
      sessionsMs: 3_000,
      durationMs: 3_000,
      coldStart: true,
    },
  ]);
});

test("what was thrown is answered where the function has an answer for it", async () => {
  const { handler, lines } = inShell({
    handle: async () => {
      throw new TypeError("a bug");
    },
    broke: ({ code, facts }, event) => ({ answer: `${code} at ${event}`, line: { outcome: code, ...facts } }),
  });
  expect(await handler("login")).toBe("internal_error at login");
  expect(lines).toMatchObject([
    { event: "login", outcome: "internal_error", error: "TypeError", alarm: true },
  ]);
});

test("only the first invocation of an instance is a cold start, and none knows another's timings", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { handler, lines, takes } = inShell({
    async handle(event) {
      if (event === "slow") {
        await takes("read", 2);
        await promise;
      }
      return { answer: event, line: {} };
    },
  });
  const slow = handler("slow");
  await handler("quick");
  resolve();
  await slow;
  expect(lines).toMatchObject([
    { event: "quick", durationMs: expect.any(Number) },
    { event: "slow", readMs: 2, coldStart: true },
  ]);
  expect(lines[0]).not.toHaveProperty("readMs");
  expect(lines[0]).not.toHaveProperty("coldStart");
});

test("each invocation has a deadline of its own, which is still to come", async () => {
  const deadlines: AbortSignal[] = [];
  const { handler } = inShell({
    async handle() {
      await outside("read", async (deadline) => deadlines.push(deadline));
      await outside("read", async (deadline) => deadlines.push(deadline));
      return { answer: "", line: {} };
    },
  });
  await handler("one");
  await handler("two");
  expect(deadlines[0]).toBe(deadlines[1]);
  expect(new Set(deadlines).size).toBe(2);
  expect(deadlines.some(({ aborted }) => aborted)).toBe(false);
});

test.each([0, 0.25, 4_999.9, 10_000])(
  "a deadline that is shared since it began is there after %f ms",
  async (passed) => {
    let now = 0.125;
    const run = async () => {
      now += passed;
      return sinceItBegan(5_000).aborted;
    };
    const deadline = new AbortController().signal;
    expect(await invocation({ deadline, clock: () => now }, run)).toBe(false);
  },
);

test("outside of an invocation a call is made all the same, and nothing ends it", async () => {
  const result = await outside("read", async ({ aborted }) => aborted);
  expect(result).toBe(false);
});
