import { createCipheriv } from "node:crypto";
import { expect, inject, test } from "vitest";
import { openData } from "../../functions/core/open-data.ts";
import { vectors } from "../support/published-vectors.ts";
import { seededRandom } from "../support/seeded-numbers.ts";

const { appid: appId, sessionKey, expected, ...inBase64 } = vectors.encryptedData;
const alice = { appId, openid: expected.openId };
const iv = Buffer.from(inBase64.iv, "base64");
const encryptedData = Buffer.from(inBase64.encryptedData, "base64");
const { timestamp } = expected.watermark;

const wrongKeys = inject("wrongKeys");

test(`of ${wrongKeys} wrong keys, other ivs, changed data and foreign watermarks each, none is believed`, () => {
  const random = seededRandom("open data");
  const below = (bound: number) => Buffer.from(random(4)).readUInt32BE() % bound;
  const changed = () => {
    const at = below(encryptedData.length);
    return encryptedData.map((byte, index) => (index === at ? byte ^ (1 + below(255)) : byte));
  };
  const shifted = () => {
    const by = 1 + below(15);
    return Buffer.concat([iv.subarray(by), iv.subarray(0, by)]);
  };
  const foreign = () => {
    const watermark = { timestamp, appid: `wx${Buffer.from(random(8)).toString("hex")}` };
    const cipher = createCipheriv("aes-128-cbc", Buffer.from(sessionKey, "base64"), iv);
    return Buffer.concat([cipher.update(JSON.stringify({ ...expected, watermark })), cipher.final()]);
  };
  const open = (data: Uint8Array, vector: Uint8Array, keys: readonly string[]) =>
    openData({ encryptedData: data, iv: vector }, alice, keys, timestamp * 1000);
  for (let index = 0; index < wrongKeys; index++) {
    const wrong = [random(16), random(16)].map((key) => Buffer.from(key).toString("base64"));
    const opened = [
      open(encryptedData, iv, wrong),
      open(encryptedData, random(16), [sessionKey]),
      open(encryptedData, shifted(), [sessionKey]),
      open(changed(), iv, [sessionKey]),
      open(foreign(), iv, [sessionKey]),
    ];
    for (const each of opened) expect(each, `number ${index}`).toEqual({ refused: "session_key_stale" });
  }
  expect(open(encryptedData, iv, [sessionKey])).toMatchObject({ data: expected });
});
