import { describe, expect, test } from "vitest";
import { countedName, flawInUsername, normalizeUsername } from "../../../functions/core/username.ts";

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

describe("normalising twice is normalising once", () => {
  const all = Array.from({ length: 0x110000 }, (_, codePoint) => String.fromCodePoint(codePoint));
  const unstable = (names: readonly string[]) =>
    names.filter((name) => normalizeUsername(normalizeUsername(name)) !== normalizeUsername(name));

  test("for every character of Unicode", () => {
    expect(unstable(all)).toEqual([]);
  });

  test("for capitals, and letters that lower case takes apart, with every mark of Unicode", () => {
    const marks = all.filter((character) => /\p{M}/u.test(character));
    const inPieces = all.filter((letter) => letter.toLowerCase() !== letter.toLowerCase().normalize("NFKC"));
    const capitals = all.filter((letter) => /[A-ZΑ-ΩА-ЯԱ-Ֆ]/u.test(letter));
    // A letter between them, which nothing reaches across.
    const withMarks = [...inPieces.filter((letter) => /\p{Lu}/u.test(letter)), ...capitals].map((letter) =>
      marks.map((mark) => letter + mark).join(" a "),
    );
    expect(unstable(withMarks)).toEqual([]);
  });

  test.each(["İ", "I\u0307", "İ\u0323", "\u212A\u0307", "ΑΣ", "ẞ", "\u1E9E\u0323", "Ǆ\u0307"])(
    "for %j and what two marks make of it",
    (letter) => {
      const marks = ["\u0300", "\u0307", "\u0323", "\u0328", "\u0345", "\u05b0", "\u3099"];
      expect(unstable(marks.flatMap((one) => marks.map((other) => letter + one + other)))).toEqual([]);
    },
  );
});

describe("a new account may not be called what nobody can tell from another name:", () => {
  test.each([
    ["with a zero-width space", "adm\u200Bin"],
    ["with a soft hyphen", "adm\u00ADin"],
    ["with a direction override", "\u202Enimda"],
    ["with a word joiner", "admin\u2060"],
    ["with a variation selector", "admin\uFE0F"],
    ["with a tag", "admin\u{E0061}"],
    ["with a Hangul filler, which is a letter", "admin\u3164"],
    ["with a C1 control", "adm\u0085in"],
    ["with a line separator", "adm\u2028in"],
    ["with what is not assigned", "admin\u0378"],
  ])("%s", (_how, username) => {
    expect(flawInUsername(username)).toBe("username has invisible characters.");
  });

  test.each(["admin", "张三", "Zoë", "René Dupont", "o'neill@example.com", "Αθήνα", "דוד", "😀"])(
    "but %s it may",
    (username) => {
      expect(flawInUsername(username)).toBeUndefined();
    },
  );
});

describe("attempts are counted alike", () => {
  test.each([
    ["in another case", "ZHANGSAN"],
    ["with accents", "zhángsān"],
    ["with accents on every letter", "z\u0301h\u0302a\u0303n\u0304g\u0306s\u0307a\u0308n\u030A"],
    ["with white space in it", " zhang \u3000 san"],
    ["with what is invisible", "zhang\u200Bsan\uFE0F"],
    ["in full width", "ＺｈａｎｇＳａｎ"],
  ])("%s", (_how, typed) => {
    expect(countedName(typed)).toBe("zhangsan");
  });

  test.each([
    ["STRASSE", "straße"],
    ["ΣΑΣ", "σας"],
    ["Istanbul", "ıstanbul"],
  ])("%s and %s", (one, other) => {
    expect(countedName(one)).toBe(countedName(other));
  });

  test("and never as nothing, nor longer than fits into a key", () => {
    expect(countedName("\u0301")).not.toBe("");
    expect(Buffer.byteLength(countedName("\ufdfa".repeat(512)))).toBeLessThanOrEqual(512);
    expect(countedName("\ufdfa".repeat(512))).not.toBe(countedName("\ufdfa".repeat(511)));
    expect(countedName("a".repeat(512))).toBe("a".repeat(512));
    expect(countedName("a".repeat(513))).toMatch(/^[\w-]{43}$/);
  });
});
