import { describe, expect, test } from "vitest";
import { filterPattern, valueAt } from "../support/filter-pattern.ts";

const line = (message: unknown) => JSON.stringify({ level: "INFO", message });

describe("a filter pattern", () => {
  test.each<[pattern: string, matching: unknown, others: unknown[]]>([
    [
      '{ $.message.event = "login" }',
      { event: "login" },
      [{ event: "logins" }, { event: 1 }, {}, "login", null],
    ],
    ['{ $.message.event = "*" }', { event: "login" }, [{}, { event: null }, "event"]],
    [
      "{ $.message.status >= 500 }",
      { status: 500 },
      [{ status: 499.9 }, { status: "500" }, {}, { status: null }],
    ],
    ["{ $.message.alarm IS TRUE }", { alarm: true }, [{ alarm: false }, { alarm: "true" }, { alarm: 1 }, {}]],
    [
      '{ ($.message.event = "login") && ($.message.status >= 500) }',
      { event: "login", status: 504 },
      [{ event: "login", status: 200 }, { event: "session", status: 504 }, { status: 504 }],
    ],
  ])("%s", (pattern, matching, others) => {
    const matches = filterPattern(pattern);
    expect(matches(line(matching))).toBe(true);
    for (const other of others) expect(matches(line(other)), line(other)).toBe(false);
  });

  test("of JSON matches no line that is none", () => {
    expect(filterPattern('{ $.message.event = "*" }')("event")).toBe(false);
  });

  test.each([
    ["login"],
    [""],
    ["{}"],
    ['{ $.message.event != "login" }'],
    ['{ $.message.event = "log*" }'],
    ["{ $.message.event = login }"],
    ["{ $.message.status > 500 }"],
    ["{ $.message.status >= many }"],
    ["{ $.message.alarm IS FALSE }"],
    ["{ $.message.alarm NOT EXISTS }"],
    ['{ ($.message.a = "x") || ($.message.b = "x") }'],
    ['{ $.message.a = "x" && $.message.b = "x" }'],
    ['{ ($.message.a = "x") && (($.message.b = "x")) }'],
    ['{ message.event = "login" }'],
  ])("%s is more than it knows, and is refused", (pattern) => {
    expect(() => filterPattern(pattern)).toThrow();
  });

  test.each([["$"], ["$.a[0]"], ["message.a"], ["$.a.*"]])("the path %s likewise", (path) => {
    expect(() => valueAt({}, path)).toThrow("This is no path");
  });
});
