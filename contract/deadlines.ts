/**
 * How long each function works at most, and when Lambda ends it. `deadlineMs`: everything outside that an invocation asks
 * ends by then, so that there is time left for an answer. `timeoutSeconds`: Lambda's own.
 */
export const deadlines = {
  /** The worst login answers within 8 s, also when every store is slow. */
  login: { deadlineMs: 7_000, timeoutSeconds: 10 },
  session: { deadlineMs: 5_000, timeoutSeconds: 10 },
  authorizer: { deadlineMs: 4_000, timeoutSeconds: 5 },
  verifier: { deadlineMs: 3_000, timeoutSeconds: 5 },
  /** An import of 25 passwords hashes for a second or two. */
  admin: { deadlineMs: 50_000, timeoutSeconds: 60 },
} as const;
