import type { FunctionName } from "./environment.ts";

interface Deadline {
  /** From the invocation on: what has not answered by then is told as an outage. */
  readonly deadlineMs?: number;
  /** When Lambda ends the function. What comes after the deadline is for the answer and the line in the log. */
  readonly timeoutSeconds: number;
}

/** A constant for each function's own bundle, which would change with every other function if it held the table. */
export const loginDeadlineMs = 7_000;
export const sessionDeadlineMs = 5_000;
export const authorizerDeadlineMs = 4_000;
export const verifierDeadlineMs = 3_000;
export const adminDeadlineMs = 50_000;

/** How long each function may take. API Gateway waits for 30 s, so that nobody is cut off by it. */
export const deadlines = {
  login: { deadlineMs: loginDeadlineMs, timeoutSeconds: 10 },
  "full-login": { deadlineMs: loginDeadlineMs, timeoutSeconds: 10 },
  session: { deadlineMs: sessionDeadlineMs, timeoutSeconds: 10 },
  authorizer: { deadlineMs: authorizerDeadlineMs, timeoutSeconds: 5 },
  verifier: { deadlineMs: verifierDeadlineMs, timeoutSeconds: 5 },
  admin: { deadlineMs: adminDeadlineMs, timeoutSeconds: 60 },
  hello: { timeoutSeconds: 5 },
} as const satisfies Record<FunctionName, Deadline>;
