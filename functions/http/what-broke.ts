import { type Facts, StoreUnavailable } from "../core/refusal.ts";

/**
 * Names what was thrown, for the caller and for the log. Kinds and places only: an error's message may quote what was
 * sent.
 */
export function whatBroke(error: unknown): { code: "store_unavailable" | "internal_error"; facts: Facts } {
  if (error instanceof StoreUnavailable) {
    const { cause } = error;
    return {
      code: "store_unavailable",
      facts: { why: error.message, error: cause instanceof Error ? cause.name : String(cause) },
    };
  }
  const thrown = error instanceof Error ? error : new Error();
  const where = thrown.stack?.split("\n").find((line) => line.startsWith("    at "));
  return {
    code: "internal_error",
    facts: { error: thrown.name, where: where?.trim() ?? "unknown", alarm: true },
  };
}
