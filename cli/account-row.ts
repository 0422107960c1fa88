import type { ImportRow } from "../contract/operator-shapes.ts";
import { flawInPhoneNumber } from "../contract/phone-number.ts";
import { isArgon2id } from "../functions/passwords/phc-string.ts";
import type { Messages, Text } from "./messages/english.ts";

export interface BadRow {
  /** On which the row begins; the header is line 1. */
  readonly line: number;
  readonly username: string;
  readonly reason: Text;
}

export interface GoodRow {
  readonly line: number;
  readonly row: ImportRow;
}

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
  const bad = (reason: (words: Messages["accountsFile"]) => string) => ({
    line,
    username,
    reason: ({ accountsFile }: Messages) => reason(accountsFile),
  });
  if (record.length !== header.length) {
    return bad((words) => words.fieldCount(record.length, header.length));
  }
  if (username.trim() === "") return bad((words) => words.isEmpty("username"));
  if (userId.trim() === "") return bad((words) => words.isEmpty("userId"));
  if (password !== "" && passwordHash !== "") return bad((words) => words.bothPasswords);
  if (password === "" && passwordHash === "") {
    return bad((words) => words.isEmpty(...header.filter((column) => column.startsWith("password"))));
  }
  const blank = (["userId", "password"] as const).find((column) => cell(column) !== cell(column).trim());
  if (blank !== undefined) return bad((words) => words.outerBlank(blank));
  const shortened = (["username", "userId", "password", "phoneNumber"] as const).find((column) =>
    isShortened(cell(column)),
  );
  if (shortened !== undefined) return bad((words) => words.shortened(shortened));
  const flaw = phoneNumber === "" ? undefined : flawInPhoneNumber(phoneNumber);
  if (flaw !== undefined) return bad((words) => words.phoneNumber(flaw));
  const account = { username, userId, ...(phoneNumber !== "" && { phoneNumber }) };
  if (password !== "") return { line, row: { ...account, password } };
  if (!isArgon2id(passwordHash)) return bad((words) => words.notArgon2id);
  return { line, row: { ...account, passwordHash } };
}

/** `1.23457E+17`: what Excel makes of more than eleven digits. */
function isShortened(text: string): boolean {
  return /^\s*-?\d([.,]\d+)?E\+\d+\s*$/i.test(text);
}
