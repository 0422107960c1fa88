import { afterAll, vi } from "vitest";

/** Files share a worker, one after the other: whatever one has put in the place of something is gone before the next. */
const { stackTraceLimit } = Error;

afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  vi.unstubAllGlobals();
  Error.stackTraceLimit = stackTraceLimit;
});
