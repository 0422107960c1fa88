import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { CsvError, parse } from "csv-parse";
import { normalizeUsername } from "../functions/core/username.ts";
import { type BadRow, type Column, type GoodRow, headerWords, readHeader, readRow } from "./account-row.ts";
import { Failure, interrupted } from "./failure.ts";
import { Repetitions } from "./repetitions.ts";

/** No good row comes near it; a quote that is never closed would otherwise take the rest of the file. */
const longestRowBytes = 16 * 1024;

export interface AccountsCsv {
  /** Good rows and bad ones. */
  readonly total: number;
  /** Reads the file once more. A bad row is reported and does not stop the rest. */
  rows(): AsyncGenerator<GoodRow | BadRow>;
}

/**
 * Reads a CSV file of accounts (UTF-8, with or without BOM; commas, quotes and newlines in quoted fields) once, for its
 * total, for what is there twice, and for what makes all of it doubtful. That throws: no such file, not UTF-8, another
 * header, quotes that do not match. Nothing that is thrown or reported quotes a password or a hash. The memory it takes
 * does not grow with the file.
 */
export async function openAccountsCsv(path: string, signal?: AbortSignal): Promise<AccountsCsv> {
  const repetitions = new Repetitions(await sizeOfOrdinaryFile(path));
  let total = 0;
  for await (const entry of readRows(path)) {
    if (signal?.aborted) throw interrupted("Interrupted before anything was sent.");
    total++;
    if ("row" in entry) for (const key of keysOf(entry)) repetitions.note(key);
  }
  return {
    total,
    async *rows() {
      const first = new Map<string, GoodRow>();
      for await (const entry of readRows(path))
        yield "row" in entry ? once(entry, repetitions, first) : entry;
    },
  };
}

/** A username or a number that was there before, or a second name for a userId, makes a good row a bad one. */
function once(entry: GoodRow, repetitions: Repetitions, first: Map<string, GoodRow>): GoodRow | BadRow {
  const { line, row } = entry;
  const keys = keysOf(entry).filter((key) => repetitions.mayRepeat(key));
  const before = keys.map((key) => first.get(key)).find((found) => found !== undefined);
  if (before) {
    const reason =
      normalizeUsername(before.row.username) === normalizeUsername(row.username)
        ? `the same username is on line ${before.line}`
        : before.row.userId === row.userId
          ? `the userId has another username on line ${before.line}`
          : `the same phone number is on line ${before.line}`;
    return { line, username: row.username, reason };
  }
  for (const key of keys) first.set(key, entry);
  return entry;
}

function keysOf({ row }: GoodRow): string[] {
  const { username, userId, phoneNumber } = row;
  return [
    `username ${normalizeUsername(username)}`,
    `userId ${userId}`,
    ...(phoneNumber === undefined ? [] : [`phone ${phoneNumber}`]),
  ];
}

async function* readRows(path: string): AsyncGenerator<GoodRow | BadRow> {
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
  let header: readonly Column[] | undefined;
  try {
    for await (const entry of parser) {
      const [line, ...record]: string[] = entry;
      if (!header) {
        header = readHeader(record);
        // Does not quote what it found: in a file without a header that is somebody's password.
        if (!header) throw badFile(path, `has another header. Its first line must be ${headerWords}.`);
      } else if (record.some((field) => field.trim() !== "")) yield readRow(Number(line), header, record);
    }
  } catch (error) {
    throw fileFailure(error, path, lines.ended);
  }
  if (!header) throw badFile(path, `is empty. Its first line must be ${headerWords}.`);
}

/** In bytes. Throws for what cannot be read twice. */
async function sizeOfOrdinaryFile(path: string): Promise<number> {
  const found = await stat(path).catch((error: unknown) => {
    throw fileFailure(error, path, 0);
  });
  if (!found.isFile())
    throw badFile(path, "is not an ordinary file. It is read twice, so a pipe will not do.");
  return found.size;
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
