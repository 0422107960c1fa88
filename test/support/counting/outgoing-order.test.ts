import { expect, test } from "vitest";
import { type OutgoingEvent, stepsOf } from "./outgoing-order.ts";

const begin = (number: number): OutgoingEvent => ({ kind: "begin", number, operation: `call ${number}` });
const end = (number: number): OutgoingEvent => ({ kind: "end", number });
const steps = (...events: OutgoingEvent[]) => stepsOf(events).map(({ step }) => step);

test("calls one after the other are a step each", () => {
  expect(steps(begin(1), end(1), begin(2), end(2), begin(3), end(3))).toEqual([1, 2, 3]);
});

test("calls that are under way together are one step", () => {
  expect(steps(begin(1), begin(2), end(2), end(1), begin(3), end(3))).toEqual([1, 1, 2]);
});

test("a call that waited for one of two comes after it, though the other is still under way", () => {
  expect(steps(begin(1), begin(2), end(1), begin(3), end(2), end(3), begin(4))).toEqual([1, 1, 2, 3]);
});

test("a call that never ends hides no later one", () => {
  expect(steps(begin(1), begin(2), end(2), begin(3))).toEqual([1, 1, 2]);
});
