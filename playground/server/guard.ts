import type { IncomingMessage } from "node:http";

/** Why a request is refused, undefined if it is not. */
export interface Refusal {
  readonly status: 403 | 405 | 415;
  readonly error: string;
}

const here = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;

/**
 * Lets the page of this laptop in, and no page of another site that is open in the same browser: neither through a name
 * of its own that points here (DNS rebinding), nor with a form or a fetch across origins.
 */
export function guard(request: IncomingMessage): Refusal | undefined {
  const { host = "", origin, "sec-fetch-site": site, "content-type": type = "" } = request.headers;
  if (!here.test(host)) return { status: 403, error: "The playground is at localhost." };
  if (request.method === "GET" || request.method === "HEAD") {
    // A link from elsewhere to the page is fine: it is the page that then asks.
    const isPage = request.url === "/" || request.url?.startsWith("/?") === true;
    const isElsewhere = site !== undefined && site !== "same-origin" && site !== "none";
    return isElsewhere && !isPage
      ? { status: 403, error: "Only the playground's own page may ask." }
      : undefined;
  }
  if (request.method !== "POST") return { status: 405, error: "GET or POST." };
  const isOwn = origin === `http://${host}` && (site === undefined || site === "same-origin");
  if (!isOwn) return { status: 403, error: "Only the playground's own page may ask." };
  if (!/^application\/json\s*(;|$)/i.test(type)) return { status: 415, error: "The body must be JSON." };
  return undefined;
}
