import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { BadRow, GoodRow } from "../../cli/account-row.ts";
import { openAccountsCsv } from "../../cli/accounts-csv.ts";
import { directoryForThisTest } from "../support/temporary-directory.ts";

const hash =
  "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$hQ4bbwbwpBZxn5i0F1xfd9ZLZNDPmrs5ZdRXP2XlrSo";
const expected =
  "Its first line must be username,userId,password or username,userId,passwordHash, with phoneNumber or without.";

async function file(content: string | Buffer): Promise<string> {
  const path = join(await directoryForThisTest(), "accounts.csv");
  await writeFile(path, content);
  return path;
}

async function read(content: string | Buffer): Promise<(GoodRow | BadRow)[]> {
  const rows: (GoodRow | BadRow)[] = [];
  const { total, rows: read } = await openAccountsCsv(await file(content));
  for await (const row of read()) rows.push(row);
  expect(total).toBe(rows.length);
  return rows;
}

const zhangsan = { line: 2, row: { username: "zhangsan", userId: "u_zhangsan", password: "pwd123456" } };

describe("accounts are read", () => {
  test.each([
    ["passwords", "username,userId,password\nzhangsan,u_zhangsan,pwd123456\n"],
    ["columns in another order", "password,username,userId\npwd123456,zhangsan,u_zhangsan\n"],
    ["spaces in the header", "username, userId , password\nzhangsan,u_zhangsan,pwd123456\n"],
    ["a BOM", "\ufeffusername,userId,password\nzhangsan,u_zhangsan,pwd123456\n"],
    [
      "a BOM and a quoted header",
      '\ufeff"username","userId","password"\n"zhangsan","u_zhangsan","pwd123456"\n',
    ],
    ["Windows' line ends", "username,userId,password\r\nzhangsan,u_zhangsan,pwd123456\r\n"],
    ["line ends of both kinds", "username,userId,password\nzhangsan,u_zhangsan,pwd123456\r\n"],
    ["no line end at the end", "username,userId,password\nzhangsan,u_zhangsan,pwd123456"],
    [
      "empty lines and rows of nothing but commas",
      "username,userId,password\nzhangsan,u_zhangsan,pwd123456\n\n,,\n , ,\r\n",
    ],
  ])("with %s", async (_what, content) => {
    expect(await read(content)).toEqual([zhangsan]);
  });

  test("with hashes, quoted because they have commas", async () => {
    expect(await read(`username,userId,passwordHash\nzhangsan,u_1,"${hash}"\n`)).toEqual([
      { line: 2, row: { username: "zhangsan", userId: "u_1", passwordHash: hash } },
    ]);
  });

  test("with passwords or hashes, whichever a row has", async () => {
    const rows = await read(
      `username,userId,password,passwordHash\na,1,secret,\nb,2,,"${hash}"\nc,3,secret,"${hash}"`,
    );
    expect(rows).toEqual([
      { line: 2, row: { username: "a", userId: "1", password: "secret" } },
      { line: 3, row: { username: "b", userId: "2", passwordHash: hash } },
      { line: 4, username: "c", reason: "password and passwordHash are both given" },
    ]);
  });

  test("byte for byte: nothing is trimmed or taken for a comment", async () => {
    const rows = await read('username,userId,password\n 张三 ,u 1,"p ""w"" ,"\n#li,2,p\u3000p\n');
    expect(rows).toEqual([
      { line: 2, row: { username: " 张三 ", userId: "u 1", password: 'p "w" ,' } },
      { line: 3, row: { username: "#li", userId: "2", password: "p\u3000p" } },
    ]);
  });

  test("and each is known by the line on which it begins, as an editor counts", async () => {
    const rows = await read(
      'username,userId,password\r\n"Li, Si\nthe second",1,p\r\n\r\n"a\r\nb\r\nc",2,p\r\n,,\r\nd,3,"x\ny"\r\ne,4,p\r\nf,5,',
    );
    expect(rows.map(({ line, ...it }) => [line, "row" in it ? it.row.username : it.username])).toEqual([
      [2, "Li, Si\nthe second"],
      [5, "a\r\nb\r\nc"],
      [9, "d"],
      [11, "e"],
      [12, "f"],
    ]);
  });

  test("across the pieces in which a file is read", async () => {
    const count = 20_000;
    const names = Array.from({ length: count }, (_, index) => `用户"${index}"`);
    const lines = names.map(
      (name, index) => `"${name.replaceAll('"', '""')}",u_${index},"两行\r\n${index}"\r\n`,
    );
    const rows = await read(`\ufeffusername,userId,password\r\n${lines.join("")}`);
    expect(rows).toHaveLength(count);
    expect(rows.at(-1)).toEqual({
      line: 2 * count,
      row: { username: `用户"${count - 1}"`, userId: `u_${count - 1}`, password: `两行\r\n${count - 1}` },
    });
  });
});

const shortened = "is a number that a spreadsheet has shortened: make the column text, and save it again";

describe("a bad row", () => {
  test.each<[what: string, bad: string, username: string, reason: string]>([
    ["no username", ",u_1,secret", "", "username is empty"],
    ["a blank username", "  ,u_1,secret", "  ", "username is empty"],
    ["no userId", "lisi, ,secret", "lisi", "userId is empty"],
    ["no password", "lisi,u_1,", "lisi", "password is empty"],
    ["too few fields", "lisi,u_1", "lisi", "has 2 fields instead of 3: quote fields with commas"],
    ["too many fields", "lisi,u_1,sec,ret", "lisi", "has 4 fields instead of 3: quote fields with commas"],
    ["a blank before the userId", "lisi, u_1,secret", "lisi", "userId begins or ends with a blank"],
    ["a wide blank after the userId", "lisi,u_1\u3000,secret", "lisi", "userId begins or ends with a blank"],
    ["a blank before the password", "lisi,u_2, s3cret", "lisi", "password begins or ends with a blank"],
    ["a tab after the password", "lisi,u_2,s3cret\t", "lisi", "password begins or ends with a blank"],
    ["digits of Excel as its username", "1.23457E+17,u_2,secret", "1.23457E+17", `username ${shortened}`],
    ["digits of Excel as its userId", "lisi,1.23457e+17,secret", "lisi", `userId ${shortened}`],
    ["digits of Excel as its password", 'lisi,u_2,"1,2E+11"', "lisi", `password ${shortened}`],
    [
      "a second username for a userId",
      "lisi,u_zhangsan,secret",
      "lisi",
      "the userId has another username on line 2",
    ],
    [
      "a username that was there",
      "ＺＨＡＮＧＳＡＮ ,u_9,secret",
      "ＺＨＡＮＧＳＡＮ ",
      "the same username is on line 2",
    ],
  ])("with %s is named with its line, and does not stop the rest", async (_what, bad, username, reason) => {
    const rows = await read(
      `username,userId,password\nzhangsan,u_zhangsan,pwd123456\n${bad}\nwangwu,u_3,pwd123456\n`,
    );
    expect(rows).toEqual([
      zhangsan,
      { line: 3, username, reason },
      { line: 4, row: { username: "wangwu", userId: "u_3", password: "pwd123456" } },
    ]);
  });

  test("is not there for the others: the next with its username and userId is good", async () => {
    const rows = await read(
      "username,userId,password\nlisi,u_2,\nlisi,u_2,secret\nLiSi,u_3,secret\nli,u_3,secret\n",
    );
    expect(rows).toEqual([
      { line: 2, username: "lisi", reason: "password is empty" },
      { line: 3, row: { username: "lisi", userId: "u_2", password: "secret" } },
      { line: 4, username: "LiSi", reason: "the same username is on line 3" },
      { line: 5, row: { username: "li", userId: "u_3", password: "secret" } },
    ]);
  });

  test.each([
    ["bcrypt", "$2b$12$abcdefghijklmnopqrstuv"],
    ["argon2i", hash.replace("argon2id", "argon2i")],
    ["argon2id of another version", hash.replace("v=19", "v=16")],
    ["half a hash", hash.slice(0, 40)],
    ["a password", "s3cret!!"],
  ])("has %s where an argon2id hash belongs; it is not quoted", async (_what, passwordHash) => {
    const rows = await read(`username,userId,passwordHash\nlisi,u_1,"${passwordHash}"\n`);
    expect(rows).toEqual([
      { line: 2, username: "lisi", reason: "passwordHash is not an argon2id string ($argon2id$v=19$…)" },
    ]);
  });

  test("has a hash column that is empty", async () => {
    const rows = await read("username,userId,passwordHash\nlisi,u_1,\n");
    expect(rows).toMatchObject([{ reason: "passwordHash is empty" }]);
    const both = await read("username,userId,password,passwordHash\nlisi,u_1,,\n");
    expect(both).toMatchObject([{ reason: "password and passwordHash is empty" }]);
  });
});

describe("a file is refused as a whole", () => {
  test.each([
    ["it is empty", "", `is empty. ${expected}`],
    ["it has no header", "zhangsan,u_1,s3cret\n", `has another header. ${expected}`],
    ["a column is missing", "username,password\nlisi,s3cret\n", `has another header. ${expected}`],
    ["there is neither password nor hash", "username,userId\nlisi,u_1\n", `has another header. ${expected}`],
    [
      "a column is unknown",
      "username,userId,password,age\nlisi,1,s3cret,9\n",
      `has another header. ${expected}`,
    ],
    ["a column is there twice", "username,userId,password,password\n", `has another header. ${expected}`],
    [
      "columns are separated otherwise",
      "username;userId;password\nlisi;1;s3cret\n",
      `has another header. ${expected}`,
    ],
    [
      "it is GBK",
      Buffer.from("username,userId,password\n\xd5\xc5\xc8\xfd,1,s3cret\n", "latin1"),
      "is not UTF-8.",
    ],
    [
      "it is UTF-16",
      Buffer.from("\ufeffusername,userId,password\nlisi,1,s3cret\n", "utf16le"),
      "is not UTF-8.",
    ],
    [
      "it ends within a character",
      Buffer.from("username,userId,password\nlisi,1,密").subarray(0, -1),
      "is not UTF-8.",
    ],
    [
      "a quote is never closed",
      'username,userId,password\na,1,p\n"b,2,s3cret\nc,3,p\n',
      "cannot be read after line 2: quotes do not match in the next row",
    ],
    [
      "there are quotes in a field without quotes",
      'username,userId,password\na,"1\n2",p\nb,2,s3"cret\n',
      "cannot be read after line 3: quotes do not match in the next row",
    ],
    [
      "a row is endless",
      `username,userId,password\na,1,${"s3cret".repeat(10_000)}`,
      "cannot be read after line 1: quotes do not match in the next row, or it is too long.",
    ],
  ])("when %s; what is in it is not quoted", async (_when, content, detail) => {
    const failure = await read(content).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "bad_file", message: expect.stringContaining(detail) });
    expect(String(failure)).not.toContain("s3cret");
  });

  test("when it is not there, or no ordinary file", async () => {
    const directory = await directoryForThisTest();
    await expect(openAccountsCsv(join(directory, "none.csv"))).rejects.toMatchObject({
      code: "bad_file",
      message: `${join(directory, "none.csv")} does not exist.`,
    });
    await expect(openAccountsCsv(directory)).rejects.toMatchObject({
      code: "bad_file",
      message: `${directory} is not an ordinary file. It is read twice, so a pipe will not do.`,
    });
  });
});

test("a phone number is in E.164, and nobody else's", async () => {
  const rows = await read(
    "username,userId,password,phoneNumber\na,1,pwd123456,+8613800138000\nb,2,pwd123456,\nc,3,pwd123456,13800138000\n" +
      "d,4,pwd123456,8.61380E+12\ne,5,pwd123456,+8613800138000\n",
  );
  expect(rows).toMatchObject([
    { row: { username: "a", phoneNumber: "+8613800138000" } },
    { row: { username: "b" } },
    { username: "c", reason: expect.stringMatching(/^phoneNumber is a Chinese mobile without \+86/) },
    {
      username: "d",
      reason: expect.stringMatching(/^phoneNumber is a number that a spreadsheet has shortened/),
    },
    { username: "e", reason: "the same phone number is on line 2" },
  ]);
  expect(rows[1]).not.toHaveProperty("row.phoneNumber");
});
