import { afterEach, describe, expect, test } from "vitest";
import { isRefusal } from "../../../functions/core/refusal.ts";
import { readJsonObject } from "../../../functions/runtime/json-body.ts";

const json = { "content-type": "application/json" };
const plain = (body: string | undefined) =>
  readJsonObject({ headers: json, isBase64Encoded: false, ...(body !== undefined && { body }) });
const base64 = (body: string) => readJsonObject({ headers: json, isBase64Encoded: true, body });
const bytes = (body: string | Uint8Array) => base64(Buffer.from(body).toString("base64"));

/** The fields of a body that must be read. */
function read(answer: ReturnType<typeof readJsonObject>): Readonly<Record<string, unknown>> {
  if (isRefusal(answer)) throw new Error(`It was refused: ${answer.detail}`);
  return answer.body;
}

/** `{"code":"…"}` of exactly this many bytes in UTF-8. */
function bodyOfSize(size: number, filling = "x"): string {
  const frame = Buffer.byteLength('{"code":""}');
  const each = Buffer.byteLength(filling);
  const fillings = Math.floor((size - frame) / each);
  const body = `{"code":"${filling.repeat(fillings)}${"x".repeat(size - frame - fillings * each)}"}`;
  expect(Buffer.byteLength(body)).toBe(size);
  return body;
}

const methodsOfObject = Object.getOwnPropertyNames(Object.prototype).sort();
afterEach(() => {
  expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(methodsOfObject);
});

describe("a JSON object is read with its own fields", () => {
  test("from text", () => {
    expect(read(plain('{"code":"abc","n":1,"list":[1],"nothing":null}'))).toEqual({
      code: "abc",
      n: 1,
      list: [1],
      nothing: null,
    });
  });

  test("from base64, as the gateway sends what is no text to it", () => {
    expect(read(bytes('{"username":"张三"}'))).toEqual({ username: "张三" });
  });

  test("with nothing in it that was not sent", () => {
    const fields = read(plain("{}"));
    expect(Object.keys(fields)).toEqual([]);
    for (const name of ["toString", "hasOwnProperty", "constructor", "__proto__"]) {
      expect(name in fields).toBe(false);
    }
  });

  test("where a field is called like a method of every object, or like a member of a refusal", () => {
    const fields = { toString: "a", hasOwnProperty: "b", refused: "c", body: "d" };
    expect({ ...read(plain(JSON.stringify(fields))) }).toEqual(fields);
  });
});

describe("the content type", () => {
  test.each([
    ["application/json"],
    ["application/json; charset=utf-8"],
    ["application/json;charset=UTF-8"],
    ["application/json ; charset=utf-8"],
    ["Application/JSON"],
    [" application/json "],
  ])("%j is JSON", (contentType) => {
    expect(
      readJsonObject({ headers: { "content-type": contentType }, isBase64Encoded: false, body: "{}" }),
    ).toEqual({ body: {} });
  });

  test.each([
    ["text/plain"],
    ["application/x-www-form-urlencoded"],
    ["multipart/form-data; boundary=x"],
    ["text/json"],
    ["application/problem+json"],
    ["application/jsonp"],
    ["application/json, text/plain"],
    ["application/json application/json"],
    ["x; application/json"],
    [";application/json"],
    [""],
  ])("%j is refused, although the body is JSON", (contentType) => {
    expect(
      readJsonObject({ headers: { "content-type": contentType }, isBase64Encoded: false, body: "{}" }),
    ).toMatchObject({ refused: "unsupported_media_type" });
  });

  test("must be said, and how to say it is in the answer", () => {
    const answer = readJsonObject({ headers: {}, isBase64Encoded: false, body: "{}" });
    expect(answer).toMatchObject({ refused: "unsupported_media_type" });
    expect(answer).toMatchObject({ detail: expect.stringContaining("content-type: application/json") });
  });
});

describe("a body may have 4096 bytes", () => {
  test.each([
    ["letters", "x"],
    ["characters of two bytes", "é"],
    ["characters of three bytes", "登"],
    ["characters of four bytes", "😀"],
  ])("of %s, and not one more", (_what, filling) => {
    for (const sentAs of [plain, bytes]) {
      expect(read(sentAs(bodyOfSize(4096, filling)))).toHaveProperty("code");
      expect(sentAs(bodyOfSize(4097, filling))).toMatchObject({ refused: "payload_too_large" });
    }
  });

  test("counted before they are read: too much of what is no JSON is too large", () => {
    expect(plain("{".repeat(4096))).toMatchObject({ refused: "invalid_request" });
    expect(plain("{".repeat(4097))).toMatchObject({ refused: "payload_too_large" });
  });

  test("which in base64 are more characters", () => {
    const encoded = Buffer.from(bodyOfSize(4096)).toString("base64");
    expect(encoded.length).toBeGreaterThan(4096);
    expect(read(base64(encoded))).toHaveProperty("code");
  });

  test("before a pattern runs over them: a request of 4.5 MB is too large, whatever it is made of", () => {
    const megabytes = Buffer.alloc(4_500_000, "x").toString("base64");
    expect(base64(megabytes)).toMatchObject({ refused: "payload_too_large" });
    expect(base64(`${megabytes}!`)).toMatchObject({ refused: "payload_too_large" });
    expect(plain(megabytes)).toMatchObject({ refused: "payload_too_large" });
  });
});

describe("a body that is not what it says is refused as invalid", () => {
  test.each([
    ["no body", undefined],
    ["an empty body", ""],
    ["white space", " \n"],
    ["half an object", '{"code":'],
    ["a form", "code=abc"],
    ["JavaScript", "{code:'abc'}"],
    ["a trailing comma", '{"code":"abc",}'],
    ["a comment", '{"code":"abc"} // login'],
    ["two objects", '{"code":"abc"}{"code":"abc"}'],
    ["a bare word", "undefined"],
    ["not a number", '{"code":NaN}'],
    ["a line break in a string", '{"code":"a\nb"}'],
    ["U+0000 as it is", '{"code":"a\0b"}'],
    ["U+0000 behind it", '{"code":"ab"}\0'],
  ])("%s", (_what, body) => {
    expect(plain(body)).toMatchObject({ refused: "invalid_request", detail: expect.any(String) });
  });

  test.each([
    ["null", "null"],
    ["an array", "[]"],
    ["an array of an object", '[{"code":"abc"}]'],
    ["a string", '"code"'],
    ["a number", "42"],
    ["true", "true"],
  ])("%s instead of an object", (_what, body) => {
    expect(plain(body)).toMatchObject({ refused: "invalid_request" });
  });

  test.each([
    ["with a character that base64 has not", "eyJjb2RlIjoiYSJ9!"],
    [
      "of a length that base64 has not",
      `${Buffer.from('{"code":"abc"}').toString("base64").replace(/=+$/, "")}`,
    ],
    ["in the alphabet for URLs", Buffer.from('{"code":"\u00fb\u00ff?>"}').toString("base64url")],
    ["with a line break", "eyJjb2Rl\nIjoiYSJ9"],
    ["with padding in the middle", "eyJj=b2RlIjoiYSJ9"],
    ["with too much padding", "e30==="],
    ["that is JSON already", '{"code":"abc"}'],
  ])("base64 %s", (_how, body) => {
    expect(base64(body)).toMatchObject({ refused: "invalid_request" });
  });

  test.each([
    ["a lone continuation byte", [0x80]],
    ["a character cut short", [0xe7, 0x99]],
    ["an overlong slash", [0xc0, 0xaf]],
    ["an overlong U+0000", [0xc0, 0x80]],
    ["a surrogate", [0xed, 0xa0, 0x80]],
    ["a code point beyond the last", [0xf4, 0x90, 0x80, 0x80]],
    ["Latin-1", [0xe9]],
    ["GBK", [0xd5, 0xc5, 0xc8, 0xfd]],
  ])("bytes that are not UTF-8: %s", (_what, wrong) => {
    const body = Buffer.concat([Buffer.from('{"username":"'), Buffer.from(wrong), Buffer.from('"}')]);
    expect(bytes(body)).toMatchObject({ refused: "invalid_request" });
  });

  test("UTF-16", () => {
    expect(bytes(Buffer.from('{"code":"abc"}', "utf16le"))).toMatchObject({ refused: "invalid_request" });
  });
});

describe("no name reaches a prototype", () => {
  test.each([
    ["__proto__", '{"code":"abc","__proto__":{"isAdmin":true}}'],
    ["__proto__", '{"__proto__":null}'],
    ["__proto__", '{"\\u005f_proto__":{"isAdmin":true}}'],
    ["constructor", '{"constructor":{"prototype":{"isAdmin":true}}}'],
    ["prototype", '{"prototype":{"isAdmin":true}}'],
  ])("%s is refused by name: %s", (name, body) => {
    expect(plain(body)).toMatchObject({ refused: "invalid_request", fields: [name] });
  });

  test("also not from deeper down, where nothing is read", () => {
    expect(read(plain('{"code":"abc","more":{"__proto__":{"isAdmin":true}}}')).code).toBe("abc");
    expect("isAdmin" in {}).toBe(false);
  });
});

test.each([
  ["arrays", "[", "]"],
  ["objects", '{"a":', "}"],
])("%s nested as deeply as 4096 bytes allow do no harm", (_what, open, close) => {
  const depth = Math.floor((4096 - '{"code":"abc","more":1}'.length) / (open.length + close.length));
  expect(read(plain(`{"code":"abc","more":${open.repeat(depth)}1${close.repeat(depth)}}`)).code).toBe("abc");
  expect(plain(open.repeat(Math.floor(4096 / open.length)))).toMatchObject({ refused: "invalid_request" });
});
