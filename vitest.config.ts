import { availableParallelism } from "node:os";
import { configDefaults, defineConfig } from "vitest/config";
import { figuresOf } from "./test/proofs/figures.ts";
import { ProofsReporter } from "./test/support/proofs-reporter.ts";

/** `npm test` runs all but the slowest, test/proofs briefly; with the mode `middle` or `full` it is test/proofs alone. */
export default defineConfig(({ mode }) => {
  const proofs = mode === "middle" || mode === "full";
  return {
    // The examples import the package by its name.
    resolve: { tsconfigPaths: true },
    test: {
      include: [proofs ? "test/proofs/**/*.test.ts" : "test/**/*.test.ts"],
      // What takes seconds however little of it is run: the simulation has clocks an hour apart and races, too.
      exclude: [
        ...configDefaults.exclude,
        ...(proofs ? [] : ["test/proofs/clocks.test.ts", "test/proofs/first-logins-race.test.ts"]),
      ],
      globalSetup: "test/support/synthesized-once.ts",
      setupFiles: "test/support/left-as-found.ts",
      provide: figuresOf(proofs ? mode : "short"),
      reporters: proofs ? ["default", new ProofsReporter()] : ["default"],
      testTimeout: proofs ? 1_800_000 : 30_000,
      hookTimeout: 60_000,
      // Else every file loads everything anew, which takes longer than its tests. So files share what modules keep.
      isolate: false,
      // CDK checks each template against CloudFormation's schemas, which takes seconds; the shared assembly is checked.
      env: { CDK_VALIDATION: "false" },
      // Most of the time a test waits for processes that it has started: with one worker a core would idle.
      maxWorkers: Math.max(2, availableParallelism() - 1),
    },
  };
});
