import type { HttpRequest } from "./server.ts";

/** Why a control is refused. */
export interface Forbidden {
  readonly status: 403 | 415;
  readonly error: string;
}

const local = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;

/**
 * Keeps the pages of other sites away that are open in the developer's browser: neither by a name of their own that points
 * here (DNS rebinding), nor by a form or a fetch across origins, may they play somebody's phone. Programs send no `Origin`.
 */
export function forbidden({ headers }: HttpRequest): Forbidden | undefined {
  const { host = "", origin, "content-type": type = "" } = headers;
  if (!local.test(host)) return { status: 403, error: "The controls are at localhost or 127.0.0.1 only." };
  if (origin === undefined) return undefined;
  if (origin !== `http://${host}`)
    return { status: 403, error: "A page of another origin may not use the controls." };
  const isJson = /^application\/json\s*(;|$)/i.test(type);
  return type === "" || isJson
    ? undefined
    : { status: 415, error: "A page sends the controls application/json." };
}
