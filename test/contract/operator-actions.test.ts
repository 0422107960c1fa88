import { describe, expect, test } from "vitest";
import {
  type AdminAction,
  type AdminRequest,
  adminActions,
  readAdminAnswer,
  readAdminRequest,
} from "../../contract/operator-actions.ts";

const password = "long enough";
const phoneNumber = "+8613800138000";
const appSecret = "0123456789abcdef0123456789ABCDEF";
const row = { username: "lisi", userId: "u_lisi", password };

/** Every action with every field that it may have. */
const complete: { readonly [A in AdminAction]: AdminRequest<A> } = {
  "accounts.add": {
    action: "accounts.add",
    username: " 李四 ",
    userId: "u_lisi",
    password,
    phoneNumber,
  },
  "accounts.import": { action: "accounts.import", rows: [row] },
  "accounts.passwd": { action: "accounts.passwd", account: "lisi", password },
  "accounts.phone": { action: "accounts.phone", account: "lisi", phoneNumber },
  "accounts.removePhone": { action: "accounts.removePhone", account: "lisi" },
  "accounts.disable": { action: "accounts.disable", account: "lisi" },
  "accounts.enable": { action: "accounts.enable", account: "lisi" },
  "accounts.show": { action: "accounts.show", account: "lisi" },
  "accounts.remove": { action: "accounts.remove", account: "lisi" },
  "bindings.find": { action: "bindings.find", of: { openid: "oAlice", appId: "wx1" } },
  "bindings.remove": { action: "bindings.remove", of: { openid: "oAlice" } },
  "bindings.enable": { action: "bindings.enable", of: { openid: "oAlice", appId: "wx1" } },
  "bindings.allow": { action: "bindings.allow", of: { phoneNumber, appId: "wx1" } },
  "sessions.list": { action: "sessions.list", of: { userId: "u_lisi" } },
  "sessions.revoke": { action: "sessions.revoke", of: { userId: "u_lisi" }, id: "h1" },
  "sessionKey.check": { action: "sessionKey.check", of: { openid: "oAlice", appId: "wx1" } },
  "sessionKey.reset": { action: "sessionKey.reset", of: { openid: "oAlice" } },
  "secret.set": { action: "secret.set", appId: "wx1", appSecret },
  "secret.rotate": { action: "secret.rotate", appId: "wx1", appSecret },
  "token.refresh": { action: "token.refresh", appId: "wx1" },
  "doctor.check": { action: "doctor.check" },
};
const requests = Object.values(complete);

describe("a request", () => {
  test.each(requests)("is taken as it was sent: %j", (request) => {
    const { action, ...fields } = request;
    expect(readAdminRequest(request)).toStrictEqual({ action, fields });
  });

  test.each(requests)("is read without what nobody asked for: %j", (request) => {
    const { action, ...fields } = request;
    const more = JSON.parse(`{"__proto__":{"admin":true},"constructor":1,"more":{"password":"x"}}`);
    expect(readAdminRequest({ ...request, ...more })).toStrictEqual({ action, fields });
  });

  const optional = [
    ["accounts.add", "userId"],
    ["accounts.add", "phoneNumber"],
    ["sessions.revoke", "id"],
    ["secret.set", "appId"],
    ["secret.rotate", "appId"],
    ["token.refresh", "appId"],
  ] as const;
  const required = requests
    .flatMap((request) => Object.keys(request).map((name) => [request.action, name] as const))
    .filter(
      ([action, name]) => name !== "action" && !optional.some((it) => it.join() === `${action},${name}`),
    );

  test.each(required)("%s needs %s, and says so", (action, name) => {
    expect(readAdminRequest({ ...complete[action], [name]: undefined })).toMatchObject({
      refused: "invalid_request",
      detail: expect.stringMatching(new RegExp(`^${name} `)),
    });
    const { [name]: _, ...rest } = { ...complete[action] } as Record<string, unknown>;
    expect(readAdminRequest(rest)).toEqual({ refused: "invalid_request", detail: `${name} is missing.` });
  });

  test.each(optional)("%s does without %s", (action, name) => {
    const { [name]: _, ...rest } = { ...complete[action] } as Record<string, unknown>;
    expect(readAdminRequest(rest)).toMatchObject({ action });
  });
});

describe("what is wrong is said in words, with the field", () => {
  const text = "must be text of 1 to 128 characters.";
  const subject = "of needs either userId or openid (with appId or without), as text of 1 to 128 characters.";
  const ids = "ids are text of 1 to 128 characters, and a phone number is in E.164, such as +8613800138000.";
  const subjectOrNumber = `of needs userId, openid (with appId or without) or phoneNumber: ${ids}`;
  const accountOfNumber =
    "of needs userId or phoneNumber, with appId or without: an id is text of 1 to 128 characters, and a phone number is in E.164, such as +8613800138000.";
  const e164 = "must be a phone number in E.164, such as +8613800138000.";
  const withoutCountry = "is a Chinese mobile without +86: write its country code too, as in +8613800138000.";
  const hexadecimal = "appSecret must be the 32 hexadecimal digits that WeChat's console shows once.";
  const eightTo256 = "password must have 8 to 256 characters.";
  const actions = `action must be one of ${adminActions.join(", ")}.`;

  test.each<[unknown, string]>([
    [null, "The request must be an object."],
    ["accounts.show", "The request must be an object."],
    [7, "The request must be an object."],
    [[], actions],
    [{}, actions],
    [{ action: 7 }, actions],
    [{ action: "constructor" }, actions],
    [{ action: "accounts" }, actions],
    [{ ...complete["accounts.add"], username: "" }, `username ${text}`],
    [{ ...complete["accounts.add"], username: " \u3000" }, `username ${text}`],
    [{ ...complete["accounts.add"], username: "u".repeat(129) }, `username ${text}`],
    [{ ...complete["accounts.add"], username: "😀".repeat(129) }, `username ${text}`],
    [{ ...complete["accounts.add"], username: "a\nb" }, `username ${text}`],
    [{ ...complete["accounts.add"], username: "a\ud800" }, `username ${text}`],
    [{ ...complete["accounts.add"], userId: null }, `userId ${text}`],
    [{ ...complete["accounts.add"], userId: "" }, `userId ${text}`],
    [{ ...complete["accounts.add"], password: "1234567" }, eightTo256],
    [{ ...complete["accounts.add"], password: "😀".repeat(7) }, eightTo256],
    [{ ...complete["accounts.add"], password: "p".repeat(257) }, eightTo256],
    [{ ...complete["accounts.passwd"], password: "with a \0 in it" }, eightTo256],
    [{ ...complete["accounts.passwd"], password: 12_345_678 }, eightTo256],
    [{ ...complete["accounts.show"], account: 7 }, `account ${text}`],
    [{ ...complete["accounts.show"], account: { lisi: 1 } }, `account ${text}`],
    [{ ...complete["accounts.import"], rows: row }, "rows must be a list of 1 to 100 rows."],
    [{ ...complete["accounts.import"], rows: [] }, "rows must be a list of 1 to 100 rows."],
    [{ ...complete["accounts.import"], rows: Array(101).fill(row) }, "rows must be a list of 1 to 100 rows."],
    [{ ...complete["sessions.list"], of: "lisi" }, subject],
    [{ ...complete["sessions.list"], of: {} }, subject],
    [{ ...complete["sessions.list"], of: { userId: "u", openid: "o" } }, subject],
    [{ ...complete["sessions.list"], of: { userId: "u", appId: "wx1" } }, subject],
    [{ ...complete["sessions.list"], of: { userId: 7 } }, subject],
    [{ ...complete["bindings.find"], of: { userId: "" } }, `of.userId ${text}`],
    [{ ...complete["bindings.find"], of: { openid: "o", appId: "" } }, `of.appId ${text}`],
    [{ ...complete["bindings.find"], of: { userId: "u", phoneNumber } }, subjectOrNumber],
    [{ ...complete["bindings.allow"], of: { openid: "o" } }, accountOfNumber],
    [
      { ...complete["bindings.allow"], of: { phoneNumber: "13800138000" } },
      `of.phoneNumber ${withoutCountry}`,
    ],
    [{ ...complete["accounts.phone"], phoneNumber: "13800138000" }, `phoneNumber ${withoutCountry}`],
    [{ ...complete["accounts.phone"], phoneNumber: "8613800138000" }, `phoneNumber ${withoutCountry}`],
    [{ ...complete["accounts.phone"], phoneNumber: "+0613800138000" }, `phoneNumber ${e164}`],
    [{ ...complete["accounts.phone"], phoneNumber: "+86 138 0013 8000" }, `phoneNumber ${e164}`],
    [{ ...complete["accounts.phone"], phoneNumber: 13_800_138_000 }, `phoneNumber ${e164}`],
    [{ ...complete["bindings.enable"], of: { userId: "u" } }, "of.openid is missing."],
    [{ ...complete["bindings.enable"], of: "lisi" }, "of needs openid, with appId or without."],
    [{ ...complete["sessions.revoke"], id: "" }, `id ${text}`],
    [{ ...complete["secret.set"], appSecret: appSecret.slice(1) }, hexadecimal],
    [{ ...complete["secret.set"], appSecret: `${appSecret}0` }, hexadecimal],
    [{ ...complete["secret.set"], appSecret: `0x${appSecret.slice(2)}` }, hexadecimal],
    [{ ...complete["secret.set"], appSecret: `${appSecret.slice(1)}\n` }, hexadecimal],
    [{ ...complete["secret.rotate"], appId: 7 }, `appId ${text}`],
  ])("%j", (request, detail) => {
    expect(readAdminRequest(request)).toEqual({ refused: "invalid_request", detail });
  });

  test.each([8, 256])("a password may have %i characters, of which an emoji is one", (length) => {
    const request = { ...complete["accounts.add"], password: "😀".repeat(length) };
    expect(readAdminRequest(request)).toMatchObject({ action: "accounts.add" });
  });

  test("and never with what was sent: it may be a password", () => {
    const canary = "canary\u0000canary";
    const wrong = [canary, [canary], { [canary]: canary }, Number.MAX_SAFE_INTEGER];
    for (const request of requests) {
      for (const name of Object.keys(request)) {
        for (const value of wrong) {
          const said = readAdminRequest({ ...request, [name]: value });
          const { detail } = Object.assign({ detail: undefined }, said);
          if (name === "rows" && Array.isArray(value)) expect(said).toHaveProperty("fields.rows.0.result");
          else expect(detail, `${request.action}, ${name}`).toBeTypeOf("string");
          expect(JSON.stringify(said)).not.toMatch(/canary|9007199254740991|Invalid/);
        }
      }
    }
  });
});

describe("a row of an import", () => {
  const rowsOf = (...rows: unknown[]) => {
    const read = readAdminRequest({ action: "accounts.import", rows });
    return "fields" in read && "rows" in read.fields ? read.fields.rows : read;
  };

  test.each<[unknown, string]>([
    [null, "A row must be an object."],
    ["lisi", "A row must be an object."],
    [{ ...row, username: undefined }, "username must be text of 1 to 128 characters."],
    [{ userId: "u", password }, "username is missing."],
    [{ username: "lisi", password }, "userId is missing."],
    [{ ...row, userId: " " }, "userId must be text of 1 to 128 characters."],
    [{ ...row, password: "short" }, "password must have 8 to 256 characters."],
    [{ ...row, passwordHash: "$argon2id$" }, "A row needs either password or passwordHash."],
    [{ username: "lisi", userId: "u" }, "A row needs either password or passwordHash."],
    [{ username: "lisi", userId: "u", passwordHash: 7 }, "passwordHash must be a string."],
  ])("that is none spoils nothing but itself: %j", (bad, detail) => {
    expect(rowsOf(row, bad, row)).toEqual([row, { result: "invalid", detail }, row]);
  });

  test("is read without what nobody asked for, so that it cannot pass for a result", () => {
    expect(rowsOf({ ...row, result: "added", department: "sales" })).toStrictEqual([row]);
  });

  test("comes with up to 99 others", () => {
    expect(rowsOf(...Array(100).fill(row))).toHaveLength(100);
  });
});

describe("an answer", () => {
  test.each(adminActions)("of %s may be a refusal, with its words", (action) => {
    const refusal = { refused: "store_unavailable", detail: "DynamoDB did not answer." };
    expect(readAdminAnswer(action, refusal)).toEqual(refusal);
    expect(readAdminAnswer(action, { ...refusal, detail: 7 })).toBeUndefined();
    expect(readAdminAnswer(action, { ...refusal, refused: "too_early" })).toBeUndefined();
    for (const other of [null, "done", 7, [], {}]) expect(readAdminAnswer(action, other)).toBeUndefined();
  });

  test.each<[unknown]>([
    [{ results: [{ result: "added" }, { result: "conflict", detail: "has the userId u_1 already" }] }],
    [{ results: [] }],
  ])("is read: %j", (answer) => {
    expect(readAdminAnswer("accounts.import", answer)).toEqual(answer);
  });

  test.each<[unknown]>([
    [{ results: [{ result: "conflict" }] }],
    [{ results: [{ result: "perhaps" }] }],
    [{ results: {} }],
  ])("is not half understood: %j", (answer) => {
    expect(readAdminAnswer("accounts.import", answer)).toBeUndefined();
  });
});
