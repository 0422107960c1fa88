import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import type { TestProject } from "vitest/node";
import { sample } from "../../local/sample.ts";
import { synthesize } from "../../local/synthesize.ts";
import type { Figures } from "../proofs/figures.ts";

declare module "vitest" {
  interface ProvidedContext extends Figures {
    /** Directory of the one assembly that all tests share. */
    assembly: string;
    /** Where assemblies with other settings are asked for: see assemblyWith. */
    assemblies: string;
    /** A directory for what is synthesized in a test's own process. CDK's own temporary ones stay for ever. */
    apps: string;
  }
}

/** Bundles and synthesizes once for the whole run, and once more for each set of settings that a test asks for. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const made = new Map<string, Promise<string>>();
  const withSettings = (settings: Readonly<Record<string, string>>) => {
    const context = { appId: sample.appId, hello: "true", ...settings };
    const key = JSON.stringify(Object.entries(context).sort());
    const assembly = made.get(key) ?? synthesize(context);
    made.set(key, assembly);
    return assembly;
  };
  const server = createServer(async (request, response) => {
    try {
      response.end(await withSettings(Object(await json(request))));
    } catch (error) {
      response.writeHead(500).end(String(error));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("The server does not listen.");
  project.provide("assemblies", `http://127.0.0.1:${address.port}`);
  project.provide("assembly", await withSettings({}));
  const apps = await mkdtemp(join(tmpdir(), "weapp-login-apps-"));
  project.provide("apps", apps);
  return async () => {
    server.close();
    server.closeAllConnections();
    await rm(apps, { recursive: true });
  };
}
