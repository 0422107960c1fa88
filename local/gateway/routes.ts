import type { RouteDescription } from "./described-routes.ts";

/** What of a route says which requests are its own. */
type Routed = Pick<RouteDescription, "routeKey">;

export interface FoundRoute<R extends Routed = RouteDescription> {
  readonly route: R;
  readonly pathParameters: Readonly<Record<string, string>>;
}

/**
 * The most specific route, as an HTTP API chooses it: a full path before one with variables before a greedy one before
 * `$default`; of equals, the one that names the method before ANY.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-routes.html
 */
export function findRoute<R extends Routed>(
  routes: readonly R[],
  method: string,
  path: string,
): FoundRoute<R> | undefined {
  const candidates = routes.flatMap((route) => {
    const [routeMethod, pattern] = route.routeKey.split(" ");
    if (route.routeKey === "$default") return [{ route, pathParameters: {}, rank: 8 }];
    if (pattern === undefined || (routeMethod !== "ANY" && routeMethod !== method)) return [];
    const pathParameters = match(pattern, path);
    if (!pathParameters) return [];
    const looseness = pattern.includes("+}") ? 4 : pattern.includes("{") ? 2 : 0;
    return [{ route, pathParameters, rank: looseness + (routeMethod === "ANY" ? 1 : 0) }];
  });
  return candidates.sort((a, b) => a.rank - b.rank)[0];
}

/** Undefined also for what is not encoded as it should be: no variable can have such a value. */
function match(pattern: string, path: string): Record<string, string> | undefined {
  const names: string[] = [];
  const source = pattern
    .split(/(\{[^}]+\})/)
    .map((part) => {
      const [, name, greedy] = /^\{([^}+]+)(\+?)\}$/.exec(part) ?? [];
      if (name === undefined) return RegExp.escape(part);
      names.push(name);
      return greedy ? "(.+)" : "([^/]+)";
    })
    .join("");
  const values = new RegExp(`^${source}$`).exec(path)?.slice(1);
  try {
    return (
      values && Object.fromEntries(names.map((name, at) => [name, decodeURIComponent(values[at] ?? "")]))
    );
  } catch {
    return undefined;
  }
}
