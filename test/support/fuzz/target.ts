/** Something that takes whatever comes. */
export interface Target {
  readonly name: string;
  /** How many of a million inputs it gets. */
  readonly share: number;
  /** Has what comes of this many inputs in memory, at most: then it begins anew. */
  readonly lives: number;
  /** A fresh one. What it does with one more input is named for the count; whatever must not be is thrown. */
  start(below: (bound: number) => number): Promise<{
    try(): Promise<string>;
    close?(): Promise<void>;
  }>;
  /** What must have come of some input: one that is only ever refused at the door would prove nothing. */
  readonly outcomes: readonly string[];
}

/** With what was sent, so that it can be sent again. */
export function wrong(what: string, input: unknown, cause?: unknown): Error {
  return new Error(`${what}, for ${JSON.stringify(input)}`, { cause });
}
