import { PassThrough } from "node:stream";
import { onTestFinished } from "vitest";
import { run } from "../../cli/program.ts";
import { terminal } from "../../cli/terminal.ts";
import { type FakeAws, type FakeAwsOptions, fakeAws } from "./fake-aws.ts";

export interface Ran {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Typing {
  /** Piped in, to its end. */
  readonly piped?: string | Buffer;
  /** Typed at a terminal; a terminal is there even if nothing is typed. */
  readonly typed?: string;
  readonly signal?: AbortSignal;
  /** Milliseconds; stands still unless given. */
  readonly clock?: () => number;
  /** Milliseconds since 1970; this machine's unless given. */
  readonly now?: () => number;
  /** Of the standard error. */
  readonly isTTY?: boolean;
  /** Of a terminal that the standard output goes to; absent: it goes to a file. */
  readonly columns?: number;
  readonly locale?: string;
  /** China's unless given. */
  readonly timeZone?: string;
}

export interface Operator extends FakeAws {
  /** `weapp-login … --local URL`. */
  run(args: readonly string[], typing?: Typing): Promise<Ran>;
}

/** Somebody at the command line of a deployment whose admin function answers as told. */
export async function operator(options: FakeAwsOptions = {}): Promise<Operator> {
  const aws = await fakeAws(options);
  onTestFinished(aws.close);
  return { ...aws, run: (args, typing) => runHere([...args, "--local", aws.url], typing) };
}

/** The command line in this process, with streams instead of a terminal and without waiting between attempts. */
export async function runHere(args: readonly string[], typing: Typing = {}): Promise<Ran> {
  const { piped = "", typed, signal = new AbortController().signal, isTTY = false } = typing;
  const { clock = () => 0, now = Date.now, columns, locale, timeZone = "Asia/Shanghai" } = typing;
  const input = Object.assign(new PassThrough(), { isTTY: typed !== undefined, setRawMode: () => {} });
  if (typed === undefined) input.end(piped);
  else input.write(typed);
  let stdout = "";
  let stderr = "";
  const errors = {
    isTTY,
    columns: columns ?? 120,
    write: (text: string) => {
      stderr += text;
    },
  };
  const exit = await run(args, {
    terminal: terminal(input, errors, signal),
    output: {
      ...(columns !== undefined && { isTTY: true, columns }),
      write: (text) => {
        stdout += text;
      },
    },
    signal,
    clock,
    now,
    pause: async () => {},
    locale,
    timeZone,
  });
  return { exit, stdout, stderr };
}
