import { isRecord } from "./aws/json.ts";
import type { StartOptions } from "./start-options.ts";
import { UsageError } from "./usage-error.ts";

/** What went wrong at the start: a UsageError with the way out, where it is something that happens to people. */
export function explained(error: unknown, { ports, data }: Pick<StartOptions, "ports" | "data">): unknown {
  const { code, port } = isRecord(error) ? error : {};
  if (code === "EADDRINUSE" || code === "EACCES") {
    const [variable, taken] = Object.entries(ports).find(([, it]) => it === port) ?? ["PORT", Number(port)];
    const other = taken < 1_024 ? taken + 8_000 : taken > 65_000 ? taken - 10 : taken + 10;
    const what = code === "EACCES" ? "may not be used:" : "is taken. End what runs there, or";
    return new UsageError(`Port ${taken} ${what} choose another: ${variable}=${other} npm start`);
  }
  if (isLocked(error)) {
    return new UsageError(
      `The data in ${data} are in use: another npm start keeps its tables there. End it first.`,
    );
  }
  return error;
}

/** LevelDB says so at some depth: a directory is good for one process at a time. */
function isLocked(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ("code" in error && error.code === "LEVEL_LOCKED") || isLocked(error.cause);
}
