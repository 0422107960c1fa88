import { expect, test } from "vitest";
import type { Facts } from "../../../functions/core/refusal.ts";
import { invocations, timed } from "../../../functions/runtime/invocation.ts";

function logging() {
  const lines: Facts[] = [];
  const clock = { ms: 1_000 };
  const begin = invocations(
    (line) => lines.push(line),
    () => clock.ms,
  );
  const takes =
    (ms: number, result = "done") =>
    async () => {
      clock.ms += ms;
      return result;
    };
  return { lines, clock, begin, takes };
}

test("the line has the facts, the whole duration and what each kind of call took in all", async () => {
  const { lines, clock, begin, takes } = logging();
  const { time, log } = begin();
  expect(await time("wechat", takes(41.26))).toBe("done");
  await time("bindings", takes(3));
  await time("bindings", takes(4));
  clock.ms += 1;
  log({ event: "login", outcome: "logged_in" });
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

test("a call that fails is timed too, and fails", async () => {
  const { lines, clock, begin } = logging();
  const { time, log } = begin();
  const failing = time("wechat", async () => {
    clock.ms += 3_000;
    throw new Error("no answer");
  });
  await expect(failing).rejects.toThrow("no answer");
  log({});
  expect(lines).toEqual([{ wechatMs: 3_000, durationMs: 3_000, coldStart: true }]);
});

test("only the first invocation of an instance is a cold start, and none knows another's timings", async () => {
  const { lines, begin, takes } = logging();
  const first = begin();
  const second = begin();
  await first.time("read", takes(2));
  second.log({ which: 2 });
  first.log({ which: 1 });
  expect(lines).toEqual([
    { which: 2, durationMs: 2 },
    { which: 1, readMs: 2, durationMs: 2, coldStart: true },
  ]);
});

test("a timed port is the same port", async () => {
  const { lines, clock, begin } = logging();
  const { time, log } = begin();
  const port = {
    async find(key: string) {
      clock.ms += 5;
      return `found ${key}`;
    },
    async remove() {
      clock.ms += 2;
    },
  };
  const twin = timed("sessions", port, time);
  expect(await twin.find("alice")).toBe("found alice");
  await twin.remove();
  log({});
  expect(lines).toMatchObject([{ sessionsMs: 7 }]);
});
