import { buildClient } from "../../scripts/build-client.ts";

/** Once for all files, which run at the same time. */
export async function setup(): Promise<void> {
  await buildClient();
}
