import type { FunctionDescription } from "./assembly.ts";
import { isRecord } from "./aws/json.ts";

/**
 * What the terminal shows of a line of a function's log. Lambda's own lines, one per invocation, would drown the
 * functions': of those it gets a sentence where the function could not write one itself. Undefined: nothing.
 */
export function terminalLine({ timeoutSeconds }: FunctionDescription, line: string): string | undefined {
  if (!line.includes('"type":"platform.')) return line;
  const { record }: { record?: unknown } = JSON.parse(line);
  const { status, errorType, requestId } = isRecord(record) ? record : {};
  if (status === "timeout")
    return `timed out after ${timeoutSeconds} seconds and was stopped (request ${requestId}).`;
  return errorType === "Runtime.ExitError"
    ? `ended before it answered: its process was killed or exited (request ${requestId}).`
    : undefined;
}
