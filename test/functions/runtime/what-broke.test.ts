import { describe, expect, test } from "vitest";
import { StoreUnavailable } from "../../../functions/core/refusal.ts";
import { whatBroke } from "../../../functions/runtime/what-broke.ts";

describe("what broke is named, and what was sent is not repeated", () => {
  test("a store that did not answer, with the kind of error behind it", () => {
    class ThrottlingException extends Error {
      override readonly name = "ThrottlingException";
    }
    const outage = new StoreUnavailable("DynamoDB", new ThrottlingException("canary: { password: … }"));
    expect(whatBroke(outage)).toEqual({
      code: "store_unavailable",
      facts: { why: "DynamoDB did not answer", error: "ThrottlingException" },
    });
  });

  test("a store whose trouble is told as a word", () => {
    expect(whatBroke(new StoreUnavailable("DynamoDB", "TransactionConflict"))).toEqual({
      code: "store_unavailable",
      facts: { why: "DynamoDB did not answer", error: "TransactionConflict" },
    });
  });

  test("what does not pass by itself, with an alarm", () => {
    const outage = new StoreUnavailable("The account verifier", "gone", { what: "is missing", alarm: true });
    expect(whatBroke(outage)).toEqual({
      code: "store_unavailable",
      facts: { why: "The account verifier is missing", error: "gone", alarm: true },
    });
  });

  test("a bug, with its kind, its place and an alarm", () => {
    const { code, facts } = whatBroke(new TypeError("canary"));
    expect(code).toBe("internal_error");
    expect(facts).toEqual({
      error: "TypeError",
      where: expect.stringMatching(/^at .*what-broke\.test\.ts:\d+:\d+\)?$/),
      alarm: true,
    });
    expect(JSON.stringify(facts)).not.toContain("canary");
  });

  test.each([
    ["a message of several lines", new Error("canary\ncanary")],
    ["a string", "canary"],
    ["an object", { message: "canary", name: "canary" }],
    ["undefined", undefined],
    ["null", null],
  ])("whatever is thrown: %s", (_what, thrown) => {
    const { code, facts } = whatBroke(thrown);
    expect(code).toBe("internal_error");
    expect(facts).toMatchObject({ error: "Error", alarm: true });
    expect(JSON.stringify(facts)).not.toContain("canary");
  });

  test("without a line of its message that looks like a place", () => {
    const thrown = new Error("one line\n    at canary-pwd (somewhere:1:2)");
    const { where } = whatBroke(thrown).facts;
    expect(where).not.toContain("canary");
    expect(where).toMatch(/^at .+:\d+:\d+\)?$/);
  });

  test("an error that has lost its stack", () => {
    const error = new Error("canary");
    delete error.stack;
    expect(whatBroke(error).facts).toEqual({ error: "Error", where: "unknown", alarm: true });
  });
});
