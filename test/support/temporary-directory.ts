import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** An empty directory, gone when the test ends. */
export async function directoryForThisTest(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "aws-"));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  return directory;
}
