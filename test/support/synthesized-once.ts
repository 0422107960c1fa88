import type { TestProject } from "vitest/node";
import { sample } from "../../local/sample.ts";
import { synthesize } from "../../local/synthesize.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Directory of the one assembly that all tests share. */
    assembly: string;
    /** How often each race is run. */
    rounds: number;
    /** How many accounts the import test imports. */
    importedAccounts: number;
    schedules: number;
  }
}

/** Bundles and synthesizes once for the whole run. */
export async function setup(project: TestProject): Promise<void> {
  project.provide("assembly", await synthesize({ appId: sample.appId, hello: "true" }));
}
