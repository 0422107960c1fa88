import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

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

/** KB (1,024 bytes) of a bundle, as it is and gzipped; a zip for Lambda is as large. */
export interface Size {
  readonly label: string;
  readonly raw: number;
  readonly gzipped: number;
}

export async function sizeOf({ label, directory }: Subject): Promise<Size> {
  const bytes = await readFile(join(directory, "index.mjs"));
  return { label, raw: bytes.length / 1024, gzipped: gzipSync(bytes, { level: 9 }).length / 1024 };
}
