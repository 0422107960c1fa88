import { identityKeyBytes } from "../core/identity.ts";
import { invocation } from "./invocation.ts";

/** An identity's key, in a table that has none like it. */
export const nobody = new Uint8Array(identityKeyBytes).fill(255);

/** In all, in milliseconds: far within the ten seconds that Lambda allows an INIT, also where nothing answers. */
const longestMs = 1_000;

/**
 * Opens during INIT, when Lambda gives every function a whole vCPU, what the first invocation would open at its share of
 * one: connections, and the code on the way to them. To be awaited at the top level of an entry, which keeps INIT open.
 * Never fails and always ends: what could not be opened ahead is opened when it is needed.
 */
export async function warmUp(...openings: readonly (() => Promise<unknown>)[]): Promise<void> {
  const over = new AbortController();
  // Not AbortSignal.timeout: its timer does not keep the process alive, and INIT would end in mid-air.
  const timer = setTimeout(() => over.abort(), longestMs);
  const timeout = new Promise((resolve) => over.signal.addEventListener("abort", resolve));
  const opened = invocation({ deadline: over.signal, clock: () => 0 }, () =>
    Promise.allSettled(openings.map(async (open) => open())),
  );
  await Promise.race([opened, timeout]);
  clearTimeout(timer);
}
