import type { IncomingMessage } from "node:http";

/** Why a request is refused, undefined if it is not. */
export interface Forbidden {
  readonly status: 403 | 405 | 415;
  readonly error: string;
}

/**
 * Lets the page of this laptop in, and no page of another site that is open in the same browser, neither with a form nor
 * with a fetch: what an `Origin` does not tell, because browsers leave it out, is told by others of their headers.
 */
export function guard(request: IncomingMessage): Forbidden | undefined {
  const { host = "", origin, "sec-fetch-site": site, "content-type": type = "" } = request.headers;
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
