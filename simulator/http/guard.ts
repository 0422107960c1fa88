import type { HttpRequest } from "./server.ts";

/** Why a control is refused. */
export interface Forbidden {
  readonly status: 403 | 415;
  readonly error: string;
}

const local = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;
/** Where the code of a mini-program is, in WeChat's IDE too: no page of the web can say that it is there. */
const miniProgram = /^https:\/\/servicewechat\.com\//;

/**
 * Keeps the pages of other sites away that are open in the developer's browser: neither by a name of their own that points
 * here (DNS rebinding), nor by a form or a fetch across origins, may they play somebody's phone. Programs send no `Origin`;
 * nor does a browser whose protections are off, as WeChat's IDE is one, but it says that the page is of another site.
 */
export function forbidden({ headers }: HttpRequest): Forbidden | undefined {
  const { host = "", origin, referer = "", "sec-fetch-site": site, "content-type": type = "" } = headers;
  if (!local.test(host)) return { status: 403, error: "The controls are at localhost or 127.0.0.1 only." };
  const isElsewhere =
    origin === undefined
      ? (site === "cross-site" || site === "same-site") && !miniProgram.test(referer)
      : origin !== `http://${host}`;
  if (isElsewhere) return { status: 403, error: "A page of another origin may not use the controls." };
  if (origin === undefined) return undefined;
  const isJson = /^application\/json\s*(;|$)/i.test(type);
  return type === "" || isJson
    ? undefined
    : { status: 415, error: "A page sends the controls application/json." };
}
