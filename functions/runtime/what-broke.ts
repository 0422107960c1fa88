import type { OutageCode } from "../../contract/errors.ts";
import { type Facts, StoreUnavailable } from "../core/refusal.ts";

export interface Failure {
  readonly code: OutageCode;
  readonly facts: Facts;
}

/**
 * Names what was thrown, for the caller and for the log. Kinds and places only: an error's message may quote what was
 * sent.
 */
export function whatBroke(error: unknown): Failure {
  if (error instanceof StoreUnavailable) {
    const { cause, alarm, message } = error;
    const kind = cause instanceof Error ? cause.name : String(cause);
    return { code: "store_unavailable", facts: { why: message, error: kind, ...(alarm && { alarm }) } };
  }
  const thrown = error instanceof Error ? error : new Error();
  return {
    code: "internal_error",
    facts: { error: thrown.name, where: placeOf(thrown) ?? "unknown", alarm: true },
  };
}

/** The first line of the stack proper: a message of several lines may look like one. */
function placeOf({ stack = "", message }: Error): string | undefined {
  const afterMessage = stack.slice(stack.indexOf(message) + message.length);
  return /^ {4}(at .*:\d+:\d+\)?)$/m.exec(afterMessage)?.[1];
}
