import { expect, test } from "vitest";
import { type OutgoingEvent, stepsOf } from "../support/scale/outgoing-order.ts";

const begin = (number: number): OutgoingEvent => ({ kind: "begin", number, operation: `call ${number}` });
const end = (number: number): OutgoingEvent => ({ kind: "end", number });
const steps = (...events: OutgoingEvent[]) => stepsOf(events).map(({ step }) => step);

test("calls one after the other are a step each", () => {
  expect(steps(begin(1), end(1), begin(2), end(2), begin(3), end(3))).toEqual([1, 2, 3]);
});

test("calls that are under way together are one step", () => {
  expect(steps(begin(1), begin(2), end(2), end(1), begin(3), end(3))).toEqual([1, 1, 2]);
});

test("a call that begins while an older one is still under way adds no step", () => {
  expect(steps(begin(1), begin(2), end(1), begin(3), end(2), end(3))).toEqual([1, 1, 1]);
});

test("a call that never ends hides no later one", () => {
  expect(stepsOf([begin(1), begin(2), end(2)])).toEqual([
    { operation: "call 1", step: 1 },
    { operation: "call 2", step: 1 },
  ]);
});
