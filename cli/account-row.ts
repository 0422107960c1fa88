import type { ImportRow } from "../contract/operator-shapes.ts";
import { flawInPhoneNumber } from "../contract/phone-number.ts";
import { isArgon2id } from "../functions/passwords/phc-string.ts";

export interface BadRow {
  /** On which the row begins; the header is line 1. */
  readonly line: number;
  readonly username: string;
  readonly reason: string;
}

export interface GoodRow {
  readonly line: number;
  readonly row: ImportRow;
}

export const headerWords =
  "username,userId,password or username,userId,passwordHash, with phoneNumber or without";
const columns = ["username", "userId", "password", "passwordHash", "phoneNumber"] as const;
export type Column = (typeof columns)[number];

/** Undefined where these cannot be the columns of accounts. */
export function readHeader(record: readonly string[]): readonly Column[] | undefined {
  const names = record.map((name) => name.trim());
  const header = names.filter((name): name is Column => columns.some((column) => column === name));
  const complete =
    header.length === names.length &&
    new Set(header).size === header.length &&
    header.includes("username") &&
    header.includes("userId") &&
    (header.includes("password") || header.includes("passwordHash"));
  return complete ? header : undefined;
}

/** Checks one row by itself. A reason quotes neither password nor hash. */
export function readRow(
  line: number,
  header: readonly Column[],
  record: readonly string[],
): GoodRow | BadRow {
  const cells = new Map(header.map((column, index) => [column, record[index] ?? ""]));
  const cell = (column: Column) => cells.get(column) ?? "";
  const [username, userId] = [cell("username"), cell("userId")];
  const [password, passwordHash, phoneNumber] = [cell("password"), cell("passwordHash"), cell("phoneNumber")];
  const bad = (reason: string) => ({ line, username, reason });
  if (record.length !== header.length) {
    return bad(`has ${record.length} fields instead of ${header.length}: quote fields with commas`);
  }
  if (username.trim() === "") return bad("username is empty");
  if (userId.trim() === "") return bad("userId is empty");
  if (password !== "" && passwordHash !== "") return bad("password and passwordHash are both given");
  if (password === "" && passwordHash === "") {
    return bad(`${header.filter((column) => column.startsWith("password")).join(" and ")} is empty`);
  }
  const blank = (["userId", "password"] as const).find((column) => cell(column) !== cell(column).trim());
  if (blank !== undefined) return bad(`${blank} begins or ends with a blank`);
  const shortened = (["username", "userId", "password", "phoneNumber"] as const).find((column) =>
    isShortened(cell(column)),
  );
  if (shortened !== undefined) {
    return bad(
      `${shortened} is a number that a spreadsheet has shortened: make the column text, and save it again`,
    );
  }
  const flaw = phoneNumber === "" ? undefined : flawInPhoneNumber(phoneNumber);
  if (flaw !== undefined) return bad(`phoneNumber ${flaw}`);
  const account = { username, userId, ...(phoneNumber !== "" && { phoneNumber }) };
  if (password !== "") return { line, row: { ...account, password } };
  if (!isArgon2id(passwordHash)) return bad("passwordHash is not an argon2id string ($argon2id$v=19$…)");
  return { line, row: { ...account, passwordHash } };
}

/** `1.23457E+17`: what Excel makes of more than eleven digits. */
function isShortened(text: string): boolean {
  return /^\s*-?\d([.,]\d+)?E\+\d+\s*$/i.test(text);
}
