import { describe, expect, test } from "vitest";
import { createMask } from "../../playground/server/mask.ts";

const hidden = "••••••";

test.each<[string, unknown, unknown]>([
  ["a code of wx.login", { code: "0a1B2c3D4e5F" }, { code: hidden }],
  ["a password, however it is spelt", { Password: "p" }, { Password: hidden }],
  ["DynamoDB's parameter", { ":passwordHash": { S: "$argon2id$x" } }, { ":passwordHash": hidden }],
  ["JSON in a string", { body: '{"bindTicket":"abc"}' }, { body: { bindTicket: hidden } }],
  ["half a JSON text", '{"password":"pwd1', "(17 characters that are no JSON)"],
  ["a SessionId without a name", `/sessions/${"A".repeat(64)}`, `/sessions/${hidden}`],
  ["an AppSecret without a name", ["0123456789abcdef0123456789abcdef"], [hidden]],
  ["a bearer token", "Bearer abc", hidden],
])("%s is masked", (_what, value, shown) => {
  expect(createMask()(value)).toEqual(shown);
});

test.each<[string, unknown]>([
  ["the code of an error", { code: "binding_required", action: "bind" }],
  ["a reason of DynamoDB", { CancellationReasons: [{ Code: "ConditionalCheckFailed" }] }],
  ["a handle of a session", { id: "-z8D_JMuFs6pdDiSC9sMj-XttgEOYInJA5TZXl-Lxb0" }],
  ["numbers, nothing, truth", [1, null, true]],
])("%s is shown", (_what, value) => {
  expect(createMask()(value)).toEqual(value);
});

test("a secret that was seen under its name is masked under any other from then on, and in the same event", () => {
  const mask = createMask();
  expect(mask({ note: "it is s3cret-one", password: "s3cret-one" })).toEqual({
    note: `it is ${hidden}`,
    password: hidden,
  });
  expect(mask({ username: "s3cret-one", "s3cret-one": 1 })).toEqual({ username: hidden, [hidden]: 1 });
});

test("of secrets that begin alike the longest is masked, wherever it stands", () => {
  const mask = createMask();
  mask([{ password: "secret-1" }, { password: "secret-123" }, { password: "secret" }]);
  expect(mask("secret-123secret-1, secret-124 and secre")).toBe(`${hidden}${hidden}, ${hidden}24 and secre`);
});

describe("what is long", () => {
  const secret = (n: number) => `${n}-is-the-secret`;

  /** A mask that knows so many secrets. */
  function knowing(secrets: number) {
    const mask = createMask();
    for (let n = 0; n < secrets; n++) mask({ password: secret(n) });
    return mask;
  }

  test("but still read is masked by every one of many secrets", () => {
    const mask = knowing(400);
    const text = Array.from({ length: 400 }, (_, n) => `a long text, ${secret(n)} and more of it.`).join(" ");
    const shown = String(mask(text));
    expect(shown.match(new RegExp(hidden, "g"))).toHaveLength(400);
    expect(shown).not.toContain("is-the-secret");
  });

  test.each<[string, unknown, unknown]>([
    ["a text", "a".repeat(8_600_000), "(8600000 characters)"],
    ["JSON in a text", `{"password":"${"a".repeat(100_000)}"}`, "(100015 characters)"],
    ["a member", { a: "a".repeat(100_000), b: "b" }, { a: "(100000 characters)", b: "b" }],
  ])("beyond that is left out whole: %s", (_what, value, shown) => {
    expect(knowing(10)(value)).toEqual(shown);
  });

  test.each<[string, unknown]>([
    ["a list of many texts", Array(1_000_000).fill("eight by")],
    [
      "an object of many members",
      Object.fromEntries(Array.from({ length: 200_000 }, (_, n) => [`n${n}`, n])),
    ],
    ["many lists in lists", Array(1_000).fill(Array(1_000).fill("a"))],
  ])("is shown as far as anybody reads: %s", (_what, value) => {
    expect(JSON.stringify(knowing(10)(value)).length).toBeLessThan(1_000_000);
  });

  test("or deep is shown as far as anybody looks", () => {
    let deep: unknown = "bottom";
    for (let depth = 0; depth < 10_000; depth++) deep = depth % 2 ? [deep] : { password: deep };
    expect(JSON.stringify(knowing(10)(deep))).not.toContain("bottom");
    expect(JSON.stringify(knowing(10)("[".repeat(60_000)))).toContain("no JSON");
  });
});
