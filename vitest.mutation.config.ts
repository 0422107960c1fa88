import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The tests of what is mutated. */
const testsOf: Readonly<Record<string, string>> = {
  authorizer: "authorizer",
  core: "{core,login,session,admin,verifier,wechat,access-token,open-data}",
  dynamodb: "{dynamodb,core}",
};
const area = process.env.MUTATED_AREA ?? "";

const slow = /username|\/authorizer\/faults|outage/;

/** A mutant is done with at the first test that fails, so the quick ones come first. */
class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = ({ moduleId }: TestSpecification) => Number(slow.test(moduleId));
    return files.toSorted((a, b) => order(a) - order(b) || a.moduleId.localeCompare(b.moduleId));
  }
}

/** For scripts/mutation.ts, one area at a time. */
export default defineConfig({
  resolve: { tsconfigPaths: true },
  test: {
    include: [`test/functions/${testsOf[area]}/**/*.test.ts`],
    // It tries every order of everything, for seconds, and other tests notice what it does.
    exclude: ["test/functions/core/interleavings.test.ts", "test/functions/admin/black-hole.test.ts"],
    globalSetup: "test/support/synthesized-once.ts",
    sequence: { sequencer: QuickFirst },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 1,
  },
});
