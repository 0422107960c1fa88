import { readdir, readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { errors } from "../../contract/errors.ts";
import { badlySetIn, englishWordsIn } from "../support/chinese-text.ts";

const playground = new URL("../../playground/", import.meta.url);
const script: { readonly messages: Readonly<Record<string, readonly string[]>> } = await import(
  new URL("page/messages.js", playground).href
);
const entries = Object.entries(script.messages);
const names = entries.map(([name]) => name);

async function sourcesIn(folder: string): Promise<string> {
  const files = await readdir(new URL(folder, playground));
  const texts = files
    .filter((file) => file !== "messages.js")
    .map((file) => readFile(new URL(folder + file, playground), "utf8"));
  return (await Promise.all(texts)).join("\n");
}

const page = await sourcesIn("page/");
const server = await sourcesIn("server/");
const found = (source: string, pattern: RegExp) => [...source.matchAll(pattern)].map(([, name = ""]) => name);

/** Names of the product, of WeChat and of AWS that the page shows as they are in code. */
const codes = new Set(
  `Alice appid secret session_key zhangsan SDK Retry-After open-type getPhoneNumber wx.login
  agreePrivacyAuthorization userId errcode expiresAt start hello POST`.split(/\s+/),
);

describe.each(entries)("%s", (_, [english = "", chinese = "", ...others]) => {
  const values = (text: string) => found(text, /\{(\w+)\}/g).toSorted();

  test("is said in English and in Chinese, with the same values", () => {
    expect(others).toEqual([]);
    expect(english).toMatch(/[A-Za-z]/);
    expect(english).not.toMatch(/\p{Script=Han}|[，。：；！？「」]/u);
    if (chinese !== english) expect(chinese).toMatch(/\p{Script=Han}/u);
    expect(values(chinese)).toEqual(values(english));
  });

  test("has no English word in Chinese that is not a name, and is set as Chinese is", () => {
    const filled = chinese.replaceAll(/\{\w+\}/g, "1");
    expect(englishWordsIn(filled).filter((word) => !codes.has(word))).toEqual([]);
    expect(badlySetIn(filled)).toEqual([]);
  });
});

test("every name that the page or the server uses has a message", () => {
  const used = [
    ...found(page, /data-(?:text|label)="([^"]+)"/g),
    ...found(page, /(?:text|message)\("([^"]+)"/g),
    ...found(page, /text\([^()"]*\? "([^"]+)"/g),
    ...found(page, /text\([^()"]*\? "[^"]+" : "([^"]+)"/g),
    ...found(page, /"(step\.\w+)"/g),
    ...found(server, /ControlError\("(\w+)"\)/g).map((code) => `error.${code}`),
    ...found(server, /error: "(\w+)"/g).map((code) => `error.${code}`),
    ...found(server, /note: [^"\n]*"(\w+)"/g).map((code) => `note.${code}`),
    ...found(server, /note: [^"\n]*"\w+" : "(\w+)"/g).map((code) => `note.${code}`),
  ];
  expect(used.length).toBeGreaterThan(100);
  expect(used.filter((name) => !names.includes(name))).toEqual([]);
});

test("no message is one that nothing uses", () => {
  const prefixes = new Set(found(page, /`(\w+)\.\$\{/g));
  expect(prefixes.size).toBeGreaterThan(5);
  const unused = names.filter((name) => {
    const [prefix = "", rest] = name.split(".");
    return !page.includes(`"${name}"`) && !(rest !== undefined && prefixes.has(prefix));
  });
  expect(unused).toEqual([]);
});

test("what a client does is said of every action that the API answers with", () => {
  const actions = Object.values(errors).map(({ action }) => `advice.${action}`);
  expect(actions.filter((name) => !names.includes(name))).toEqual([]);
});

test("every lane and every table has its name", () => {
  const lanes = found(server, /^ {2}\| "(\w+)"/gm).map((lane) => `lane.${lane}`);
  expect(lanes).toHaveLength(8);
  expect(lanes.filter((name) => !names.includes(name))).toEqual([]);
  const tables = ["Bindings", "Sessions", "Attempts", "Accounts"].map((name) => `table.${name}`);
  expect(tables.filter((name) => !names.includes(name))).toEqual([]);
});
