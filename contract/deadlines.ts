import {
  adminDeadlineMs,
  authorizerDeadlineMs,
  loginDeadlineMs,
  sessionDeadlineMs,
  verifierDeadlineMs,
} from "./deadline-ms.ts";
import type { FunctionName } from "./environment.ts";

interface Deadline {
  /** From the invocation on: what has not answered by then is told as an outage. */
  readonly deadlineMs?: number;
  /** When Lambda ends the function. What comes after the deadline is for the answer and the line in the log. */
  readonly timeoutSeconds: number;
}

/** How long each function may take. API Gateway waits for 30 s, so that nobody is cut off by it. */
export const deadlines = {
  login: { deadlineMs: loginDeadlineMs, timeoutSeconds: 10 },
  "full-login": { deadlineMs: loginDeadlineMs, timeoutSeconds: 10 },
  "access-token": { deadlineMs: 7_000, timeoutSeconds: 10 },
  session: { deadlineMs: sessionDeadlineMs, timeoutSeconds: 10 },
  "open-data": { deadlineMs: 5_000, timeoutSeconds: 10 },
  phone: { deadlineMs: 7_000, timeoutSeconds: 10 },
  authorizer: { deadlineMs: authorizerDeadlineMs, timeoutSeconds: 5 },
  "phone-authorizer": { deadlineMs: authorizerDeadlineMs, timeoutSeconds: 5 },
  verifier: { deadlineMs: verifierDeadlineMs, timeoutSeconds: 5 },
  "phone-verifier": { deadlineMs: verifierDeadlineMs, timeoutSeconds: 5 },
  admin: { deadlineMs: adminDeadlineMs, timeoutSeconds: 60 },
  hello: { timeoutSeconds: 5 },
} as const satisfies Record<FunctionName, Deadline>;
