import type { IncomingMessage } from "node:http";

/** Why a request is not let in; undefined: it is. */
export type Guard = (request: IncomingMessage) => string | undefined;

const loopback = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;
/** Where the code of a mini-program is, in WeChat's IDE and on a phone: no page of the web can say that it is there. */
const miniProgram = /^https:\/\/servicewechat\.com\//;

/**
 * Keeps out the pages of other sites that are open on this machine: they come under a name of their own that points here
 * (DNS rebinding), or across origins. Whatever is no page says neither where it is from nor to what: functions, curl. A
 * link to here may be followed. Without `isAllowed` no page may call, whatever its origin; `host` is as in
 * `localhost:3000`.
 */
export function loopbackGuard(isAllowed: (origin: string, host: string) => boolean = () => false): Guard {
  return ({ method, headers }) => {
    const { host = "", origin, referer = "", "sec-fetch-site": site, "sec-fetch-mode": mode } = headers;
    if (!loopback.test(host)) return "This is at localhost, and under no other name.";
    // A browser whose protections are off, as WeChat's IDE is one, sends no origin.
    const isElsewhere = site === "cross-site" || site === "same-site";
    const isLink = mode === "navigate" && method === "GET";
    const isLetIn =
      origin === undefined ? !isElsewhere || isLink || miniProgram.test(referer) : isAllowed(origin, host);
    return isLetIn ? undefined : "No page of another origin may call here.";
  };
}
