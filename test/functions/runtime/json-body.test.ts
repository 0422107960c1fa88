import { afterEach, describe, expect, test } from "vitest";
import { isBad, readJsonObject, readString } from "../../../functions/runtime/json-body.ts";

const json = { "content-type": "application/json" };
const plain = (body: string | undefined) =>
  readJsonObject({ headers: json, isBase64Encoded: false, ...(body !== undefined && { body }) });
const base64 = (body: string) => readJsonObject({ headers: json, isBase64Encoded: true, body });
const bytes = (body: string | Uint8Array) => base64(Buffer.from(body).toString("base64"));

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

describe("a JSON object is read as a map of its own fields", () => {
  test("from text", () => {
    expect(plain('{"code":"abc","n":1,"list":[1],"nothing":null}')).toEqual(
      new Map<string, unknown>([
        ["code", "abc"],
        ["n", 1],
        ["list", [1]],
        ["nothing", null],
      ]),
    );
  });

  test("from base64, as the gateway sends what is no text to it", () => {
    expect(bytes('{"username":"张三"}')).toEqual(new Map([["username", "张三"]]));
  });

  test("with nothing in it that was not sent", () => {
    const fields = plain("{}");
    if (isBad(fields)) throw new Error("It was refused");
    expect(fields.size).toBe(0);
    for (const name of ["toString", "hasOwnProperty", "constructor", "__proto__", "size"]) {
      expect(readString(fields, name, 128)).toBeUndefined();
    }
  });

  test("where a field is called like a method of every object", () => {
    const fields = plain('{"toString":"a","hasOwnProperty":"b","size":"c"}');
    if (isBad(fields)) throw new Error("It was refused");
    expect(readString(fields, "toString", 128)).toBe("a");
    expect(fields.size).toBe(3);
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
    ).toEqual(new Map());
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
    ).toMatchObject({ bad: "unsupported_media_type" });
  });

  test("must be said, and how to say it is in the answer", () => {
    const answer = readJsonObject({ headers: {}, isBase64Encoded: false, body: "{}" });
    expect(answer).toMatchObject({ bad: "unsupported_media_type" });
    expect(answer).toMatchObject({
      details: { detail: expect.stringContaining("content-type: application/json") },
    });
  });
});

describe("a body may have 4096 bytes", () => {
  test.each([
    ["letters", "x"],
    ["characters of two bytes", "é"],
    ["characters of three bytes", "登"],
    ["characters of four bytes", "😀"],
  ])("of %s, and not one more", (_what, filling) => {
    for (const read of [plain, bytes]) {
      expect(read(bodyOfSize(4096, filling))).toBeInstanceOf(Map);
      expect(read(bodyOfSize(4097, filling))).toMatchObject({ bad: "payload_too_large" });
    }
  });

  test("counted before they are read: too much of what is no JSON is too large", () => {
    expect(plain("{".repeat(4096))).toMatchObject({ bad: "invalid_request" });
    expect(plain("{".repeat(4097))).toMatchObject({ bad: "payload_too_large" });
  });

  test("which in base64 are more characters", () => {
    const encoded = Buffer.from(bodyOfSize(4096)).toString("base64");
    expect(encoded.length).toBeGreaterThan(4096);
    expect(base64(encoded)).toBeInstanceOf(Map);
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
    expect(plain(body)).toMatchObject({ bad: "invalid_request", details: { detail: expect.any(String) } });
  });

  test.each([
    ["null", "null"],
    ["an array", "[]"],
    ["an array of an object", '[{"code":"abc"}]'],
    ["a string", '"code"'],
    ["a number", "42"],
    ["true", "true"],
  ])("%s instead of an object", (_what, body) => {
    expect(plain(body)).toMatchObject({ bad: "invalid_request" });
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
    expect(base64(body)).toMatchObject({ bad: "invalid_request" });
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
    expect(bytes(body)).toMatchObject({ bad: "invalid_request" });
  });

  test("UTF-16", () => {
    expect(bytes(Buffer.from('{"code":"abc"}', "utf16le"))).toMatchObject({ bad: "invalid_request" });
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
    expect(plain(body)).toMatchObject({ bad: "invalid_request", details: { fields: [name] } });
  });

  test("also not from deeper down, where nothing is read", () => {
    const fields = plain('{"code":"abc","more":{"__proto__":{"isAdmin":true}}}');
    if (isBad(fields)) throw new Error("It was refused");
    expect(readString(fields, "code", 128)).toBe("abc");
    expect("isAdmin" in {}).toBe(false);
  });
});

test.each([
  ["arrays", "[", "]"],
  ["objects", '{"a":', "}"],
])("%s nested as deeply as 4096 bytes allow do no harm", (_what, open, close) => {
  const depth = Math.floor((4096 - '{"code":"abc","more":1}'.length) / (open.length + close.length));
  const fields = plain(`{"code":"abc","more":${open.repeat(depth)}1${close.repeat(depth)}}`);
  if (isBad(fields)) throw new Error("It was refused");
  expect(readString(fields, "code", 128)).toBe("abc");
  expect(plain(open.repeat(Math.floor(4096 / open.length)))).toMatchObject({ bad: "invalid_request" });
});

describe("a string field", () => {
  const read = (value: unknown, longest = 8) => readString(new Map([["field", value]]), "field", longest);
  const refusal = { bad: "invalid_request", details: { fields: ["field"] } };

  test("is undefined where it is absent", () => {
    expect(readString(new Map(), "field", 8)).toBeUndefined();
  });

  test.each([
    ["a"],
    ["12345678"],
    ["张三"],
    ["😀".repeat(8)],
    [" "],
    [" a "],
    ["\u00a0"],
    ["\ufffd"],
    ["\ud83d\ude00"],
  ])("is taken as it is: %j", (value) => {
    expect(read(value)).toBe(value);
  });

  test.each([
    ["null", null],
    ["a number", 1],
    ["a boolean", true],
    ["an array of one string", ["a"]],
    ["an object", { length: 1 }],
    ["nothing, said explicitly", undefined],
    ["empty", ""],
    ["one character too long", "123456789"],
    ["one character of four bytes too long", "😀".repeat(9)],
    ["a high surrogate alone", "a\ud83d"],
    ["a low surrogate alone", "\ude00a"],
    ["surrogates in the wrong order", "\ude00\ud83d"],
    ["U+0000", "a\0b"],
    ["U+0000 alone", "\0"],
  ])("is refused, and named: %s", (_what, value) => {
    expect(read(value)).toMatchObject(refusal);
  });

  test.each([
    ["a lone surrogate", '{"field":"\\ud800"}'],
    ["U+0000", '{"field":"a\\u0000b"}'],
  ])("is refused where JSON has escaped %s", (_what, body) => {
    const fields = plain(body);
    if (isBad(fields)) throw new Error("The body was refused");
    expect(readString(fields, "field", 8)).toMatchObject(refusal);
  });

  test("is not repeated in the refusal", () => {
    expect(JSON.stringify(read("canary".repeat(50)))).not.toContain("canary");
  });
});
