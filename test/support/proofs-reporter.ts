import type { TestAnnotation } from "vitest";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import { table } from "../../scripts/table.ts";

/** Says how far the proofs have come, and ends with a table of what each has run and found. */
export class ProofsReporter implements Reporter {
  onTestCaseAnnotate({ fullName }: TestCase, { type, message }: TestAnnotation): void {
    if (type === "progress") console.log(`${fullName}: ${message}`);
  }

  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    console.log(`\n${table(["proof", "figures", "result", "seconds"], tests.map(rowOf))}`);
  }
}

function rowOf(test: TestCase): string[] {
  const figures = Object.entries(test.meta().figures ?? {}).map(([what, figure]) =>
    typeof figure === "number" ? `${figure.toLocaleString("en")} ${what}` : `${what}: ${figure}`,
  );
  const { state } = test.result();
  return [test.fullName, figures.join(", "), state, seconds(test.diagnostic()?.duration)];
}

const seconds = (milliseconds = 0) => (milliseconds / 1000).toFixed(1);
