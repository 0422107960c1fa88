import { expect, test } from "vitest";
import { Repetitions } from "../../cli/repetitions.ts";

test("every key that was noted twice may repeat, and hardly any other", () => {
  const repetitions = new Repetitions(100_000_000);
  const keys = Array.from({ length: 100_000 }, (_, index) => `user-${index}`);
  for (const key of keys) repetitions.note(key);
  const twice = keys.filter((_, index) => index % 1_000 === 0);
  for (const key of twice) repetitions.note(key);
  const found = keys.filter((key) => repetitions.mayRepeat(key));
  expect(found).toEqual(expect.arrayContaining(twice));
  expect(found.length - twice.length).toBeLessThan(5);
});
