import type { IncomingMessage } from "node:http";

/** Why a request is not let in; undefined: it is. */
export type Refusal = (request: IncomingMessage) => string | undefined;

const loopback = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;

/**
 * Keeps out the pages of other sites that are open on this machine: they come under a name of their own that points here
 * (DNS rebinding), or across origins. Whatever is no page sends no `Origin`: functions, curl, WeChat's IDE. Without
 * `isAllowed` no page may call, whatever its origin; `host` is as in `localhost:3000`.
 */
export function refusalOf(isAllowed: (origin: string, host: string) => boolean = () => false): Refusal {
  return ({ headers: { host = "", origin } }) => {
    if (!loopback.test(host)) return "This is at localhost, and under no other name.";
    if (origin !== undefined && !isAllowed(origin, host)) return "No page of this origin may call here.";
    return undefined;
  };
}
