import { type Exit, exitCodes, type Failure } from "./failure.ts";

export interface Output {
  /** What was done: `answer` as the one JSON document, or `text`. `exit` says whether that was all of it. */
  done(answer: object, text: string, exit?: Exit): void;
  failed(failure: Failure): void;
  /** After either. */
  readonly exitCode: number;
}

export interface Streams {
  readonly output: { write(text: string): unknown };
  readonly errors: { write(text: string): unknown };
}

/** Where a command's one result goes: text for people, or exactly one JSON document on the standard output. */
export function output({ output, errors }: Streams, json: boolean): Output {
  let exit: Exit = "done";
  const document = (value: object) => output.write(`${printableJson(value)}\n`);
  return {
    done(answer, text, how = "done") {
      exit = how;
      if (json) document(answer);
      else if (text !== "") output.write(`${text}\n`);
    },
    failed({ code, message, partly, exit: how }) {
      exit = how;
      if (json) {
        document({ error: { code, detail: message }, ...partly?.answer });
        return;
      }
      if (partly && partly.text !== "") output.write(`${partly.text}\n`);
      errors.write(`${printable(message)}\n`);
    },
    get exitCode() {
      return exitCodes[exit].code;
    },
  };
}

/** Rows under a heading, each column as wide as its widest cell. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  return aligned([heading, ...rows]);
}

/** Names and values, one pair per line. */
export function fields(pairs: readonly (readonly [name: string, value: string])[]): string {
  return aligned(pairs);
}

function aligned(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(printable));
  const widths: number[] = [];
  for (const row of cells) {
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell));
  }
  return cells
    .map((row) =>
      row
        .map((cell, index) => cell + " ".repeat((widths[index] ?? 0) - widthOf(cell)))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/**
 * Without characters that a terminal obeys or does not show (C0 and C1 controls, format characters, what is private or
 * unassigned): names and devices are whatever somebody sent.
 */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu, escaped);
}

/** The same in JSON, where an escape stands for its character; its lines stay lines. */
function printableJson(value: object): string {
  return JSON.stringify(value, null, 2).split("\n").map(printable).join("\n");
}

function escaped(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Columns on a terminal, where a Chinese character takes two. */
export function widthOf(text: string): number {
  const wide =
    /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/;
  let width = 0;
  for (const character of text) width += wide.test(character) || character.length > 1 ? 2 : 1;
  return width;
}

/** `1 binding`, `1,200 bindings`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${grouped(number)} ${number === 1 ? one : many}`;
}

export function grouped(number: number): string {
  return number.toLocaleString("en-US");
}
