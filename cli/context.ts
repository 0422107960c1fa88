import type { Output } from "./output.ts";
import type { Deployment } from "./target.ts";
import type { Terminal } from "./terminal.ts";

/** What a command works with. */
export interface Context {
  readonly terminal: Terminal;
  readonly output: Output;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly clock: () => number;
  /** The deployment that the options name. Not asked for before what can be checked here was checked. */
  deployment(): Promise<Deployment>;
}
