import { describe, expect, test } from "vitest";
import { printable } from "../../cli/layout.ts";
import { english } from "../../cli/messages/english.ts";
import { output } from "../../cli/output.ts";
import { operator } from "../support/operator.ts";

/** One of each kind that a terminal obeys, or does not show. */
const unprintable = [
  ["a C0 control", "\u001b", "\\u001b"],
  ["a newline", "\n", "\\u000a"],
  ["a C1 control, which some terminals take for an escape sequence", "\u009b", "\\u009b"],
  ["a change of direction", "\u202e", "\\u202e"],
  ["an isolate", "\u2066", "\\u2066"],
  ["a zero-width joiner", "\u200d", "\\u200d"],
  ["an invisible character", "\u2060", "\\u2060"],
  ["a soft hyphen", "\u00ad", "\\u00ad"],
  ["a byte order mark", "\ufeff", "\\ufeff"],
  ["a tag", "\u{e0041}", "\\udb40\\udc41"],
  ["half a surrogate pair", "\ud800", "\\ud800"],
  ["a private character", "\ue000", "\\ue000"],
  ["a line separator", "\u2028", "\\u2028"],
  ["a paragraph separator", "\u2029", "\\u2029"],
] as const;

test.each(unprintable)("%s is escaped", (_what, character, escaped) => {
  expect(printable(`a${character}b`)).toBe(`a${escaped}b`);
});

test.each(["张三", "Łukasz é", "Zoë\u0308", "👍", "ก็", "a b\u00a0c"])("%s stays as it is", (text) => {
  expect(printable(text)).toBe(text);
});

describe("one JSON document", () => {
  function print(answer: object): string {
    let text = "";
    const stream = {
      write: (piece: string) => {
        text += piece;
      },
    };
    output({ output: stream, errors: stream }, true, english).done(answer, "");
    return text;
  }

  test.each(unprintable)("has no %s, and says the same", (_what, character) => {
    const answer = { [`name${character}`]: `a${character}b` };
    const printed = print(answer);
    expect(printed).toMatch(/^[\x20-\x7e\n]+$/);
    expect(JSON.parse(printed)).toEqual(answer);
  });

  test("ends with a newline, and is the same otherwise", () => {
    const answer = { list: [1, { name: '张三 👍 \\ "' }], none: null };
    expect(print(answer)).toBe(`${JSON.stringify(answer, null, 2)}\n`);
  });
});

test("names, devices and rows of others cannot reach the terminal, in tables and in JSON", async () => {
  const evil = unprintable.map(([, character]) => character).join("");
  const noon = "2026-11-22T12:00:00.000Z";
  const session = { id: "id", appId: "wx1", openid: evil, createdAt: noon, expiresAt: noon, device: evil };
  const account = { username: evil, userId: evil, disabled: false, bindings: [] };
  const { run } = await operator({
    admin: ({ action }) => (action === "accounts.show" ? { account } : { sessions: [session] }),
  });
  for (const line of [
    ["accounts", "show", "lisi"],
    ["sessions", "list", "--user", "u_1"],
  ]) {
    for (const more of [[], ["--json"]]) {
      const { stdout, stderr } = await run([...line, ...more]);
      expect(stdout).toMatch(/^[\x20-\x7e\n]+$/);
      expect(stderr).toBe("");
    }
  }
});
