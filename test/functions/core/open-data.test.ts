import { createCipheriv, createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { type OpenData, openData, watermarkToleranceSeconds } from "../../../functions/core/open-data.ts";
import { vectors } from "../../support/published-vectors.ts";

const { appid: appId, sessionKey, expected } = vectors.encryptedData;
const alice = { appId, openid: expected.openId };
const madeAt = expected.watermark.timestamp;
const now = madeAt * 1000;
const stale = { refused: "session_key_stale" };
const otherKeys = ["HyVFkGl5F5OQWJZZaNzBBg==", "o0q0otL8aEzpcZL/FT9WsQ=="];
const bytes = (text: string) => Buffer.from(text, "base64");
const published = {
  encryptedData: bytes(vectors.encryptedData.encryptedData),
  iv: bytes(vectors.encryptedData.iv),
};

/** As WeChat encrypts; without padding the text is what it is. */
function encrypted(text: string | Buffer, { key = sessionKey, padded = true } = {}): OpenData {
  const cipher = createCipheriv("aes-128-cbc", bytes(key), published.iv).setAutoPadding(padded);
  return { encryptedData: Buffer.concat([cipher.update(text), cipher.final()]), iv: published.iv };
}

const textOf = (data: object, watermark: unknown = { timestamp: madeAt, appid: appId }) =>
  JSON.stringify({ ...data, watermark });
const dated = (data: object, watermark?: unknown) => encrypted(textOf(data, watermark));

/** What is left of it without the last bytes is a JSON object all the same. */
const endingWith = (...last: number[]) => {
  const text = textOf({});
  const blocks = Buffer.alloc(16 * (Math.ceil(text.length / 16) + 2), " ");
  blocks.write(text);
  blocks.set(last, blocks.length - last.length);
  return encrypted(blocks, { padded: false });
};

describe("WeChat's published vectors are opened:", () => {
  test.each([[[sessionKey]], [[...otherKeys, sessionKey]], [[sessionKey, ...otherKeys]]])(
    "the encrypted data, with whichever key fits: %j",
    (keys) => {
      expect(openData(published, alice, keys, now)).toMatchObject({ data: expected });
    },
  );

  test("rawData, by its signature", () => {
    const { rawData, sessionKey: key, signature } = vectors.rawDataSignature;
    const request = { rawData, signature: Buffer.from(signature, "hex") };
    expect(openData(request, alice, ["another", key], now)).toEqual({ data: JSON.parse(rawData) });
    expect(openData(request, alice, ["another"], now)).toEqual(stale);
    expect(openData({ ...request, rawData: rawData.replace("Band", "Bane") }, alice, [key], now)).toEqual(
      stale,
    );
  });
});

test("without a key nothing is opened", () => {
  expect(openData(published, alice, [], now)).toEqual(stale);
  expect(openData(published, alice, ["", "short", "====", `AAAA${sessionKey}`], now)).toEqual(stale);
});

// WeChat's encryption is without a MAC: whoever sends iv changes the first 16 characters at will.
test("no flipped bit of iv makes another openid of the first characters", () => {
  for (let bit = 0; bit < 128; bit++) {
    const iv = published.iv.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
    const opened = openData({ ...published, iv }, alice, [sessionKey], now);
    if ("data" in opened) expect(opened.data).not.toHaveProperty("openId");
  }
});

test.each([
  ["no object", encrypted("[1]")],
  ["null", encrypted("null")],
  ["no JSON", encrypted("{")],
  ["no UTF-8", encrypted(Buffer.from(textOf({ name: "\xff" }), "latin1"))],
  ["nothing", encrypted("")],
  ["no watermark", encrypted("{}")],
  ["a watermark that is none", dated({}, "today")],
  ["a watermark of null", dated({}, null)],
  ["another appid", dated({}, { timestamp: madeAt, appid: "wx0000000000000000" })],
  ["no appid", dated({}, { timestamp: madeAt })],
  ["no time", dated({}, { appid: appId })],
  ["a time in words", dated({}, { timestamp: String(madeAt), appid: appId })],
  ["another user's openId", dated({ openId: "oGZUI0egBJY1zhBYw2KhdUfwVJJF" })],
  ["an openId that is none", dated({ openId: null })],
  ["no padding", endingWith()],
  ["a padding of 0", endingWith(0)],
  ["a padding of 17", endingWith(...Array<number>(17).fill(17))],
  ["a padding that is not all of it", endingWith(1, 2)],
])("what decrypts to %s is taken for another key's", (_, request) => {
  expect(openData(request, alice, [sessionKey], now)).toEqual(stale);
});

test("a padding of a whole block is one like any other", () => {
  expect(openData(endingWith(...Array<number>(16).fill(16)), alice, [sessionKey], now)).toHaveProperty(
    "data",
  );
});

test.each([
  [-watermarkToleranceSeconds - 1, false],
  [-watermarkToleranceSeconds, true],
  [0, true],
  [watermarkToleranceSeconds, true],
  [watermarkToleranceSeconds + 1, false],
])("a watermark %i seconds away is in time: %j", (seconds, isInTime) => {
  const opened = openData(published, alice, [sessionKey], (madeAt + seconds) * 1000);
  expect(opened).toMatchObject(
    isInTime
      ? { data: expected }
      : {
          refused: "invalid_request",
          detail:
            "By its watermark, encryptedData was not made within 5 minutes of now: ask WeChat for it anew.",
          fields: ["encryptedData"],
        },
  );
});

test("a name that reaches a prototype is a name like any other", () => {
  const opened = openData(
    encrypted(`{"__proto__":{"a":1},"watermark":{"timestamp":${madeAt},"appid":"${appId}"}}`),
    alice,
    [sessionKey],
    now,
  );
  expect(JSON.stringify(opened)).toContain('"__proto__":{"a":1}');
  expect(Object.prototype).not.toHaveProperty("a");
});

test.each(["[]", "null", '"text"', "5", "{", ""])("rawData %j is no JSON object, and told so", (rawData) => {
  const signature = createHash("sha1")
    .update(rawData + sessionKey)
    .digest();
  expect(openData({ rawData, signature }, alice, [sessionKey], now)).toMatchObject({
    refused: "invalid_request",
    detail: "rawData must be a JSON object.",
    fields: ["rawData"],
  });
});
