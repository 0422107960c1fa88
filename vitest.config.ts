import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

/** `npm test` runs everything, test/proofs briefly; `npm run proofs` (mode `proofs`) runs test/proofs at full length. */
export default defineConfig(({ mode }) => {
  const full = mode === "proofs";
  return {
    // The examples import the package by its name.
    resolve: { tsconfigPaths: true },
    test: {
      include: [full ? "test/proofs/**/*.test.ts" : "test/**/*.test.ts"],
      globalSetup: "test/support/synthesized-once.ts",
      provide: {
        rounds: full ? 200 : 2,
        storeOperations: full ? 50_000 : 1_000,
        importedAccounts: full ? 10_000 : 1_200,
        csvRows: full ? 1_000_000 : 60_000,
        schedules: full ? 500_000 : 1_000,
        clockOffsets: full ? [5_000, 60_000, 3_600_000].flatMap((ms) => [-ms, ms]) : [-3_600_000],
      },
      testTimeout: full ? 900_000 : 30_000,
      hookTimeout: 60_000,
      // Most of the time a test waits for processes that it has started: with one worker a core would idle.
      maxWorkers: Math.max(2, availableParallelism() - 1),
    },
  };
});
