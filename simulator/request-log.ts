import { createHash } from "node:crypto";
import type { Trouble } from "./trouble.ts";

/** One call as the log keeps it: no secret, no session_key, no code. */
export interface LoggedRequest {
  /** ISO 8601 UTC, by the simulator's clock. */
  readonly time: string;
  /** Without the query. */
  readonly path: string;
  /** Undefined if the call named none. */
  readonly appId?: string | undefined;
  /** See `codeHash`; undefined if the call brought no code. */
  readonly codeHash?: string | undefined;
  /** The verdict, 0 for success; undefined if none was made, because a trouble answered instead. */
  readonly errcode?: number | undefined;
  /** Which TCP connection it came over, from 0: an index into `connections`. */
  readonly connection: number;
  /** The trouble that hit it. */
  readonly trouble?: Trouble | undefined;
  /** A sentence for the developer, where the refusal alone would not tell what to do. */
  readonly advice?: string | undefined;
}

/** How many calls the log keeps; the oldest go first, so that a long load run does not fill the memory. */
export const logLimit = 10_000;

/** Enough of a SHA-256 (12 hex digits) to recognize a code that comes twice, too little to be one. */
export function codeHash(code: string): string {
  return createHash("sha256").update(code).digest("hex").slice(0, 12);
}

/** Adds to the log in place, so that whoever holds the array sees new calls. */
export function remember(log: LoggedRequest[], entry: LoggedRequest): void {
  log.push(entry);
  if (log.length > logLimit) log.splice(0, log.length - logLimit);
}

/** The AppId if it can be one. A caller that mixed up its settings sends its secret here, and that must not be kept. */
export function loggableAppId(appId: string | undefined, known: readonly string[]): string | undefined {
  if (!appId) return undefined;
  return known.includes(appId) || /^wx[0-9a-f]{16}$/.test(appId) ? appId : "(not an appid)";
}

/** An unknown path without what a malformed URL may have dragged into it: `/sns/jscode2session&secret=…`. */
export function loggablePath(path: string): string {
  const plain = /^[\w/.-]*/.exec(path)?.[0] ?? "";
  return plain.replaceAll(/[\w-]{24,}/g, "…").slice(0, 128);
}
