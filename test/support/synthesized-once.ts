import type { TestProject } from "vitest/node";
import { sample } from "../../local/sample.ts";
import { synthesize } from "../../local/synthesize.ts";
import type { Figures } from "../proofs/figures.ts";

declare module "vitest" {
  interface ProvidedContext extends Figures {
    /** Directory of the one assembly that all tests share. */
    assembly: string;
  }
}

/** Bundles and synthesizes once for the whole run. */
export async function setup(project: TestProject): Promise<void> {
  project.provide("assembly", await synthesize({ appId: sample.appId, hello: "true" }));
}
