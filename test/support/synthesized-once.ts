import type { TestProject } from "vitest/node";
import { sample } from "../../local/sample.ts";
import { synthesize } from "../../local/synthesize.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Directory of the one assembly that all tests share. */
    assembly: string;
    /** How often each race is run. */
    rounds: number;
    /** By how many milliseconds the clock of one function is ahead of the others', one after the other. */
    clockOffsets: number[];
    /** How many operations are compared between the simulated tables and the embedded engine. */
    storeOperations: number;
    /** How many accounts the import test imports. */
    importedAccounts: number;
    /** How many rows the import's reader reads. */
    csvRows: number;
    /** How many schedules of the SDK's simulation are run. */
    schedules: number;
  }
}

/** Bundles and synthesizes once for the whole run. */
export async function setup(project: TestProject): Promise<void> {
  project.provide("assembly", await synthesize({ appId: sample.appId, hello: "true" }));
}
