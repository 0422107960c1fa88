import { beforeEach, describe, expect, test, vi } from "vitest";
import { outside } from "../../../functions/runtime/invocation.ts";
import { warmUp } from "../../../functions/runtime/warm-up.ts";

beforeEach(() => {
  vi.useFakeTimers();
  return () => vi.useRealTimers();
});

const never = () => new Promise<never>(() => {});

test("ends when everything is open, and leaves no timer", async () => {
  const opened: string[] = [];
  await warmUp(
    async () => opened.push("one"),
    async () => opened.push("two"),
  );
  expect(opened).toEqual(["one", "two"]);
  expect(vi.getTimerCount()).toBe(0);
});

describe("never fails", () => {
  test.each<[string, () => Promise<unknown>]>([
    ["rejects", () => Promise.reject(new Error("unreachable"))],
    [
      "throws",
      () => {
        throw new Error("not configured");
      },
    ],
  ])("when one %s, and the others are opened all the same", async (_, fails) => {
    const other = vi.fn(async () => {});
    await warmUp(fails, other);
    expect(other).toHaveBeenCalledOnce();
  });
});

test("ends after a second where nothing answers, and calls off what is under way", async () => {
  const signals: AbortSignal[] = [];
  const ended = vi.fn();
  const warming = warmUp(
    () =>
      outside("a store", (deadline) => {
        signals.push(deadline);
        return never();
      }),
    never,
  ).then(ended);
  await vi.advanceTimersByTimeAsync(999);
  expect(ended).not.toHaveBeenCalled();
  expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  await vi.advanceTimersByTimeAsync(1);
  await warming;
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
});
