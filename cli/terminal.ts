import { StringDecoder } from "node:string_decoder";
import { stripVTControlCharacters } from "node:util";
import { interrupted, usage } from "./failure.ts";
import { wrapped } from "./layout.ts";
import { columnsOf, type Stream } from "./output.ts";

/** Standard input: a terminal, whose keys can be read one by one, or a pipe. */
export interface Input extends AsyncIterable<Buffer> {
  readonly isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  destroy(): unknown;
}

/** Standard error: questions and progress go there, so that standard output is the result and nothing else. */
export type Screen = Stream;

export interface Terminal {
  /** Whether there is somebody to ask. */
  readonly interactive: boolean;
  readonly screen: Screen;
  /** The answer to a question, shown as it is typed. */
  ask(question: string): Promise<string>;
  /** The same for a secret: nothing of it is shown. */
  askHidden(question: string): Promise<string>;
  /** The first line of what was piped in, byte for byte, without its end (LF or CRLF). */
  readLine(): Promise<string>;
  close(): void;
}

/** Longer than any password by far; whatever else is piped in must not fill the memory. */
const longestLine = 64 * 1024;

export function terminal(input: Input, screen: Screen, signal: AbortSignal): Terminal {
  const chunks = input[Symbol.asyncIterator]();
  const decoder = new StringDecoder("utf8");
  /** Typed or pasted ahead of the next question. */
  let ahead = "";

  /** undefined at the end of the input. */
  async function nextChunk(): Promise<Buffer | undefined> {
    if (signal.aborted) throw interrupted();
    let stop = () => {};
    const aborted = new Promise<never>((_, reject) => {
      stop = () => reject(interrupted());
    });
    signal.addEventListener("abort", stop, { once: true });
    try {
      const { value, done } = await Promise.race([chunks.next(), aborted]);
      return done ? undefined : value;
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }

  async function nextKeys(): Promise<string[]> {
    if (ahead === "") {
      const chunk = await nextChunk();
      if (!chunk) throw interrupted();
      ahead = decoder.write(chunk);
    }
    // Arrow keys and the like come as escape sequences, of which nothing may become part of a password.
    const keys = [...stripVTControlCharacters(ahead)];
    ahead = "";
    return keys;
  }

  async function type(question: string, shown: boolean): Promise<string> {
    const typed: string[] = [];
    const echo = (text: string) => shown && screen.write(text);
    // First, so that what is typed at the sight of the question is not shown by the terminal itself.
    input.setRawMode?.(true);
    try {
      screen.write(wrapped(question, columnsOf(screen)));
      for (;;) {
        const keys = await nextKeys();
        for (const [index, key] of keys.entries()) {
          const rest = keys.slice(index + 1);
          if (key === "\r" || key === "\n") {
            ahead = (key === "\r" && rest[0] === "\n" ? rest.slice(1) : rest).join("");
            return typed.join("");
          }
          if (key === "\u0003" || (key === "\u0004" && typed.length === 0)) throw interrupted();
          if (key === "\u007f" || key === "\b") {
            if (typed.pop() !== undefined) echo("\b \b");
          } else if (key === "\u0015") {
            echo("\b \b".repeat(typed.length));
            typed.length = 0;
          } else if (!/\p{Cc}/u.test(key)) {
            typed.push(key);
            echo(key);
          }
        }
      }
    } finally {
      input.setRawMode?.(false);
      screen.write("\n");
    }
  }

  return {
    interactive: input.isTTY === true,
    screen,
    ask: (question) => type(question, true),
    askHidden: (question) => type(question, false),

    async readLine() {
      let line = Buffer.alloc(0);
      for (;;) {
        const chunk = await nextChunk();
        const end = chunk?.indexOf("\n") ?? 0;
        line = Buffer.concat([line, chunk && end >= 0 ? chunk.subarray(0, end) : (chunk ?? Buffer.alloc(0))]);
        if (line.length > longestLine) throw usage(({ failures }) => failures.inputTooLong);
        if (!chunk || end >= 0) break;
      }
      if (line.at(-1) === 0x0d) line = line.subarray(0, -1);
      try {
        return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(line);
      } catch {
        throw usage(({ failures }) => failures.inputNotUtf8);
      }
    },

    close: () => void input.destroy(),
  };
}
