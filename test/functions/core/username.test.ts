import { describe, expect, test } from "vitest";
import { normalizeUsername } from "../../../functions/core/username.ts";

describe("two typed usernames are the same", () => {
  test.each([
    ["in another case", "ZhangSan", "zhangsan"],
    ["with white space around", " \tzhangsan\n ", "zhangsan"],
    ["with an ideographic space around, as Chinese keyboards type it", "\u3000zhangsan\u3000", "zhangsan"],
    ["in full-width letters", "ｚｈａｎｇＳＡＮ１", "zhangsan1"],
    ["with a ligature", "\uFB01nn", "finn"],
    ["with a combining accent instead of the letter that has it", "Re\u0301ne\u0301", "r\u00E9n\u00E9"],
    ["with a compatibility ideograph", "\uF9FE", "\u8336"],
    ["in Chinese, where there is nothing to change", "张三", "张三"],
  ])("%s", (_how, typed, normalised) => {
    expect(normalizeUsername(typed)).toBe(normalised);
  });
});

describe("two typed usernames differ", () => {
  test.each([
    ["by white space inside", "zhang san", "zhangsan"],
    ["by an accent", "rené", "rene"],
    ["by a zero-width space", "zhang\u200Bsan", "zhangsan"],
    ["by a look-alike letter of another script", "zh\u0430ngsan", "zhangsan"],
  ])("%s", (_how, one, other) => {
    expect(normalizeUsername(one)).not.toBe(normalizeUsername(other));
  });
});

test("normalising twice is normalising once, for every character of the first three planes", () => {
  const unstable: string[] = [];
  for (let codePoint = 1; codePoint <= 0x2ffff; codePoint++) {
    const once = normalizeUsername(String.fromCodePoint(codePoint));
    if (normalizeUsername(once) !== once) unstable.push(codePoint.toString(16));
  }
  expect(unstable).toEqual([]);
});
