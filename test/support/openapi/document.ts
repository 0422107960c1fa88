import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { isRecord } from "../../../local/aws/json.ts";

/** A place in the document: its JSON pointer, and what stands there. */
export interface Place {
  readonly pointer: string;
  readonly value: Record<string, unknown>;
}

export interface Operation extends Place {
  /** In upper case. */
  readonly method: string;
  /** With its variables: `/sessions/{id}`. */
  readonly path: string;
}

const methods = ["get", "head", "post", "put", "patch", "delete", "options", "trace"];

let loaded: Record<string, unknown> | undefined;

/** openapi.yaml, read once per worker. */
export function openApi(): Record<string, unknown> {
  if (!loaded) {
    const value: unknown = parse(readFileSync(new URL("../../../openapi.yaml", import.meta.url), "utf8"));
    if (!isRecord(value)) throw new Error("openapi.yaml is not a mapping.");
    loaded = value;
  }
  return loaded;
}

/** What stands at a JSON pointer (RFC 6901, with or without the `#`), references followed; undefined if nothing does. */
export function find(pointer: string): Place | undefined {
  if (!found.has(pointer)) found.set(pointer, look(pointer));
  return found.get(pointer);
}

const found = new Map<string, Place | undefined>();

function look(pointer: string): Place | undefined {
  let at: Place = { pointer: "#", value: openApi() };
  for (const part of pointer.replace(/^#/, "").split("/").slice(1)) {
    const value = at.value[part.replaceAll("~1", "/").replaceAll("~0", "~")];
    if (!isRecord(value)) return undefined;
    const next =
      typeof value.$ref === "string" ? find(value.$ref) : { pointer: `${at.pointer}/${part}`, value };
    if (!next) return undefined;
    at = next;
  }
  return at;
}

/** The member `name` of a place, references followed. */
export function member(of: Place, name: string): Place | undefined {
  return find(`${of.pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`);
}

/** The members of a place by name, references followed; none where there is no such place. */
export function members(of: Place | undefined): [name: string, place: Place][] {
  if (!of) return [];
  return Object.keys(of.value).flatMap((name) => {
    const place = member(of, name);
    return place ? [[name, place]] : [];
  });
}

let listed: readonly Operation[] | undefined;

export function operations(): readonly Operation[] {
  listed ??= members(find("/paths")).flatMap(([path, item]) =>
    methods.flatMap((method) => {
      const place = member(item, method);
      return place ? [{ ...place, method: method.toUpperCase(), path }] : [];
    }),
  );
  return listed;
}

/** The operation of a request; a path without variables goes before one with them. */
export function findOperation(method: string, path: string): Operation | undefined {
  // As it was sent: a URL would resolve dots, and API Gateway does not.
  const [pathname = ""] = path.split(/[?#]/);
  const fits = (template: string) =>
    new RegExp(
      `^${template
        .split(/\{[^}]+\}/)
        .map(RegExp.escape)
        .join("[^/]+")}$`,
    ).test(pathname);
  const candidates = operations().filter((it) => it.method === method && fits(it.path));
  return candidates.find((it) => !it.path.includes("{")) ?? candidates[0];
}

/** `application/json` out of `application/json; charset=utf-8`. */
export function mediaType(contentType: string): string {
  return (contentType.split(";")[0] ?? "").trim().toLowerCase();
}
