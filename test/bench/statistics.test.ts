import { expect, test } from "vitest";
import { median, quantile } from "../../bench/statistics.ts";

test("the median is the one in the middle, or half way between the two", () => {
  expect(median([9, 1, 10])).toBe(9);
  expect(median([4, 1, 10, 2])).toBe(3);
  expect(median([7])).toBe(7);
});

test("a quantile lies between its neighbours", () => {
  expect(quantile([10, 20, 30, 40, 50], 0.25)).toBe(20);
  expect(quantile([10, 20], 0.75)).toBe(17.5);
});

test("nothing measured is not fast", () => {
  expect(() => median([])).toThrow("Nothing was measured.");
});
