import { expect, test } from "vitest";
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
