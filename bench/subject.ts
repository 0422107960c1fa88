/** Something to measure: a bundle as Lambda would run it. */
export interface Subject {
  readonly label: string;
  /** Holds `index.mjs` with a `handler`. */
  readonly directory: string;
  /** The whole environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it is invoked with, JSON. */
  readonly event: string;
  /** Whether an answer is the one that the event deserves: a measurement of something else is worthless. */
  isRight(answer: unknown): boolean;
}
