import { expect, test } from "vitest";
import { serviceClock } from "../../../../functions/adapters/aws/service-clock.ts";
import { noon } from "../../../support/fakes.ts";

const minute = 60_000;
const at = (ms: number) => new Date(ms).toUTCString();

test("the machine's clock holds until a service says otherwise", () => {
  expect(serviceClock(() => noon).now()).toBe(noon);
});

test.each([
  ["five minutes ahead", 5 * minute, true],
  ["five minutes behind", -5 * minute, true],
  ["less than five minutes ahead", 5 * minute - 1_000, false],
  ["the same", 0, false],
])("a service whose clock is %s", (_, skew, corrects) => {
  const clock = serviceClock(() => noon);
  expect(clock.corrected(at(noon + skew))).toBe(corrects);
  expect(clock.now()).toBe(noon + (corrects ? skew : 0));
});

test("what was learnt once is no reason to ask again, and can be learnt anew", () => {
  const clock = serviceClock(() => noon);
  expect(clock.corrected(at(noon + 60 * minute))).toBe(true);
  expect(clock.corrected(at(noon + 60 * minute))).toBe(false);
  expect(clock.corrected(at(noon))).toBe(true);
  expect(clock.now()).toBe(noon);
});

test.each([undefined, "", "yesterday"])("the date %j says nothing", (date) => {
  const clock = serviceClock(() => noon);
  expect(clock.corrected(date)).toBe(false);
  expect(clock.now()).toBe(noon);
});
