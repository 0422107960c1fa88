import type { Messages } from "./messages/english.ts";
import type { Output } from "./output.ts";
import type { Deployment, FoundStack, Target } from "./target.ts";
import type { Terminal } from "./terminal.ts";

/** What a command works with. */
export interface Context {
  readonly terminal: Terminal;
  readonly output: Output;
  /** In the reader's language. */
  readonly messages: Messages;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly clock: () => number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** An ISO 8601 time for people. */
  readonly time: (iso: string) => string;
  /** What the options name. */
  target(): Target;
  /** The stack that is there, with whatever outputs it has. */
  stack(): Promise<FoundStack>;
  /** The deployment that the options name. Not asked for before what can be checked here was checked. */
  deployment(): Promise<Deployment>;
}
