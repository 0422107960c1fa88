import { type Exit, exitCodes, type Failure } from "./failure.ts";
import { printable, wrapped } from "./layout.ts";
import type { Messages } from "./messages/english.ts";

export interface Output {
  /** Columns of what people read; without end where it goes to no terminal. */
  readonly width: number;
  /** What was done: `answer` as the one JSON document, or `text`. `exit` says whether that was all of it. */
  done(answer: object, text: string, exit?: Exit): void;
  failed(failure: Failure): void;
  /** After either. */
  readonly exitCode: number;
}

export interface Stream {
  readonly isTTY?: boolean;
  /** Of a terminal. */
  readonly columns?: number;
  write(text: string): unknown;
}

export interface Streams {
  readonly output: Stream;
  readonly errors: Stream;
}

export function columnsOf({ isTTY, columns }: Stream): number {
  // A terminal that does not know its size says 0.
  return isTTY ? columns || 80 : Number.POSITIVE_INFINITY;
}

/** Where a command's one result goes: text for people, or exactly one JSON document on the standard output. */
export function output({ output, errors }: Streams, json: boolean, messages: Messages): Output {
  let exit: Exit = "done";
  const width = columnsOf(output);
  const document = (value: object) => output.write(`${printableJson(value)}\n`);
  const show = (text: string) => text !== "" && output.write(`${wrapped(text, width)}\n`);
  return {
    width,
    done(answer, text, how = "done") {
      exit = how;
      if (json) document(answer);
      else show(text);
    },
    failed(failure) {
      const { code, partly } = failure;
      const detail = failure.text(messages);
      exit = failure.exit;
      if (json) {
        document({ error: { code, detail }, ...partly?.answer });
        return;
      }
      if (partly) show(partly.text);
      errors.write(`${wrapped(printable(detail), columnsOf(errors))}\n`);
    },
    get exitCode() {
      return exitCodes[exit];
    },
  };
}

/** Of JSON, where an escape stands for its character; its lines stay lines. */
function printableJson(value: object): string {
  return JSON.stringify(value, null, 2).split("\n").map(printable).join("\n");
}
