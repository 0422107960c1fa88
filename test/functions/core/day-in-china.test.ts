import { expect, test } from "vitest";
import { dayInChina } from "../../../functions/core/day-in-china.ts";

const midnightInChina = Date.UTC(2026, 2, 1, 16);

test.each([
  [-86_400_000, -1, 86_400],
  [-1, -1, 1],
  [-1_001, -1, 2],
  [0, 0, 86_400],
  [1, 0, 86_400],
  [86_399_999, 0, 1],
  [86_400_000, 1, 86_400],
])("%i ms from midnight in China it is %i days on, with %i s to go", (ms, days, secondsLeft) => {
  const { number } = dayInChina(midnightInChina);
  expect(dayInChina(midnightInChina + ms)).toEqual({ number: number + days, secondsLeft });
});
