import { describe, expect, test } from "vitest";
import { itemBytes, readUnits, writeUnits } from "../support/scale/capacity-units.ts";

describe("read units", () => {
  test.each([
    [0, 1],
    [1, 1],
    [4_096, 1],
    [4_097, 2],
    [8_192, 2],
    [8_193, 3],
  ])("%i bytes, strongly consistent, are %i", (bytes, units) => {
    expect(readUnits(bytes, "strong")).toBe(units);
  });

  test("are half of that where old data will do, and twice in a transaction", () => {
    expect(readUnits(4_097, "eventual")).toBe(1);
    expect(readUnits(4_097, "transactional")).toBe(4);
  });
});

describe("write units", () => {
  test.each([
    [0, 0, 1],
    [0, 1_024, 1],
    [0, 1_025, 2],
    [2_049, 10, 3],
    [10, 2_049, 3],
  ])("%i bytes before and %i after are %i, for the larger", (before, after, units) => {
    expect(writeUnits(before, after, false)).toBe(units);
    expect(writeUnits(before, after, true)).toBe(2 * units);
  });
});

describe("bytes of an item", () => {
  test.each([
    ["text in UTF-8, and the name", { name: { S: "张三" } }, 4 + 6],
    ["bytes as they are, not as base64", { key: { B: Buffer.alloc(16).toString("base64") } }, 3 + 16],
    ["a byte for two digits and one more", { n: { N: "1795348812345" } }, 1 + 7 + 1],
    ["zeros at either end for nothing", { n: { N: "0.0012300" } }, 1 + 2 + 1],
    ["a boolean as one", { b: { BOOL: true } }, 1 + 1],
    ["a set as its members", { s: { SS: ["ab", "c"] } }, 1 + 3],
    ["a list with three, and one for each member", { l: { L: [{ S: "ab" }] } }, 1 + 3 + 1 + 2],
    ["a map likewise, with the names in it", { m: { M: { x: { S: "ab" } } } }, 1 + 3 + 1 + 1 + 2],
    ["nothing as nothing", undefined, 0],
  ])("counts %s", (_, item, bytes) => {
    expect(itemBytes(item)).toBe(bytes);
  });
});
