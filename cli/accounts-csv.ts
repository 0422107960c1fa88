import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { CsvError, parse } from "csv-parse";
import type { ImportRow } from "../contract/operator-shapes.ts";
import { normalizeUsername } from "../functions/core/username.ts";
import { isArgon2id } from "../functions/passwords/phc-string.ts";
import { Failure } from "./failure.ts";

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

export const headerWords = "username,userId,password or username,userId,passwordHash";
const columns = ["username", "userId", "password", "passwordHash"] as const;
type Column = (typeof columns)[number];

/** No good row comes near it; a quote that is never closed would otherwise take the rest of the file. */
const longestRowBytes = 16 * 1024;

/**
 * Reads accounts out of a CSV file (UTF-8, with or without BOM; commas, quotes and newlines in quoted fields), row by
 * row. A bad row is reported and does not stop the rest. What makes the whole file doubtful throws: no such file, not
 * UTF-8, another header, quotes that do not match. Nothing that is thrown or reported quotes a password or a hash.
 */
export async function* readAccountsCsv(path: string): AsyncGenerator<GoodRow | BadRow> {
  const lines = lineCounter();
  const parser = parse({
    // Here and not below: at the first error the rows that were read and not yet taken are gone.
    on_record: (record, context) => [String(lines.start(record, context.lines)), ...record],
    record_delimiter: ["\r\n", "\n"],
    relax_column_count: true,
    skip_empty_lines: true,
    max_record_size: longestRowBytes,
  });
  const reading = pipeline(createReadStream(path), decodeUtf8, parser);
  // It is the parser's iterator that throws; this only says the same again.
  reading.catch(() => {});
  const readRow = rowReader();
  let header: readonly Column[] | undefined;
  try {
    for await (const entry of parser) {
      const [line, ...record]: string[] = entry;
      if (!header) header = readHeader(record, path);
      else if (record.some((field) => field.trim() !== "")) yield readRow(Number(line), header, record);
    }
  } catch (error) {
    throw fileFailure(error, path, lines.ended);
  }
  if (!header) throw badFile(path, `is empty. Its first line must be ${headerWords}.`);
}

/** Throws for what cannot be read twice: the rows are counted before they are sent. */
export async function expectOrdinaryFile(path: string): Promise<void> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileFailure(error, path, 0);
  });
  if (!found.isFile())
    throw badFile(path, "is not an ordinary file. It is read twice, so a pipe will not do.");
}

/** Strictly, because Excel in China saves GBK unless told otherwise, and names would be garbled without a word. */
async function* decodeUtf8(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  for await (const chunk of chunks) yield decoder.decode(chunk, { stream: true });
  yield decoder.decode();
}

/** csv-parse counts CR and LF inside quotes as a line each; an editor counts LF. */
function lineCounter() {
  let surplus = 0;
  let ended = 0;
  return {
    /** The line on which a record begins, of which csv-parse says that it ended on `counted`. */
    start(record: readonly string[], counted: number): number {
      let breaks = 0;
      for (const field of record) {
        if (!/[\r\n]/.test(field)) continue;
        breaks += field.split("\n").length - 1;
        surplus += field.split("\r").length - 1;
      }
      ended = counted - surplus;
      return ended - breaks;
    },
    get ended() {
      return ended;
    },
  };
}

/** Does not quote what it found: in a file without a header that is somebody's password. */
function readHeader(record: readonly string[], path: string): Column[] {
  const names = record.map((name) => name.trim());
  const header = names.filter((name): name is Column => columns.some((column) => column === name));
  const complete =
    header.length === names.length &&
    new Set(header).size === header.length &&
    header.includes("username") &&
    header.includes("userId") &&
    (header.includes("password") || header.includes("passwordHash"));
  if (!complete) throw badFile(path, `has another header. Its first line must be ${headerWords}.`);
  return header;
}

function rowReader() {
  const seen = new Map<string, number>();
  return (line: number, header: readonly Column[], record: readonly string[]): GoodRow | BadRow => {
    const cells = new Map(header.map((column, index) => [column, record[index] ?? ""]));
    const username = cells.get("username") ?? "";
    const userId = cells.get("userId") ?? "";
    const password = cells.get("password") ?? "";
    const passwordHash = cells.get("passwordHash") ?? "";
    const bad = (reason: string) => ({ line, username, reason });
    if (record.length !== header.length) {
      return bad(`has ${record.length} fields instead of ${header.length}: quote fields with commas`);
    }
    if (username.trim() === "") return bad("username is empty");
    const before = seen.get(normalizeUsername(username));
    if (before !== undefined) return bad(`the same username is on line ${before}`);
    seen.set(normalizeUsername(username), line);
    if (userId.trim() === "") return bad("userId is empty");
    if (password !== "" && passwordHash !== "") return bad("password and passwordHash are both given");
    if (password !== "") return { line, row: { username, userId, password } };
    if (passwordHash === "") {
      return bad(`${header.filter((column) => column.startsWith("password")).join(" and ")} is empty`);
    }
    if (!isArgon2id(passwordHash)) return bad("passwordHash is not an argon2id string ($argon2id$v=19$…)");
    return { line, row: { username, userId, passwordHash } };
  };
}

function badFile(path: string, what: string): Failure {
  return new Failure("bad_file", `${path} ${what}`);
}

/** `ended`: the last line of the last row that was read. */
function fileFailure(error: unknown, path: string, ended: number): unknown {
  if (error instanceof CsvError) {
    return badFile(
      path,
      `cannot be read after line ${ended}: quotes do not match in the next row, or it is too long. A field with quotes ` +
        'in it is put into quotes, and those within are doubled: "say ""hi""".',
    );
  }
  if (!(error instanceof Error) || !("code" in error)) return error;
  switch (error.code) {
    case "ERR_ENCODING_INVALID_ENCODED_DATA":
      return badFile(path, "is not UTF-8. Excel saves that as “CSV UTF-8”.");
    case "ENOENT":
      return badFile(path, "does not exist.");
    case "EACCES":
    case "EPERM":
      return badFile(path, "may not be read.");
    case "EISDIR":
      return badFile(path, "is a directory.");
    default:
      return error;
  }
}
