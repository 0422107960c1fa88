import { defineConfig } from "vitest/config";

/** `npm test` runs every race a few times; `npm run proofs` (mode `proofs`) runs only those, at full length. */
export default defineConfig(({ mode }) => {
  const full = mode === "proofs";
  return {
    test: {
      include: full ? ["test/races/**/*.test.ts", "test/proofs/**/*.test.ts"] : ["test/**/*.test.ts"],
      exclude: full ? [] : ["test/proofs/**"],
      globalSetup: "test/synthesized-once.ts",
      provide: { rounds: full ? 200 : 2, importedAccounts: full ? 10_000 : 300 },
      testTimeout: full ? 600_000 : 30_000,
      hookTimeout: 60_000,
    },
  };
});
