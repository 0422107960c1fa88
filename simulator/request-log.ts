import { createHash } from "node:crypto";
import type { Trouble } from "./trouble.ts";

/**
 * One call as the log keeps it: no secret, no session_key, no code.
 *
 * - `time`: ISO 8601 UTC, by the simulator's clock. `path`: without the query.
 * - `appid`: null if the call named none. `codeHash`: see `codeHash`; null if the call brought no code.
 * - `errcode`: the verdict, 0 for success; null if no verdict was made, because a trouble answered instead.
 * - `connection`: which TCP connection it came over, from 0, an index into `connections`.
 * - `trouble`: the trouble that hit it.
 */
export type LoggedRequest = {
  time: string;
  path: string;
  appid: string | null;
  codeHash: string | null;
  errcode: number | null;
  connection: number;
  trouble?: Trouble;
};

/** How many calls the log keeps; the oldest go first, so that a long load run does not fill the memory. */
export const LOG_LIMIT = 10_000;

/** Enough of a SHA-256 (12 hex digits) to recognize a code that comes twice, too little to be one. */
export function codeHash(code: string): string {
  return createHash("sha256").update(code).digest("hex").slice(0, 12);
}

/** Adds to the log in place, so that whoever holds the array sees new calls. */
export function remember(log: LoggedRequest[], entry: LoggedRequest): void {
  log.push(entry);
  if (log.length > LOG_LIMIT) log.splice(0, log.length - LOG_LIMIT);
}

/** The appid if it can be one. A caller that mixed up its settings sends its secret here, and that must not be kept. */
export function loggableAppid(appid: string | null, known: readonly string[]): string | null {
  if (!appid || known.includes(appid) || /^wx[0-9a-f]{16}$/.test(appid)) return appid || null;
  return "(not an appid)";
}

/** An unknown path without what a malformed URL may have dragged into it: `/sns/jscode2session&secret=…`. */
export function loggablePath(path: string): string {
  const plain = /^[\w/.-]*/.exec(path)?.[0] ?? "";
  return plain.replaceAll(/[\w-]{24,}/g, "…").slice(0, 128);
}
